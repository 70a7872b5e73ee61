"""The birth date is told once. To correct it asks a person, and the stricter of the two dates holds until then."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from consent import gate, people
from consent.accounts import correction, guardians
from consent.errors import BirthdayError
from consent.models import BirthChange, Cameo, Fact, Guardianship, Notice, Person
from consent.permit import Reason
from safety.models import Case, Decision
from safety.review.decide import decide
from tests import cast

pytestmark = pytest.mark.django_db
CLEAR, REFUSE = Decision.Answer.CLEAR, Decision.Answer.REFUSE


def decided(how: Decision.Answer) -> None:
    case = Case.objects.get(kind=correction.KIND, state="open")
    decide(case.public_id, by=cast.mo().pk, decision=how, reason="Seen.")


def band(person: Person) -> str:
    return people.age_band(person.pk).value


def test_a_teen_who_says_they_are_grown_waits() -> None:
    tess = cast.tess()
    change = correction.ask(tess, birth_date=cast.birthday(19), reason="I mistyped the year.")
    assert (band(tess), change.state) == ("teen", BirthChange.State.WAITING)
    case = Case.objects.get(kind="consent.age_band")
    assert "mistyped" in " ".join(correction.shown(case.subject).lines)
    decided(CLEAR)
    assert band(tess) == "adult"
    assert Notice.objects.filter(person=tess, kind="birthday.decided", sentence__contains="was corrected").exists()


def test_a_teen_who_is_not_believed_stays_a_teen() -> None:
    tess = cast.tess()
    before = tess.birth_date
    correction.ask(tess, birth_date=cast.birthday(19))
    decided(REFUSE)
    assert Person.objects.get(pk=tess.pk).birth_date == before


def test_an_adult_who_says_they_are_younger_is_protected_at_once() -> None:
    olive, felix = cast.person("olive"), cast.person("felix")
    cameo = cast.cameo(olive, audience=Cameo.Audience.EVERYONE)
    assert gate.check(felix.pk, ["olive"])[0].may
    correction.ask(olive, birth_date=cast.birthday(16))
    assert band(olive) == "teen"
    assert not gate.check(felix.pk, ["olive"])[0].may
    assert Cameo.objects.get(pk=cameo.pk).epoch > cameo.epoch
    assert Fact.objects.filter(kind="permission_lost", body__owner=olive.pk).exists()
    decided(REFUSE)
    assert band(olive) == "adult"
    assert gate.check(felix.pk, ["olive"])[0].may


def test_a_guardian_who_says_they_are_under_age_looks_after_nobody() -> None:
    tess, parent = cast.tess(), cast.pat()
    cast.cameo(parent)
    proposed = guardians.propose(tess, other=parent, as_guardian=False)
    guardians.confirm(parent, guardianship=proposed.public_id)
    correction.ask(parent, birth_date=cast.birthday(17))
    assert Guardianship.objects.get().state == Guardianship.State.ENDED
    decided(REFUSE)
    assert Guardianship.objects.get().state == Guardianship.State.ENDED


def test_between_two_adult_dates_nobody_needs_to_look() -> None:
    olive = cast.person("olive")
    change = correction.ask(olive, birth_date=cast.birthday(41))
    assert change.state == BirthChange.State.ACCEPTED
    assert Person.objects.get(pk=olive.pk).birth_date == cast.birthday(41)
    assert not Case.objects.exists()


def test_somebody_found_to_be_a_child_cannot_go_on() -> None:
    tess = cast.tess()
    cast.cameo(tess)
    correction.ask(tess, birth_date=cast.birthday(11))
    assert band(tess) == "child"
    decided(CLEAR)
    assert not Person.objects.get(pk=tess.pk).is_active


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (cast.birthday(15), "That is the birth date we have"),
        (timezone.now().date() + timedelta(days=2), "Nobody here was born then"),
        (date(1870, 1, 1), "Nobody here was born then"),
    ],
)
def test_what_is_no_correction_is_refused(after: date, sentence: str) -> None:
    with pytest.raises(BirthdayError, match=sentence):
        correction.ask(cast.tess(), birth_date=after)


def test_one_correction_waits_at_a_time() -> None:
    tess = cast.tess()
    correction.ask(tess, birth_date=cast.birthday(19))
    with pytest.raises(BirthdayError, match="being looked at already"):
        correction.ask(tess, birth_date=cast.birthday(20))
    assert Case.objects.count() == 1


def test_becoming_18_by_time_needs_nothing() -> None:
    tess, felix = cast.tess(), cast.person("felix")
    cast.cameo(tess, audience=Cameo.Audience.APPROVED)
    Person.objects.filter(pk=tess.pk).update(birth_date=cast.birthday(18))
    assert band(tess) == "adult"
    assert Cameo.Audience.EVERYONE in people.limits(tess.pk).audiences
    assert gate.check(felix.pk, ["tess"])[0].reason is not Reason.GUARDIAN_MISSING
