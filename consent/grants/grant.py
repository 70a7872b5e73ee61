"""Saying yes to a person, saying no to a person, taking a yes back.

Every function bumps the owner's epoch first (I1), writes the receipt and its log entry and the outbox's fact in the
same transaction, and returns after the commit: from then on nothing it took away is minted, confirmed or served.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from consent.accounts import epochs, notices, outbox, prepared
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import CameoStateError, GrantError, UsesError
from consent.grants.categories import FOR_TEENS, GIVEABLE, PLAIN
from consent.grants.categories import mask as mask_of
from consent.grants.categories import words as in_words
from consent.grants.models import Grant, opaque
from consent.grants.uses import NEVER_FOR_TEENS, mask, named, words
from consent.permit import Use
from consent.receipts.issue import issue
from consent.receipts.models import Receipt

GRANT, DENIAL = Grant.Effect.GRANT, Grant.Effect.DENIAL
COLUMNS = [field.attname for field in Grant._meta.concrete_fields]  # noqa: SLF001 - documented
OWN = f"""
SELECT p.public_id, r.digest, {", ".join(f"g.{name}" for name in COLUMNS)} FROM consent_grant g
JOIN consent_cameo c ON c.id = g.cameo_id JOIN consent_person p ON p.id = g.person_id
JOIN consent_receipt r ON r.id = g.receipt_id
WHERE g.public_id = %s AND c.owner_id = %s::bigint FOR UPDATE OF g"""  # noqa: S608 - the house's own text
END = "UPDATE consent_grant SET revocation_id = %s, revoked_at = %s WHERE id = %s RETURNING id"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said yes or no to: uses, categories, until when; with a ``draft`` (digest), to that one video only."""

    uses: frozenset[Use]
    categories: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    draft: str = ""


def give(
    owner: Person,
    *,
    person: Person,
    uses: Collection[Use],
    categories: Collection[str] = (),
    expires_at: datetime | None = None,
) -> Grant:
    """Let a person use the owner's cameo for these uses, until then; it takes the place of an earlier grant to them.

    Sensitive categories are off unless they are named here. Raises GrantError, UsesError or CameoStateError with the
    sentence to show. Appends ``grant.made``.
    """
    if unknown := set(categories) - set(GIVEABLE):
        raise GrantError(f"A likeness cannot be given for {', '.join(sorted(unknown))}.")
    terms = Terms(frozenset(uses), frozenset(categories), expires_at)
    check_age(owner, terms=terms)
    return say(owner, person=person, effect=GRANT, terms=terms)


def give_once(owner: Person, *, person: Person, terms: Terms) -> Grant:
    """Say yes to one draft, exactly as it was shown, with every category that its prompt touches."""
    check_age(owner, terms=terms)
    return say(owner, person=person, effect=GRANT, terms=terms)


def giveable(owner: Person) -> tuple[str, ...]:
    """Return the sensitive categories that this person may give."""
    grown = age_band(owner.birth_date) is AgeBand.ADULT
    return tuple(name for name in GIVEABLE if grown or name in FOR_TEENS)


def check_age(owner: Person, *, terms: Terms) -> None:
    """Raise UsesError for what nobody under 18 may give."""
    if age_band(owner.birth_date) is AgeBand.ADULT:
        return
    if NEVER_FOR_TEENS & terms.uses:
        raise UsesError("Until you are 18, your likeness is not used to advertise or to train.")
    if never := terms.categories - frozenset(FOR_TEENS) - PLAIN:
        raise UsesError(f"Until you are 18, your likeness is not used in {in_words(never)}.")


@transaction.atomic
def deny(
    owner: Person, *, person: Person, uses: Collection[Use] = tuple(Use), categories: Collection[str] = ()
) -> Grant:
    """Say no to a person for these uses, whatever the audience or a grant would allow. Appends ``grant.made``.

    With categories, no to these alone. It adds to what was denied before: saying no once more never lets anything in.
    """
    epochs.bump([owner.pk])
    same = {"cameo__owner": owner, "person": person, "effect": DENIAL, "categories": mask_of(categories)}
    before = Grant.objects.filter(**same, revoked_at=None).first()
    terms = Terms(frozenset(uses) | named(before.uses if before else 0), frozenset(categories))
    return say(owner, person=person, effect=DENIAL, terms=terms)


@transaction.atomic
def say(owner: Person, *, person: Person, effect: Grant.Effect, terms: Terms) -> Grant:
    """Write a grant or a denial in place of the one in force, with its receipt, its fact and its notice."""
    check(owner, person=person, terms=terms)
    cameo = held(owner)
    public_id = opaque()  # the receipt names the grant it is for
    ended = in_force(cameo, person=person, effect=effect, terms=terms)
    said = {"grant": public_id, **about(person, effect=effect, terms=terms)}
    receipt = issue("grant.made", owner.pk, said, ends=[digest for _, digest in ended])
    replaced = end([pk for pk, _ in ended], receipt=receipt)
    grant = Grant.objects.create(
        public_id=public_id,
        cameo=cameo,
        person=person,
        effect=effect,
        uses=mask(terms.uses),
        categories=mask_of(terms.categories),
        draft_digest=terms.draft,
        expires_at=terms.expires_at,
        receipt=receipt,
    )
    tell_given(grant, owner=owner, replaced=replaced)
    return grant


def check(owner: Person, *, person: Person, terms: Terms) -> None:
    """Raise with the sentence for what cannot be said to anybody."""
    if person.pk == owner.pk:
        raise GrantError("Your own likeness is yours to use already.")
    if not terms.uses:
        raise UsesError("Choose at least one use.")
    if terms.expires_at is not None and terms.expires_at <= timezone.now():
        raise GrantError("Choose an end that lies ahead.")


def about(person: Person, *, effect: Grant.Effect, terms: Terms) -> dict[str, Any]:
    """Return what the receipt says."""
    said: dict[str, Any] = {
        "effect": effect.value,
        "recipient": person.public_id,
        "purposes": sorted(use.value for use in terms.uses),
        "until": terms.expires_at.isoformat() if terms.expires_at else None,
    }
    if terms.categories:
        said["categories"] = sorted(terms.categories)
    if terms.draft:
        said["draft"] = terms.draft
    return said


def held(owner: Person) -> Cameo:
    """Bump and lock the owner's cameo and return it, or raise: there is none, or it was withdrawn."""
    epochs.bump([owner.pk])
    cameo = Cameo.objects.filter(owner=owner).exclude(state=Cameo.State.WITHDRAWN).first()
    if cameo is None:
        raise CameoStateError("You have no cameo yet. Enrol first.")
    return cameo


def in_force(cameo: Cameo, *, person: Person, effect: Grant.Effect, terms: Terms) -> list[tuple[int, str]]:
    """Return what this takes the place of: the grants' keys, and the digests of their receipts."""
    rows = Grant.objects.filter(cameo=cameo, person=person, effect=effect, draft_digest=terms.draft, revoked_at=None)
    if effect == DENIAL:
        rows = rows.filter(categories=mask_of(terms.categories))
    return list(rows.values_list("pk", "receipt__digest"))


def end(grants: Collection[int], *, receipt: Receipt) -> bool:
    """Revoke these under this receipt; return whether there was anything."""
    return (
        bool(grants) and Grant.objects.filter(pk__in=grants).update(revoked_at=timezone.now(), revocation=receipt) > 0
    )


def tell_given(grant: Grant, *, owner: Person, replaced: bool) -> None:
    """Record who may gain and who may lose by this."""
    body = {"cameo": grant.cameo_id, "owner": owner.pk, "person": grant.person_id}
    if grant.effect == GRANT:
        outbox.record("grant_made", body)
        what = "make the video you asked for" if grant.draft_digest else words(named(grant.uses))
        sentence = f"@{owner.handle} lets you {what} with their likeness."
        notices.tell(grant.person_id, kind="grant.made", sentence=sentence)
    if replaced or grant.effect == DENIAL:
        outbox.record("permission_lost", body)


@transaction.atomic
def revoke(owner: Person, *, grant: str) -> Grant:
    """Take back a grant or a denial (by public id); safe to repeat. Raises GrantError when the owner has none such.

    Appends ``grant.revoked``; the videos made under it are no longer served when this returns.
    """
    epochs.bump([owner.pk])
    rows = prepared.rows(OWN, [grant, str(owner.pk)])
    if not rows:
        raise GrantError("There is no such grant.")
    recipient, digest, *columns = rows[0]
    found = Grant.from_db(DEFAULT_DB_ALIAS, COLUMNS, columns)
    if found.revoked_at is None:
        take_back(found, owner=owner, recipient=recipient, digest=digest)
    return found


def take_back(grant: Grant, *, owner: Person, recipient: str, digest: str) -> None:
    """Write the revocation, its receipt (which names the recipient's public id), its facts and its notice.

    ``digest`` is that of the receipt which stands no more.
    """
    about = {"grant": grant.public_id, "effect": grant.effect, "recipient": recipient}
    grant.revocation = receipt = issue("grant.revoked", owner.pk, about, name=owner.public_id, ends=[digest])
    grant.revoked_at = timezone.now()
    prepared.rows(END, [str(receipt.pk), grant.revoked_at, str(grant.pk)])
    if grant.effect == GRANT:
        outbox.record("permission_lost", {"cameo": grant.cameo_id, "owner": owner.pk, "person": grant.person_id})
        sentence = f"@{owner.handle} no longer lets you use their likeness."
        notices.tell(grant.person_id, kind="grant.revoked", sentence=sentence)
