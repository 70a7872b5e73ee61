"""Whatever dies, whenever: a job is finished once or fails with a reason, nothing is released twice or unsealed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from generation.models import Clip, Job, Render
from generation.pipeline import sweep
from generation.pipeline.submit import submit
from provenance.verify import examine
from tests import cast
from tests.generation.conftest import BALL

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parent.parent.parent

STEPS = [
    ("generation.pipeline.tickets:permission", 1, False),
    ("generation.pipeline.tickets:permission", 1, True),
    ("generation.pipeline.tickets:attempt", 1, True),
    ("generation.pipeline.run:render", 1, True),
    ("generation.pipeline.encode:marked", 12, True),
    ("generation.pipeline.run:encode", 1, True),
    ("generation.pipeline.leaving:finish", 1, True),
    ("generation.pipeline.leaving:put_out", 1, True),
    ("generation.pipeline.leaving:done", 1, True),
]
AFTER_RELEASE = ("generation.pipeline.workplace:remove", 1, False)


@dataclass
class Workers:
    """A process that starts workers, each in a process of its own."""

    pipe: subprocess.Popen[str]
    homes: dict[str, str]

    def walk(self, job: Job, *, step: str = "", nth: int = 1, after: bool = False, strike: str = "die") -> int:
        """Let a worker walk the road; return how its process ended."""
        assert self.pipe.stdin is not None
        assert self.pipe.stdout is not None
        task = {"job": job.pk, "step": step, "nth": nth, "after": after, "strike": strike, "homes": self.homes}
        self.pipe.stdin.write(json.dumps(task) + "\n")
        self.pipe.stdin.flush()
        return int(self.pipe.stdout.readline())


@pytest.fixture(scope="module")
def pipe(django_db_setup: None) -> Iterator[subprocess.Popen[str]]:
    """Start the process that starts workers; its children use the test's database and no broker."""
    environment = {**os.environ, "CELERY_BROKER_URL": "memory://", "DATABASE_URL": dsn(connection.settings_dict)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.doubles.worker"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


@pytest.fixture
def workers(pipe: subprocess.Popen[str], settings: Settings) -> Workers:
    """Return workers that write where this test writes."""
    homes = {name: str(getattr(settings, name)) for name in ("MEDIA_HOME", "QUARANTINE_HOME", "KEY_HOME")}
    return Workers(pipe, homes)


def dsn(where: dict[str, object]) -> str:
    """Return the test database's address in libpq's keyword form."""
    pairs = {"dbname": where["NAME"], "user": where["USER"], "password": where["PASSWORD"], "host": where["HOST"]}
    return " ".join(f"{name}={value}" for name, value in {**pairs, "port": where["PORT"]}.items() if value)


def later(job: Job) -> None:
    """Let the dead worker's lease run out, and beat sweep."""
    Job.objects.filter(pk=job.pk, lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep.sweep()
    job.refresh_from_db()


def check_finished_once(job: Job, settings: Settings) -> None:
    """Assert what must hold however many workers died: one release, one sealed file with a clip, no leftovers."""
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.refusal
    assert Render.objects.filter(job=job, state=Render.State.RELEASED).count() == 1
    assert not Render.objects.filter(state=Render.State.RUNNING).exists()
    clip = Clip.objects.get()
    files = [path for path in Path(settings.MEDIA_HOME).iterdir() if not path.name.startswith(".")]
    assert Path(settings.MEDIA_HOME) / clip.path in files
    assert {examine(path).verdict for path in files} == {"ours"}
    assert not [path for path in Path(settings.QUARANTINE_HOME).rglob("*") if path.is_file()]


@pytest.mark.parametrize(("step", "nth", "after"), STEPS)
def test_a_worker_killed_in_any_step_leaves_a_job_that_the_next_one_finishes(
    workers: Workers, settings: Settings, step: str, nth: int, *, after: bool
) -> None:
    job = submit(BALL, maker=cast.felix().pk)
    assert workers.walk(job, step=step, nth=nth, after=after) == -9
    assert not Clip.objects.exists()
    later(job)
    assert job.state in Job.WORKING
    assert workers.walk(job) == 0
    check_finished_once(job, settings)


def test_a_worker_killed_after_release_leaves_a_done_job_that_nobody_does_again(
    workers: Workers, settings: Settings
) -> None:
    job = submit(BALL, maker=cast.felix().pk)
    step, nth, after = AFTER_RELEASE
    assert workers.walk(job, step=step, nth=nth, after=after) == -9
    later(job)
    assert workers.walk(job) == 0
    check_finished_once(job, settings)
    assert job.attempts == 1


def test_a_job_that_kills_three_workers_fails_with_a_reason(workers: Workers) -> None:
    job = submit(BALL, maker=cast.felix().pk)
    for _ in range(3):
        assert workers.walk(job, step="generation.pipeline.run:encode") == -9
        later(job)
    assert job.state == Job.State.FAILED
    assert job.refusal is not None
    assert "stopped three times" in job.refusal["sentence"]
    assert not Clip.objects.exists()


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        ("generation.pipeline.tickets:words", 1),
        ("generation.pipeline.encode:marked", 12),
        ("generation.pipeline.leaving:put_out", 1),
        ("generation.pipeline.leaving:done", 1),
    ],
)
def test_a_database_that_goes_away_costs_an_attempt_and_not_the_job(
    workers: Workers, settings: Settings, step: str, nth: int
) -> None:
    job = submit(BALL, maker=cast.felix().pk)
    assert workers.walk(job, step=step, nth=nth, strike="lose_database") == 0
    later(job)
    if job.state != Job.State.DONE:  # lost between two statements that needed nothing of one another
        assert job.state == Job.State.QUEUED, (job.state, job.refusal)
        assert workers.walk(job) == 0
    check_finished_once(job, settings)
