"""Saying yes to a person, saying no to a person, taking a yes back.

Every function bumps the owner's epoch first (I1), writes the receipt and its log entry and the outbox's fact in the
same transaction, and returns after the commit: from then on nothing it took away is minted, confirmed or served.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.accounts import epochs, notices, outbox
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import CameoStateError, GrantError, UsesError
from consent.grants.models import Grant
from consent.grants.uses import NEVER_FOR_TEENS, mask, named, words
from consent.permit import Use
from consent.receipts.issue import issue
from consent.receipts.models import Receipt

GRANT, DENIAL = Grant.Effect.GRANT, Grant.Effect.DENIAL


def give(owner: Person, *, person: Person, uses: Collection[Use], expires_at: datetime | None = None) -> Grant:
    """Let a person use the owner's cameo for these uses, until then; it takes the place of an earlier grant to them.

    Raises GrantError, UsesError or CameoStateError with the sentence to show. Appends ``grant.made``.
    """
    if NEVER_FOR_TEENS & set(uses) and age_band(owner.birth_date) is not AgeBand.ADULT:
        raise UsesError("Until you are 18, your likeness is not used to advertise or to train.")
    return say(owner, person=person, effect=GRANT, uses=uses, expires_at=expires_at)


@transaction.atomic
def deny(owner: Person, *, person: Person, uses: Collection[Use] = tuple(Use)) -> Grant:
    """Say no to a person for these uses, whatever the audience or a grant would allow. Appends ``grant.made``.

    It adds to what was denied before: saying no once more never lets anything in.
    """
    epochs.bump([owner.pk])
    before = Grant.objects.filter(cameo__owner=owner, person=person, effect=DENIAL, revoked_at=None).first()
    return say(owner, person=person, effect=DENIAL, uses={*uses, *named(before.uses if before else 0)}, expires_at=None)


@transaction.atomic
def say(
    owner: Person, *, person: Person, effect: Grant.Effect, uses: Collection[Use], expires_at: datetime | None
) -> Grant:
    """Write a grant or a denial in place of the one in force, with its receipt, its fact and its notice."""
    if person.pk == owner.pk:
        raise GrantError("Your own likeness is yours to use already.")
    if not uses:
        raise UsesError("Choose at least one use.")
    if expires_at is not None and expires_at <= timezone.now():
        raise GrantError("Choose an end that lies ahead.")
    cameo = held(owner)
    about = {
        "effect": effect.value,
        "recipient": person.public_id,
        "purposes": sorted(use.value for use in uses),
        "until": expires_at.isoformat() if expires_at else None,
    }
    receipt = issue("grant.made", owner.pk, about)
    replaced = end(cameo, person=person, effect=effect, receipt=receipt)
    grant = Grant.objects.create(
        cameo=cameo, person=person, effect=effect, uses=mask(uses), expires_at=expires_at, receipt=receipt
    )
    tell_given(grant, owner=owner, replaced=replaced)
    return grant


def held(owner: Person) -> Cameo:
    """Bump and lock the owner's cameo and return it, or raise: there is none, or it was withdrawn."""
    epochs.bump([owner.pk])
    cameo = Cameo.objects.filter(owner=owner).exclude(state=Cameo.State.WITHDRAWN).first()
    if cameo is None:
        raise CameoStateError("You have no cameo yet. Enrol first.")
    return cameo


def end(cameo: Cameo, *, person: Person, effect: Grant.Effect, receipt: Receipt) -> bool:
    """Revoke what is in force for this person, under this receipt; return whether there was anything."""
    rows = Grant.objects.filter(cameo=cameo, person=person, effect=effect, revoked_at=None)
    return rows.update(revoked_at=timezone.now(), revocation=receipt) > 0


def tell_given(grant: Grant, *, owner: Person, replaced: bool) -> None:
    """Record who may gain and who may lose by this."""
    body = {"cameo": grant.cameo_id, "owner": owner.pk, "person": grant.person_id}
    if grant.effect == GRANT:
        outbox.record("grant_made", body)
        sentence = f"@{owner.handle} lets you {words(named(grant.uses))} with their likeness."
        notices.tell(grant.person_id, kind="grant.made", sentence=sentence)
    if replaced or grant.effect == DENIAL:
        outbox.record("permission_lost", body)


@transaction.atomic
def revoke(owner: Person, *, grant: str) -> Grant:
    """Take back a grant or a denial (by public id); safe to repeat. Raises GrantError when the owner has none such.

    Appends ``grant.revoked``; the videos made under it are no longer served when this returns.
    """
    epochs.bump([owner.pk])
    found = Grant.objects.select_for_update().filter(public_id=grant, cameo__owner=owner).first()
    if found is None:
        raise GrantError("There is no such grant.")
    if found.revoked_at is None:
        take_back(found, owner=owner)
    return found


def take_back(grant: Grant, *, owner: Person) -> None:
    """Write the revocation, its receipt, its facts and its notice."""
    about = {"grant": grant.public_id, "effect": grant.effect, "recipient": grant.person.public_id}
    grant.revocation = issue("grant.revoked", owner.pk, about)
    grant.revoked_at = timezone.now()
    grant.save(update_fields=["revocation", "revoked_at"])
    if grant.effect == GRANT:
        outbox.record("permission_lost", {"cameo": grant.cameo_id, "owner": owner.pk, "person": grant.person_id})
        sentence = f"@{owner.handle} no longer lets you use their likeness."
        notices.tell(grant.person_id, kind="grant.revoked", sentence=sentence)
