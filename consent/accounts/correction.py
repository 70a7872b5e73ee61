"""Correcting a birth date. It was told once, at sign-up; changing it asks a person wherever protection hangs on it.

Until the case is decided, the stricter date holds: whoever says they are younger is protected at once, whoever says
they are older waits. The one column that everything judges by, ``Person.birth_date``, always holds the stricter one.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.accounts import epochs, guardians, notices, outbox
from consent.accounts.ages import AgeBand, age_band, years
from consent.accounts.birthdays import BirthChange
from consent.accounts.models import Person
from consent.errors import BirthdayError
from safety import cases

KIND = "consent.age_band"
POLICY = "age-band"
OLDEST = 120
WAITS = "We look at this first. Until then, the stricter of the two dates holds."
State = BirthChange.State


@transaction.atomic
def ask(person: Person, *, birth_date: date, reason: str = "") -> BirthChange:
    """Ask for another birth date; raises BirthdayError. Between two adult dates it is taken at once."""
    guardians.hold([person.pk])
    before = Person.objects.values_list("birth_date", flat=True).get(pk=person.pk)
    check(before, after=birth_date)
    try:
        with transaction.atomic():
            change = BirthChange.objects.create(person=person, before=before, after=birth_date, reason=reason[:300])
    except IntegrityError as error:
        raise BirthdayError("A correction of yours is being looked at already.") from error
    if {age_band(before), age_band(birth_date)} == {AgeBand.ADULT}:
        settle(change, state=State.ACCEPTED)
        become(person, birth_date=birth_date)
    else:
        hold_back(change, person=person)
    return change


def check(before: date, *, after: date) -> None:
    """Raise BirthdayError for a date that is no correction."""
    if after == before:
        raise BirthdayError("That is the birth date we have.")
    today = timezone.now().date()
    if after > today or years(after, on=today) > OLDEST:
        raise BirthdayError("Nobody here was born then.")


def hold_back(change: BirthChange, *, person: Person) -> None:
    """Open the case, and let the stricter date hold until it is decided."""
    if change.after > change.before:
        become(person, birth_date=change.after)
    moves = f"{age_band(change.before).label} to {age_band(change.after).label}"
    cases.open(kind=KIND, subject=change.public_id, policy=POLICY, reason=f"A birth date would move: {moves}.")
    sentence = "A correction of your birth date was asked for. A person looks at it first."
    notices.tell(person.pk, "birthday.asked", sentence, about=change.public_id)


def become(person: Person, *, birth_date: date) -> None:
    """Set the date everything judges by. Somebody protected from now on loses what their age no longer allows (I1)."""
    is_adult = age_band(birth_date) is AgeBand.ADULT
    looked_after = [] if is_adult else [ward.pk for ward in guardians.wards(person.pk)]
    cameos = epochs.bump([person.pk, *looked_after])
    Person.objects.filter(pk=person.pk).update(birth_date=birth_date)
    person.birth_date = birth_date
    if is_adult:
        return
    guardians.lapse(person, why="Their birth date was corrected.")
    for cameo in [cameo for cameo, owner in cameos.items() if owner == person.pk]:
        outbox.record("permission_lost", {"cameo": cameo, "owner": person.pk, "person": None})


def shown(subject: str) -> cases.Shown:
    """Return what a moderator needs to decide."""
    row = BirthChange.objects.select_related("person").get(public_id=subject)
    lines = (
        f"@{row.person.handle}, {row.person.country}, here since {row.person.joined_at:%Y-%m-%d}",
        f"told us {row.before:%Y-%m-%d}: {age_band(row.before).label}",
        f"says {row.after:%Y-%m-%d}: {age_band(row.after).label}",
        row.reason or "gave no reason",
        "Clear: the new date holds. Refuse: the first one does.",
    )
    return cases.Shown("A birth date to correct", lines)


def resolved(subject: str, decision: str) -> None:
    """Let the decided date hold. Somebody found to be under thirteen cannot sign in any more."""
    change = BirthChange.objects.select_related("person").get(public_id=subject)
    guardians.hold([change.person_id])
    if not BirthChange.objects.filter(pk=change.pk, state=State.WAITING).exists():
        return
    is_clear = decision == "clear"
    settle(change, state=State.ACCEPTED if is_clear else State.REFUSED)
    become(change.person, birth_date=change.after if is_clear else change.before)
    if age_band(change.person.birth_date) is AgeBand.CHILD:
        guardians.release(change.person, why="The account was closed.")
        Person.objects.filter(pk=change.person_id).update(is_active=False)


def settle(change: BirthChange, *, state: BirthChange.State) -> None:
    """Write down how it was decided, and tell the person."""
    change.state, change.decided_at = state, timezone.now()
    change.save(update_fields=["state", "decided_at"])
    held = "was corrected" if state == State.ACCEPTED else "was not changed"
    notices.tell(change.person_id, "birthday.decided", f"Your birth date {held}.", about=change.public_id)
