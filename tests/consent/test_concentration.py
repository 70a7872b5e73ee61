"""Many videos of one person by one other: somebody looks, nobody is stopped in silence."""

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from consent import gate
from consent.grants import concentration, grant
from consent.models import Concentration, Notice, PermitRecord, Person
from consent.permit import Permit, Reason, Refusal, Request, Use
from safety.models import Case, Decision
from safety.review import decide
from tests import cast

pytestmark = pytest.mark.django_db
MANY = 4


@pytest.fixture(autouse=True)
def few(settings: Settings) -> None:
    settings.CONCENTRATION_HOUR_MAX = MANY


@pytest.fixture
def felix() -> Person:
    felix = cast.felix()
    grant.give(cast.olive(), person=felix, uses=[Use.GENERATE])
    return felix


def ask(requester: Person, *cameos: str) -> Permit | Refusal:
    return gate.authorize(Request("job", requester.pk, cameos or ("olive",), "ab" * 32))


def ask_often(requester: Person, times: int) -> None:
    for _ in range(times):
        assert isinstance(ask(requester), Permit)


def test_few_are_nobodys_business(felix: Person) -> None:
    ask_often(felix, MANY - 1)
    assert not Case.objects.exists()


def test_many_open_one_case_and_tell_the_owner_once(felix: Person) -> None:
    ask_often(felix, MANY + 3)
    found, case = Concentration.objects.get(), Case.objects.get()
    assert (case.kind, case.subject, found.videos) == ("consent.concentration", found.public_id, MANY)
    (notice,) = Notice.objects.filter(person=cast.olive(), kind="appearance.often")
    assert notice.sentence == f"@felix asked for {MANY} videos with your likeness within an hour. A person looks."
    assert any("@felix asked for" in line for line in concentration.show(case.subject).lines)


def test_the_owners_own_videos_and_those_of_several_people_do_not_count(felix: Person) -> None:
    ask_often(cast.olive(), MANY + 1)
    ask_often(felix, MANY - 1)
    sten = cast.sten()
    grant.give(cast.olive(), person=sten, uses=[Use.GENERATE])
    ask_often(sten, MANY - 1)
    assert not Case.objects.exists()


def test_what_was_asked_an_hour_ago_is_forgotten(felix: Person) -> None:
    ask_often(felix, MANY - 1)
    PermitRecord.objects.update(
        created_at=F("created_at") - timedelta(hours=1), expires_at=F("expires_at") - timedelta(hours=1)
    )
    ask_often(felix, 1)
    assert not Case.objects.exists()


def decided(answer: str) -> None:
    concentration.resolved(Concentration.objects.get().public_id, answer)


def test_a_cleared_one_goes_on(felix: Person) -> None:
    ask_often(felix, MANY)
    decided("clear")
    ask_often(felix, 1)
    assert not Notice.objects.filter(person=felix, kind="appearance.often").exists()


def test_a_refused_one_ends_with_a_sentence_for_both_and_reaches_nobody_else(felix: Person) -> None:
    ask_often(felix, MANY)
    decided("refuse")
    decided("refuse")
    answer = ask(felix)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.cameo) == (Reason.TOO_OFTEN, "olive")
    assert answer.advice
    assert Notice.objects.filter(person=felix, kind="appearance.often").count() == 1
    assert isinstance(ask(cast.olive()), Permit)
    cast.cameo(cast.pat())
    grant.give(cast.pat(), person=felix, uses=[Use.GENERATE])
    assert isinstance(ask(felix, "pat"), Permit)


def test_a_moderator_decides_it_at_the_desk(felix: Person) -> None:
    ask_often(felix, MANY)
    decide.decide(
        Case.objects.get().public_id, by=cast.mo().pk, decision=Decision.Answer.REFUSE, reason="It is a campaign."
    )
    assert isinstance(ask(felix), Refusal)
