"""A hold opens one case; a person decides it once; what was decided holds for what was shown and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from provenance.log.models import Entry
from safety import cases
from safety.errors import AppendOnlyError, CaseError
from safety.review import queue
from safety.review.decide import decide
from safety.review.models import Case, Decision, Event
from safety.review.subjects import _REGISTERED
from tests import cast
from tests.safety.stories import OTHER, STREAM, UNSURE, Owner, ask, cleared, held, show, watched

pytestmark = pytest.mark.django_db
CLEAR, REFUSE = Decision.Answer.CLEAR, Decision.Answer.REFUSE


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Owner:
    """Somebody who owns jobs."""
    monkeypatch.setitem(_REGISTERED, "job", _REGISTERED["job"])  # put back afterwards
    mine = Owner()
    mine.register("job")
    return mine


def test_a_hold_opens_exactly_one_case() -> None:
    first, again = held(ask(UNSURE)), held(ask(UNSURE))
    assert first.case == again.case
    case = Case.objects.get()
    assert (case.public_id, case.kind, case.subject, case.state) == (first.case, "job", "job-1", "open")
    assert [event.kind for event in case.events.all()] == ["opened"]


def test_the_database_keeps_one_open_case_a_subject() -> None:
    case = Case.objects.get(public_id=held(ask(UNSURE)).case)
    case.pk, case.public_id = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        case.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_holds_that_race_open_one_case() -> None:
    def open_one(_: int) -> str:
        try:
            with transaction.atomic():
                return cases.open(kind="clip", subject="clip-1", policy="sexual", reason="unsure")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        opened = set(pool.map(open_one, range(6)))
    assert len(opened) == 1
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_is_opened_only_inside_the_transaction_that_holds() -> None:
    with pytest.raises(CaseError, match="inside the transaction"):
        cases.open(kind="clip", subject="clip-1", policy="sexual", reason="unsure")


def test_deciding_clear_tells_the_owner_once(owner: Owner) -> None:
    case = held(ask(UNSURE)).case
    decide(case, by=cast.mo().pk, decision=CLEAR, reason="A dog on a beach.")
    assert owner.told == [("job-1", "clear")]
    with pytest.raises(CaseError, match="already decided"):
        decide(case, by=cast.mo().pk, decision=REFUSE, reason="On second thought.")
    assert owner.told == [("job-1", "clear")]
    assert Decision.objects.get().decision == CLEAR


def test_a_decision_is_in_the_log_without_anybodys_name(owner: Owner) -> None:
    case = held(ask(UNSURE)).case
    decide(case, by=cast.mo().pk, decision=REFUSE, reason="Not this one.")
    entry = Entry.objects.get(kind="case.decided")
    assert "job-1" not in str(entry.__dict__)
    assert "Not this one" not in str(entry.__dict__)
    assert case in str(entry.__dict__)
    assert owner.told == [("job-1", "refuse")]


@pytest.mark.django_db(transaction=True)
def test_a_decision_that_cannot_be_carried_out_did_not_happen(owner: Owner) -> None:
    case, owner.fails = held(ask(UNSURE)).case, True
    with pytest.raises(RuntimeError):
        decide(case, by=cast.mo().pk, decision=CLEAR, reason="Fine.")
    assert Case.objects.get().state == Case.State.OPEN
    assert not Decision.objects.exists()
    assert not Entry.objects.filter(kind="case.decided").exists()


def test_a_case_nobody_can_carry_out_stays_open() -> None:
    case = cases.open(kind="comet", subject="c", policy="sexual", reason="unsure")
    with pytest.raises(CaseError, match="Nobody has said"):
        decide(case, by=cast.mo().pk, decision=CLEAR, reason="Fine.")
    assert Case.objects.get().state == Case.State.OPEN


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_needs_a_reason(owner: Owner, reason: str) -> None:
    with pytest.raises(CaseError, match="needs a reason"):
        decide(held(ask(UNSURE)).case, by=cast.mo().pk, decision=CLEAR, reason=reason)
    assert owner.told == []


def test_no_case_no_decision() -> None:
    with pytest.raises(CaseError, match="no such case"):
        decide("nothing", by=cast.mo().pk, decision=CLEAR, reason="Fine.")


@pytest.mark.usefixtures("owner")
def test_what_a_person_cleared_is_not_held_again() -> None:
    case = held(ask(UNSURE)).case
    decide(case, by=cast.mo().pk, decision=CLEAR, reason="A dog on a beach.")
    cleared(ask(UNSURE))


@pytest.mark.usefixtures("owner")
def test_a_decision_covers_what_was_shown_and_nothing_else() -> None:
    case = held(ask(UNSURE)).case
    decide(case, by=cast.mo().pk, decision=CLEAR, reason="A dog on a beach.")
    assert held(ask(UNSURE, digest=OTHER)).case != case
    held(ask(UNSURE, job="job-2"))
    assert not cases.is_cleared("job", "job-1", policy="language-not-covered", digest="")
    assert not cases.is_cleared("job", "job-1", policy="sexual", digest="a" * 64)
    assert cases.is_cleared("job", "job-1", policy="language-not-covered", digest="a" * 64)


@pytest.mark.usefixtures("owner")
def test_a_refused_case_clears_nothing() -> None:
    decide(held(ask(UNSURE)).case, by=cast.mo().pk, decision=REFUSE, reason="No.")
    held(ask(UNSURE))


def test_a_second_hold_joins_the_open_case_and_says_so() -> None:
    case = held(show(watched(90), engine="http")).case
    joined = cases.open(kind="job", subject="job-1", policy="stranger", reason="An unknown face.", digest=STREAM)
    row = Case.objects.get()
    assert joined == case
    assert row.policies == ["not-evaluated", "stranger"]
    assert [event.kind for event in row.events.all()] == ["opened", "joined"]


def test_a_hold_on_other_bytes_is_not_covered_by_the_open_case() -> None:
    held(show(watched(90), engine="http"))
    cases.open(kind="job", subject="job-1", policy="stranger", reason="An unknown face.", digest=OTHER)
    assert Case.objects.get().policies == ["not-evaluated"]


@pytest.mark.usefixtures("owner")
def test_a_subject_is_restricted_until_it_is_cleared() -> None:
    assert not cases.is_restricted("job", "job-1")
    case = held(ask(UNSURE)).case
    assert cases.is_restricted("job", "job-1")
    decide(case, by=cast.mo().pk, decision=CLEAR, reason="Fine.")
    assert not cases.is_restricted("job", "job-1")
    decide(held(ask(UNSURE, digest=OTHER)).case, by=cast.mo().pk, decision=REFUSE, reason="No.")
    assert cases.is_restricted("job", "job-1")


@pytest.mark.usefixtures("owner")
def test_two_moderators_do_not_get_the_same_case() -> None:
    first, second = held(ask(UNSURE)).case, held(ask(UNSURE, job="job-2")).case
    mine, yours = queue.claim_next(by=cast.mo().pk), queue.claim_next(by=cast.person("max", is_staff=True).pk)
    assert mine is not None
    assert yours is not None
    assert (mine.public_id, yours.public_id) == (first, second)
    assert queue.claim_next(by=cast.mo().pk) == mine
    with pytest.raises(CaseError, match="Another moderator"):
        decide(second, by=cast.mo().pk, decision=CLEAR, reason="Fine.")


def test_a_moderator_who_left_does_not_keep_a_case() -> None:
    held(ask(UNSURE))
    queue.claim_next(by=cast.mo().pk)
    max_ = cast.person("max", is_staff=True).pk
    assert queue.claim_next(by=max_) is None
    Case.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    assert queue.claim_next(by=max_) is not None


@pytest.mark.usefixtures("owner")
def test_events_and_decisions_are_written_once() -> None:
    decide(held(ask(UNSURE)).case, by=cast.mo().pk, decision=CLEAR, reason="Fine.")
    for row in (Event.objects.first(), Decision.objects.get()):
        assert row is not None
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            type(row).objects.all().delete()
