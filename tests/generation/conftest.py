"""The road for tests: real judges, real seal, and an engine that draws fast where a test is not about the engine."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from generation.models import Job
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from tests import cast
from tests.doubles.engine import BarEngine

BALL = Wish("a red ball rolls over a green meadow", seconds=1, seed=7)


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
