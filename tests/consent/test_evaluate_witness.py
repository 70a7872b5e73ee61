"""``evaluate witness``: a few clips, and the figures' shape."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from consent.cameos import gallery
from consent.trials import appearing


def test_appearances_are_drawn_by_seed_and_last_half_a_second_at_least() -> None:
    one, same = (appearing.drawn(np.random.default_rng(4), heights=(90, 150)) for _ in range(2))
    assert one == same
    assert one.seconds >= 0.5
    assert one.start + one.seconds <= appearing.SECONDS
    assert 90 <= one.height <= 150


def test_who_resembles_a_face_depends_on_how_many_are_enrolled() -> None:
    face = np.zeros(128, np.float32)
    face[0] = 1
    other = np.zeros(128, np.float32)
    other[:2] = 0.5, 0.866
    known = {1: (1, face), 2: (2, other)}
    assert [(hit.cameo, hit.is_strong) for hit in gallery.alike(known, face, size=2)] == [(1, True), (2, True)]
    assert [(hit.cameo, hit.is_strong) for hit in gallery.alike(known, face, size=1000)] == [(1, True), (2, False)]
    assert [hit.cameo for hit in gallery.alike(known, face, size=100_000)] == [1]


def test_without_its_weights_it_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    settings.WEIGHTS = settings.WEIGHTS | {"face_landmarker.task": None}
    with pytest.raises(CommandError, match="cannot be measured"):
        call_command("evaluate_witness", "--clips", "1")


@pytest.mark.long
def test_a_few_clips_are_measured() -> None:
    told = StringIO()
    call_command("evaluate", "witness", "--clips", "10", "--json", stdout=told, stderr=StringIO())
    found = json.loads(told.getvalue())
    assert found["missed"]["n"] == found["false_holds"]["n"] == 10
    assert found["missed"]["count"] == 0
    assert found["false_holds"]["count"] == 0
    assert found["too_small_said"]["count"] == found["too_small_said"]["n"] == 1
    assert 0 < found["false_holds"]["ci95"][1] < 1
