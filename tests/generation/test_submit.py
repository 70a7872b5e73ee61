"""A request becomes one job, once per key, within what one person may have waiting."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from generation.errors import DraftError, QuotaError, RepeatedError
from generation.models import Draft, Job
from generation.pipeline.submit import cancel, submit
from generation.studio.compose import Wish
from tests import cast

BALL = Wish("a ball falls", seconds=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the jobs that were sent to the workers."""
    jobs: list[int] = []
    monkeypatch.setattr("generation.pipeline.dispatch.send", jobs.append)
    return jobs


@pytest.mark.django_db
def test_a_job_is_sent_when_its_row_is_there_for_the_worker_to_find(
    sent: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = submit(BALL, maker=cast.felix().pk)
        assert sent == []
    assert sent == [job.pk]


@pytest.mark.django_db
def test_the_same_key_and_request_give_the_same_job() -> None:
    felix = cast.felix()
    assert submit(BALL, maker=felix.pk, key="k1") == submit(BALL, maker=felix.pk, key="k1")
    assert Job.objects.count() == Draft.objects.count() == 1


@pytest.mark.django_db
def test_a_key_is_its_makers_own() -> None:
    assert submit(BALL, maker=cast.felix().pk, key="k1") != submit(BALL, maker=cast.sten().pk, key="k1")


@pytest.mark.django_db
def test_a_key_used_for_another_request_is_refused() -> None:
    felix = cast.felix()
    submit(BALL, maker=felix.pk, key="k1")
    with pytest.raises(RepeatedError, match="used before"):
        submit(Wish("a bell rings"), maker=felix.pk, key="k1")


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_with_one_key_give_one_job(sent: list[int]) -> None:
    felix = cast.felix()
    start = threading.Barrier(4)
    jobs: list[int] = []

    def ask() -> None:
        start.wait()
        jobs.append(submit(BALL, maker=felix.pk, key="k1").pk)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == 4
    assert len(set(jobs)) == 1
    assert sent == [jobs[0]]


@pytest.mark.django_db
def test_the_eleventh_waiting_job_is_refused_and_leaves_nothing() -> None:
    felix = cast.felix()
    for _ in range(10):
        submit(BALL, maker=felix.pk)
    with pytest.raises(QuotaError, match="let one finish"):
        submit(BALL, maker=felix.pk)
    assert Draft.objects.count() == 10
    submit(BALL, maker=cast.sten().pk)


@pytest.mark.django_db
def test_a_wish_that_cannot_be_made_leaves_nothing() -> None:
    with pytest.raises(DraftError):
        submit(Wish("@nobody_here waves"), maker=cast.felix().pk)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_waiting_job_can_be_cancelled_once() -> None:
    job = submit(BALL, maker=cast.felix().pk)
    assert cancel(job)
    assert not cancel(job)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert job.finished_at is not None


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"state": "done"}, "job_finished_iff_ended"),
        ({"finished_at": timezone.now()}, "job_finished_iff_ended"),
        ({"attempts": 4}, "job_three_attempts"),
        ({"lease_token": "x"}, "job_lease_iff_working"),
        ({"state": "making"}, "job_lease_iff_working"),
        ({"state": "held"}, "job_held_by_a_case"),
        ({"state": "refused", "finished_at": timezone.now()}, "job_no_without_reason"),
        ({"state": "asleep"}, "job_state_known"),
        ({"progress": 1.5}, "job_progress_0_to_1"),
    ],
)
@pytest.mark.django_db
def test_the_table_takes_no_job_that_makes_no_sense(change: dict[str, object], broken: str) -> None:
    job = submit(BALL, maker=cast.felix().pk)
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**change)
