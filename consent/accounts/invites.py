"""Inviting people: four single-use codes each, told once, kept as digests.

A code has 80 random bits, so its plain SHA-256 cannot be searched. It is redeemed by compare-and-set in the transaction
that makes the account: of two people who use it at once, one joins and the other reads one sentence.
"""

import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.accounts import notices, transactions
from consent.accounts.invitation import EACH, Invite
from consent.accounts.models import Person
from consent.errors import InviteError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U
LENGTH = 16
READ_AS = str.maketrans("OIL", "011", "- ")
TRIES = 10
WITHIN = 3600  # seconds
USED = "This invite cannot be used: it was used already, or there is none like it. Ask for another one."
TOO_OFTEN = "Too many invites were tried from here. Wait an hour, then try again."


@dataclass(frozen=True, slots=True)
class Branch:
    """One person in the tree of invites, and those they brought; the same for each of them."""

    person: Person
    brought: "list[Branch]" = field(default_factory=list)

    @property
    def size(self) -> int:
        """Return how many people stand below this one."""
        return sum(1 + branch.size for branch in self.brought)


def are_needed() -> bool:
    """Return whether nobody joins without an invite."""
    return bool(settings.INVITES_REQUIRED)


def make(inviter: Person) -> str:
    """Return a new code in the inviter's next free place; it is told this once. InviteError when all four are made."""
    taken = set(Invite.objects.filter(inviter=inviter).values_list("slot", flat=True))
    free = sorted(set(range(1, EACH + 1)) - taken)
    if not free:
        raise InviteError(f"You have made all {EACH} of your invites. One that was not used can be replaced.")
    code = fresh()
    try:
        with transaction.atomic():
            Invite.objects.create(inviter=inviter, slot=free[0], digest=digest(code))
    except IntegrityError as error:
        raise InviteError("You are making an invite in another window just now. Try again.") from error
    return code


def replace(inviter: Person, *, invite: str) -> str:
    """Return a new code in place of one that was not used (by public id); the old one is worth nothing from now on."""
    code = fresh()
    mine = Invite.objects.filter(inviter=inviter, public_id=invite, redeemed_at=None)
    if not mine.update(digest=digest(code), created_at=timezone.now()):
        raise InviteError("This invite was used already, or is not yours.")
    return code


def look(code: str, *, source: str) -> None:
    """Raise InviteError unless the code could be redeemed now; ``source`` (an address) has ten wrong tries an hour.

    Outside a transaction, so that the count of tries outlives a refusal.
    """
    key = f"invite-tries:{hashlib.sha256(source.encode()).hexdigest()}"
    tries = cache.get_or_set(key, 0, WITHIN) or 0
    if tries >= TRIES:
        raise InviteError(TOO_OFTEN)
    if not Invite.objects.filter(digest=digest(code), redeemed_at=None).exists():
        cache.set(key, tries + 1, WITHIN)
        raise InviteError(USED)


def redeem(code: str, *, person: Person) -> None:
    """Use a code up for this new person, in the transaction that makes them; InviteError when somebody was faster."""
    transactions.require("Redeeming an invite")
    now = timezone.now()
    free = Invite.objects.filter(digest=digest(code), redeemed_at=None).exclude(inviter=person)
    if not free.update(redeemed_by=person, redeemed_at=now):
        raise InviteError(USED)
    inviter = Invite.objects.get(redeemed_by=person).inviter_id
    notices.tell(inviter, "invite.redeemed", f"@{person.handle} has joined with your invite.", about=person.public_id)


def tree() -> list[Branch]:
    """Return everybody who joined by invite under whoever brought them; those at the top came by themselves."""
    below: dict[int, list[Person]] = defaultdict(list)
    used = Invite.objects.filter(redeemed_by__isnull=False).select_related("redeemed_by", "inviter").order_by("pk")
    inviters: dict[int, Person] = {}
    for invite in used:
        if invite.redeemed_by is not None:
            below[invite.inviter_id].append(invite.redeemed_by)
            inviters[invite.inviter_id] = invite.inviter
    invited = {person.pk for people in below.values() for person in people}
    return [branch(inviters[key], below=below) for key in inviters if key not in invited]


def branch(person: Person, *, below: dict[int, list[Person]]) -> Branch:
    """Return a person with all whom they brought; nobody is invited twice, so it ends."""
    return Branch(person, [branch(other, below=below) for other in below.get(person.pk, [])])


def fresh() -> str:
    """Return a new code, as people read it: four groups of four."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[place : place + 4] for place in range(0, LENGTH, 4))


def digest(code: str) -> str:
    """Return what is kept of a code, however it was typed."""
    return hashlib.sha256(code.upper().translate(READ_AS).encode()).hexdigest()
