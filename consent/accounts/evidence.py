"""Showing that one is who one says, without enrolling a face: words for a moderator, who decides."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.accounts import notices
from consent.accounts.guardians import unfit_guardian
from consent.accounts.guardianship import Evidence
from consent.accounts.models import Person
from consent.errors import GuardianError
from safety import cases

KIND = "consent.evidence"
POLICY = "guardian-evidence"
LEAST = 20  # characters


@transaction.atomic
def show(person: Person, *, words: str) -> Evidence:
    """Bring evidence forward; a person decides. Raises GuardianError when it says nothing, or one is waiting."""
    if unfit_guardian(person).startswith("A guardian is 18"):
        raise GuardianError(unfit_guardian(person))
    if len(words.strip()) < LEAST:
        raise GuardianError("Say what shows who you are, and where a moderator can see it.")
    try:
        with transaction.atomic():
            shown = Evidence.objects.create(person=person, words=words.strip()[:1000])
    except IntegrityError as error:
        raise GuardianError("What you showed us before is being looked at.") from error
    cases.open(kind=KIND, subject=shown.public_id, policy=POLICY, reason="Somebody wants to be a guardian.")
    return shown


def shown(subject: str) -> cases.Shown:
    """Return what a moderator needs to decide."""
    row = Evidence.objects.select_related("person").get(public_id=subject)
    who = f"@{row.person.handle}, born {row.person.birth_date:%Y-%m-%d} by their own word, {row.person.country}"
    return cases.Shown("Evidence of a guardian", (who, row.words))


def resolved(subject: str, decision: str) -> None:
    """Write the decision down and tell the person."""
    is_clear = decision == "clear"
    state = Evidence.State.VERIFIED if is_clear else Evidence.State.REFUSED
    if not Evidence.objects.filter(public_id=subject, decided_at=None).update(state=state, decided_at=timezone.now()):
        return
    person = Evidence.objects.get(public_id=subject).person_id
    sentence = "A person looked at what you showed us. " + (
        "You can be a guardian now." if is_clear else "It was not enough. You can show us something else."
    )
    notices.tell(person, "evidence.decided", sentence, about=subject)
