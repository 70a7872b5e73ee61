"""Stopping every use at once, and starting again: pause and withdraw are the owner's, freeze is imposed.

Whatever the state, epochs are bumped first and the change is in force when the call returns. A cameo's states:
live <-> paused; live or paused -> frozen -> paused; any -> withdrawn, from which only a new enrolment leads back.
"""

from django.db import transaction
from django.utils import timezone

from consent.accounts import consents, epochs, guardians, notices, outbox
from consent.accounts.models import Person
from consent.cameos import erasure
from consent.cameos.models import Cameo
from consent.errors import CameoStateError
from consent.grants.models import Grant
from consent.receipts.issue import issue
from consent.receipts.models import Receipt

State = Cameo.State


@transaction.atomic
def pause(owner: Person) -> Cameo:
    """Stop every use by anybody; nothing made with this cameo is served until it is resumed. Safe to repeat."""
    cameo = stopped(owner, to=State.PAUSED, when={State.LIVE, State.PAUSED})
    issue("cameo.paused", owner.pk, {"cameo": cameo.public_id})
    return cameo


@transaction.atomic
def resume(owner: Person) -> Cameo:
    """End a pause; everything is judged anew from then on. Safe to repeat."""
    cameo = moved(owner, to=State.LIVE, when={State.LIVE, State.PAUSED})
    issue("cameo.resumed", owner.pk, {"cameo": cameo.public_id})
    return cameo


@transaction.atomic
def freeze(owner: Person) -> Cameo:
    """Stop every use on behalf of the house (a case is open); the owner cannot end it."""
    cameo = stopped(owner, to=State.FROZEN, when={State.LIVE, State.PAUSED, State.FROZEN})
    notices.tell(owner.pk, kind="cameo.frozen", sentence="Your likeness is frozen while a person looks into a case.")
    return cameo


@transaction.atomic
def thaw(owner: Person) -> Cameo:
    """End a freeze; the cameo is then paused, so that its owner decides when it is used again."""
    cameo = moved(owner, to=State.PAUSED, when={State.FROZEN})
    sentence = "Your likeness is no longer frozen. It is paused: resume it when you like."
    notices.tell(owner.pk, kind="cameo.frozen", sentence=sentence)
    return cameo


@transaction.atomic
def withdraw(owner: Person) -> Cameo:
    """Take the likeness back for good: its templates and key are destroyed, and every grant ends. Safe to repeat.

    A guardian's yes to it ends too, and whoever was a guardian by it alone is one no more.
    """
    guardians.hold([owner.pk])
    epochs.bump([owner.pk, *(ward.pk for ward in guardians.wards(owner.pk))])
    cameo = stopped(owner, to=State.WITHDRAWN, when=set(State))
    receipt = issue("cameo.withdrawn", owner.pk, {"cameo": cameo.public_id}, ends=standing(cameo))
    end_all(cameo, receipt=receipt)
    consents.forget(owner)
    if guardians.unfit_guardian(owner):
        guardians.lapse(owner, why="Their likeness was withdrawn.")
    erasure.erase(cameo)
    return cameo


def standing(cameo: Cameo) -> list[str]:
    """Return the digests of the receipts that a withdrawal ends: of the enrolment, and of every grant in force."""
    enrolled = Receipt.objects.filter(person=cameo.owner_id, kind="cameo.enrolled").values_list("digest", flat=True)
    grants = Grant.objects.filter(cameo=cameo, revoked_at=None).values_list("receipt__digest", flat=True)
    return [*enrolled, *grants]


def end_all(cameo: Cameo, *, receipt: Receipt) -> None:
    """Revoke everything in force and close the audience, so that a later enrolment begins with nobody let in."""
    Grant.objects.filter(cameo=cameo, revoked_at=None).update(revoked_at=timezone.now(), revocation=receipt)
    Cameo.objects.filter(pk=cameo.pk).update(audience=Cameo.Audience.ONLY_ME)
    cameo.audience = Cameo.Audience.ONLY_ME


def stopped(owner: Person, *, to: Cameo.State, when: set[Cameo.State]) -> Cameo:
    """Move the cameo and tell those who use it that they cannot any more."""
    cameo = moved(owner, to=to, when=when)
    outbox.record("cameo_stopped", {"cameo": cameo.pk, "owner": owner.pk, "state": to.value})
    return cameo


def moved(owner: Person, *, to: Cameo.State, when: set[Cameo.State]) -> Cameo:
    """Bump the epoch, set the state and return the cameo; raise CameoStateError unless it was in one of ``when``."""
    epochs.bump([owner.pk])
    cameo = Cameo.objects.select_related("owner").filter(owner=owner, state__in=when).first()
    if cameo is None:
        raise CameoStateError
    Cameo.objects.filter(pk=cameo.pk).update(state=to)
    cameo.state = to
    return cameo
