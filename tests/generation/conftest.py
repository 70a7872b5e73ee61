"""The road for tests: real judges, real seal, and an engine that draws fast where a test is not about the engine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.db import transaction
from django.http import HttpResponse
from pytest_django import Settings

from consent.cameos import likeness
from consent.grants.grant import give
from consent.models import Person
from consent.permit import Use
from generation.models import Job
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from tests import cast
from tests.doubles.engine import BarEngine

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Answer = _MonkeyPatchedWSGIResponse
else:
    Answer = HttpResponse

BALL = Wish("a red ball rolls over a green meadow", seconds=1, seed=7)


@pytest.fixture(autouse=True)
def no_renewal(settings: Settings) -> None:
    """Let leases stand: the renewing thread's own connection cannot see rows of a test's open transaction."""
    settings.JOB_RENEW_SECONDS = 3600


@pytest.fixture
def engines(settings: Settings) -> Iterator[type[BarEngine]]:
    """Put quick engines where the real ones are, and count what they are asked."""
    settings.VIDEO_ENGINES = {
        "world": "tests.doubles.engine.BarEngine",
        "short": "tests.doubles.engine.ShortEngine",
        "broken": "tests.doubles.engine.BrokenEngine",
        "unwilling": "tests.doubles.engine.UnwillingEngine",
    }
    BarEngine.orders.clear()
    yield BarEngine
    BarEngine.orders.clear()


@pytest.fixture
def ball(engines: type[BarEngine]) -> Job:
    """Return Felix's job: nobody cast, nothing wrong with it."""
    return submit(BALL, maker=cast.felix().pk)


@pytest.fixture
def olive() -> Person:
    """Return Olive, whose likeness can be opened: arrays of the right shapes, of nobody."""
    owner = cast.olive()
    nobody = np.random.default_rng(5)
    vector = nobody.standard_normal(128).astype(np.float32)
    with transaction.atomic():
        likeness.keep(
            likeness.Taken(
                vector=vector / np.linalg.norm(vector),
                portrait=nobody.integers(0, 255, (64, 64, 3), np.uint8),
                landmarks=nobody.random((478, 3), np.float32) * 64,
                face_model="0" * 64,
                landmark_model="0" * 64,
            ),
            cameo=owner.cameo,
        )
    return owner


@pytest.fixture
def wave(engines: type[BarEngine], olive: Person) -> Job:
    """Return Felix's job that casts Olive, who has said yes to him."""
    felix = cast.felix()
    give(olive, person=felix, uses=[Use.GENERATE])
    return submit(Wish("@olive waves on a beach", seconds=1), maker=felix.pk)
