"""PostgreSQL goes down and comes back while a clip is being made: the job is finished once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from config import broker, postgres
from config.crew import Crew, free_port
from config.demo.visitor import Visitor
from tests.journeys.conftest import Service

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("journey")]
ENDED = {"done", "refused", "failed", "cancelled", "held"}
ASKED = {"prompt": "a basketball bounces on a wooden floor", "size": "640x360", "seconds": 4, "model": "world"}


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with a database server of its own, which may be stopped without harm to others."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    url = postgres.ensure(tmp_path)
    environment = {"DATABASE_URL": url, "WEIGHTS_HOME": str(settings.WEIGHTS_HOME), "CELERY_BROKER_URL": ""}
    env = {**os.environ, **environment, "COUNTENANCE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "manage.py", "setup"], cwd=settings.ROOT, env=env, check=True, capture_output=True)
    with Crew(tmp_path, free_port(), environment) as crew:
        yield Service(crew.url, tmp_path)
    broker.stop(tmp_path)
    postgres.stop(tmp_path)


def restart(home: Path) -> None:
    """Stop the server under everybody's feet, then start it again."""
    postgres.stop(home)
    postgres.ensure(home)


def released(home: Path) -> int:
    """Return how many clips there are."""
    with psycopg.connect(postgres.address(home)) as connection:
        row = connection.execute("SELECT count(*) FROM generation_clip WHERE state = 'released'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_restart_of_the_database_costs_an_attempt_and_not_the_clip(alone: Service) -> None:
    felix = Visitor(alone.url, "felix")
    felix.sign_up()
    made = felix.ask("POST", "jobs", json=ASKED)
    felix.follow(f"jobs/{made['id']}", until=lambda told: told["stage"] == "drawing", seconds=60)

    restart(alone.home)

    found = felix.follow(f"jobs/{made['id']}", until=lambda told: told["state"] in ENDED, seconds=240)
    assert found["state"] == "done", found
    assert felix.call("GET", f"clips/{found['clip']}/content").ok
    assert released(alone.home) == 1
