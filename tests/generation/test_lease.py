"""One worker has a job at a time; who goes silent loses it, and who lost it can move nothing."""

import os
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from generation.errors import LeaseLostError
from generation.models import Job
from generation.pipeline import dispatch, lease, workplace
from generation.pipeline.submit import cancel, submit
from generation.pipeline.sweep import sweep
from generation.studio.compose import Wish
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    """Return a job that waits."""
    return submit(Wish("a ball falls", seconds=1), maker=cast.felix().pk)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the jobs that the sweep sends."""
    jobs: list[int] = []
    monkeypatch.setattr("generation.pipeline.sweep.send", jobs.append)
    return jobs


def expire(job: Job) -> None:
    """Let a lease run out."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_second_message_finds_the_lease_taken_and_is_dropped(job: Job) -> None:
    assert lease.take(job.pk) is not None
    assert lease.take(job.pk) is None


def test_a_lease_that_ran_out_goes_to_the_next_worker(job: Job) -> None:
    first = lease.take(job.pk)
    assert first is not None
    expire(job)
    second = lease.take(job.pk)
    assert second is not None
    assert second.job.attempts == 2
    with pytest.raises(LeaseLostError):
        first.write(stage="too late")


def test_a_job_that_ended_is_not_taken(job: Job) -> None:
    cancel(job)
    assert lease.take(job.pk) is None


def test_a_job_that_does_not_exist_is_not_taken() -> None:
    assert lease.take(12345) is None


def test_cancelling_takes_the_lease_away(job: Job) -> None:
    held = lease.take(job.pk)
    assert held is not None
    cancel(job)
    with pytest.raises(LeaseLostError):
        held.progress(1.0)


def test_a_fourth_attempt_is_not_made(job: Job) -> None:
    for _ in range(3):
        assert lease.take(job.pk) is not None
        expire(job)
    assert lease.take(job.pk) is None


def test_a_person_has_two_running_and_the_third_waits(job: Job) -> None:
    others = [submit(Wish("a ball falls"), maker=job.maker_id) for _ in range(2)]
    assert lease.take(job.pk) is not None
    assert lease.take(others[0].pk) is not None
    assert lease.take(others[1].pk) is None
    assert lease.take(submit(Wish("a ball falls"), maker=cast.sten().pk).pk) is not None
    expire(job)
    assert lease.take(others[1].pk) is not None


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_its_worker_lives(settings: Settings) -> None:
    settings.JOB_LEASE_SECONDS, settings.JOB_RENEW_SECONDS = 1, 0.1
    job = submit(Wish("a ball falls"), maker=cast.felix().pk)
    with lease.taken(job.pk) as held:
        assert held is not None
        time.sleep(1.3)
        assert lease.take(job.pk) is None
        Job.objects.filter(pk=job.pk).update(lease_token="another", lease_until=timezone.now())
        assert held.lost.wait(2)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_race_and_one_gets_the_job() -> None:
    job = submit(Wish("a ball falls"), maker=cast.felix().pk)
    start, got = threading.Barrier(8), []

    def race() -> None:
        start.wait()
        got.append(lease.take(job.pk))
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in got if one is not None]) == 1


def test_the_sweep_sends_what_a_silent_worker_left(job: Job, sent: list[int]) -> None:
    assert lease.take(job.pk) is not None
    sweep()
    assert sent == []
    expire(job)
    sweep()
    assert sent == [job.pk]


def test_the_sweep_fails_what_three_workers_could_not_do_and_says_so(job: Job, sent: list[int]) -> None:
    for _ in range(3):
        lease.take(job.pk)
        expire(job)
    sweep()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert job.refusal is not None
    assert job.refusal["sentence"].startswith("The worker stopped three times")
    assert job.finished_at is not None
    assert sent == []


def test_the_sweep_sends_a_job_whose_message_was_lost_and_not_again_at_once(job: Job, sent: list[int]) -> None:
    sweep()
    assert sent == []
    Job.objects.filter(pk=job.pk).update(queued_at=timezone.now() - timedelta(minutes=2))
    sweep()
    sweep()
    assert sent == [job.pk]


def test_a_broker_that_is_down_costs_the_maker_nothing(
    job: Job, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def down(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("celery.current_app.send_task", down)
    dispatch.send(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_the_sweep_removes_folders_of_dead_attempts_and_sealed_files_nobody_owns(settings: Settings) -> None:
    with workplace.opened("gone") as folder:
        (folder / "video.mp4").write_bytes(b"x")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.parent.parent.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    folder.mkdir()
    settings.MEDIA_HOME.mkdir()
    old, fresh = settings.MEDIA_HOME / "old.mp4", settings.MEDIA_HOME / "fresh.mp4"
    for path in (old, fresh):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    sweep()
    assert not folder.exists()
    assert not old.exists()
    assert fresh.exists()
