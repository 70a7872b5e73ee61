"""Killed between a revocation's commit and those who hear of it: everything it means still happens, once."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from consent.grants.grant import give
from consent.models import Appearance, Fact, Grant, Notice, Person, Receipt
from consent.permit import Use
from generation.feed import publish, watch
from generation.feed.watch import Sight
from generation.models import Clip, Job, Link
from generation.pipeline import recall, run
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from provenance.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def homes(homes: None, settings: Settings) -> dict[str, str]:
    """Return where this test writes, for its processes."""
    return {name: str(getattr(settings, name)) for name in ("MEDIA_HOME", "QUARANTINE_HOME", "KEY_HOME")}


def begin(homes: dict[str, str], act: str, **task: object) -> subprocess.Popen[bytes]:
    """Start a process of its own on this test's database, without a broker."""
    where = connection.settings_dict
    pairs = {name: where[key] for name, key in (("user", "USER"), ("password", "PASSWORD"), ("host", "HOST"))}
    pairs |= {"dbname": where["NAME"], "port": where["PORT"]}
    dsn = " ".join(f"{name}={value}" for name, value in pairs.items() if value)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.doubles.killed", json.dumps({"act": act, "homes": homes, **task})],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": dsn, "CELERY_BROKER_URL": "memory://"},
    )


def done(homes: dict[str, str], act: str, **task: object) -> int:
    """Run such a process to its end; return how it ended."""
    return begin(homes, act, **task).wait(timeout=60)


@pytest.fixture
def clip(wave: Job, olive: Person) -> Clip:
    """Return the clip in which Felix casts Olive, shown by a link."""
    run.make(wave.pk)
    clip = Clip.objects.get()
    give(olive, person=clip.maker, uses=[Use.GENERATE, Use.PUBLISH])
    assert publish.show(clip.public_id, visibility=Clip.Visibility.LINK) is None
    Fact.objects.all().delete()
    return clip


def withdrawn() -> int:
    """Return how many seals the log says were withdrawn."""
    return Entry.objects.filter(kind="asset.withdrawn").count()


def test_a_revocation_whose_process_is_killed_is_carried_out_once_by_others(
    clip: Clip, homes: dict[str, str], olive: Person
) -> None:
    waiting = submit(Wish("@olive sings", seconds=1), maker=clip.maker_id)
    grant = Grant.objects.get(revoked_at=None)
    assert done(homes, "revoke", id=grant.public_id) == -signal.SIGKILL

    assert Fact.objects.filter(delivered_at=None, attempts=0).count() == 1
    assert watch.seen(clip, viewer=olive.pk) is Sight.GONE  # before anybody has been told
    assert withdrawn() == 0
    assert Notice.objects.filter(person=clip.maker, kind="grant.revoked").count() == 1

    assert done(homes, "deliver", dies=True) == -signal.SIGKILL
    assert Fact.objects.filter(delivered_at=None).count() == 1
    assert withdrawn() == 0  # what the dead one did is undone with it

    both = [begin(homes, "deliver") for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    clip.refresh_from_db()
    waiting.refresh_from_db()
    assert (clip.state, waiting.state) == (Clip.State.WITHDRAWN, Job.State.REFUSED)
    assert withdrawn() == 1
    assert not Fact.objects.filter(delivered_at=None).exists()
    assert not Link.objects.filter(revoked_at=None).exists()
    assert Notice.objects.filter(person=clip.maker, kind="grant.revoked").count() == 1
    assert Receipt.objects.filter(kind="grant.revoked").count() == 1


def test_a_takedown_whose_process_is_killed_is_carried_out_once_by_others(
    clip: Clip, homes: dict[str, str], olive: Person
) -> None:
    found = Appearance.objects.get(use="generate")
    assert done(homes, "take_down", id=found.public_id) == -signal.SIGKILL

    assert watch.seen(clip, viewer=olive.pk) is Sight.GONE
    assert withdrawn() == 0
    assert done(homes, "deliver", dies=True) == -signal.SIGKILL
    assert withdrawn() == 0

    both = [begin(homes, "deliver") for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    clip.refresh_from_db()
    assert clip.state == Clip.State.WITHDRAWN
    assert withdrawn() == 1
    assert not Fact.objects.filter(delivered_at=None).exists()
    assert Notice.objects.filter(person=clip.maker, kind="appearance.deleted").count() == 1
    assert Receipt.objects.filter(kind="appearance.deleted").count() == 1


def test_receivers_that_hear_the_same_at_the_same_time_do_it_once(clip: Clip, olive: Person) -> None:
    waiting = submit(Wish("@olive sings", seconds=1), maker=clip.maker_id)
    Grant.objects.update(expires_at="2020-01-01T00:00:00Z")
    Appearance.objects.update(allowed_until="2020-01-01T00:00:00Z")
    errors: list[BaseException] = []
    gate = threading.Barrier(4)

    def hear() -> None:
        try:
            gate.wait(timeout=10)
            recall.recall(owner=olive.pk, person=clip.maker_id)
            recall.take_down({clip.public_id})
        except BaseException as error:  # noqa: BLE001  (handed to the test, which fails on it)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=hear) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    waiting.refresh_from_db()
    assert waiting.state == Job.State.REFUSED
    assert Clip.objects.get().state == Clip.State.WITHDRAWN
    assert withdrawn() == 1
