"""One honest recording for all, filmed and observed once: making it takes longer than judging it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from consent.cameos import judgement
from consent.cameos.gallery import the_gallery
from consent.cameos.observation import Observation, observe
from tests.consent import films
from tests.consent.booth import Booth


@pytest.fixture(scope="session")
def mesh_model() -> Path:
    """MediaPipe's model; without fetched weights these tests cannot say anything."""
    path = settings.WEIGHTS["face_landmarker.task"]
    assert path is not None, "fetch the weights first: manage.py models fetch"
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, mesh_model: Path) -> Path:
    """The actor answering ``films.POSES`` and ``films.DIGITS``."""
    return films.honest(tmp_path_factory.mktemp("films") / "honest.mp4", mesh_model)


@pytest.fixture(scope="session")
def seen(film: Path) -> Observation:
    """What the engines see and hear in it."""
    return observe(film)


@pytest.fixture
def booth(film: Path, seen: Observation, monkeypatch: pytest.MonkeyPatch) -> Booth:
    """A place to enrol that looks at nothing twice."""
    monkeypatch.setattr(judgement, "observe", lambda _path, **_: seen)
    return Booth(film)


@pytest.fixture(autouse=True)
def empty_gallery() -> Iterator[None]:
    """Forget whose faces an earlier test opened."""
    the_gallery._known.clear()
    yield
    the_gallery._known.clear()
