"""A guardian's yes to the use of a ward's likeness by others: given and taken back, each with its receipts.

Both are written under the lock of the ward's cameo, which bumping its epoch takes.
"""

from django.db import transaction
from django.utils import timezone

from consent.accounts import epochs, notices, outbox
from consent.accounts.guardianship import GuardianConsent, Guardianship
from consent.accounts.models import Person
from consent.accounts.proof import prove
from consent.errors import GuardianError, NoGuardianshipError


@transaction.atomic
def give(guardian: Person, *, ward: Person) -> GuardianConsent:
    """Say yes for a ward's likeness; others may then be let in as the ward chooses. Safe to repeat.

    Raises NoGuardianshipError when they are not guardian and ward, GuardianError when there is no likeness. Appends
    ``guardian.agreed``.
    """
    cameo = locked(ward, guardian=guardian)
    given, is_new = GuardianConsent.objects.get_or_create(cameo_id=cameo, guardian=guardian, withdrawn_at=None)
    if is_new:
        prove("guardian.agreed", [ward.pk, guardian.pk], about(ward, guardian=guardian))
        sentence = f"@{guardian.handle} agreed that others may use your likeness, as you choose."
        notices.tell(ward.pk, "guardian.changed", sentence)
    return given


@transaction.atomic
def withdraw(guardian: Person, *, ward: Person) -> None:
    """Take the yes back; nothing made with the likeness by others is shown when this returns. Safe to repeat."""
    cameo = locked(ward, guardian=guardian)
    if take_back(ward, guardian=guardian):
        outbox.record("permission_lost", {"cameo": cameo, "owner": ward.pk, "person": None})
        sentence = f"@{guardian.handle} no longer agrees that others use your likeness."
        notices.tell(ward.pk, "guardian.changed", sentence)


def locked(ward: Person, *, guardian: Person) -> int:
    """Lock the ward's cameo and return it, if these two are guardian and ward now."""
    epochs.bump([ward.pk])
    if not Guardianship.objects.filter(ward=ward, guardian=guardian, state=Guardianship.State.LIVE).exists():
        raise NoGuardianshipError
    enrolled = Person.objects.filter(pk=ward.pk).exclude(cameo__state="withdrawn")
    cameo = enrolled.values_list("cameo__pk", flat=True).first()
    if cameo is None:
        raise GuardianError(f"@{ward.handle} has not enrolled a likeness.")
    return int(cameo)


def take_back(ward: Person, *, guardian: Person) -> bool:
    """End a yes that is in force, under receipts; the ward's epoch was bumped. Return whether there was one."""
    rows = GuardianConsent.objects.filter(cameo__owner=ward, guardian=guardian, withdrawn_at=None)
    if not rows.update(withdrawn_at=timezone.now()):
        return False
    prove("guardian.withdrew", [ward.pk, guardian.pk], about(ward, guardian=guardian))
    return True


def forget(ward: Person) -> None:
    """End every yes for a likeness that its owner withdraws: a later one begins without. The epoch was bumped."""
    rows = GuardianConsent.objects.filter(cameo__owner=ward, withdrawn_at=None).select_related("guardian")
    for row in rows:
        take_back(ward, guardian=row.guardian)


def is_given(ward: Person, *, guardian: Person) -> bool:
    """Return whether this guardian's yes is in force."""
    return GuardianConsent.objects.filter(cameo__owner=ward, guardian=guardian, withdrawn_at=None).exists()


def about(ward: Person, *, guardian: Person) -> dict[str, str]:
    """Return what the receipts are about: public ids alone."""
    cameo = Person.objects.filter(pk=ward.pk).values_list("cameo__public_id", flat=True).get()
    return {"cameo": str(cameo), "by": guardian.public_id, "ward": ward.public_id}
