"""``manage.py evaluate output``: every file gets a row, whatever it is, and a row never shows a score."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from safety.management.filming import film
from tests.provenance import clips
from tests.safety.stories import UNSAFE, written

pytestmark = pytest.mark.django_db


def evaluated(folder: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("evaluate", "output", "--videos", str(folder), "--json", *options, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_every_file_gets_its_verdict_its_policy_and_its_place(tmp_path: Path) -> None:
    film(tmp_path / "garden.mp4", seconds=2)
    pages = [written("a quiet page", size=17)] * 30 + [written(UNSAFE, size=17)] * 15
    clips.write(tmp_path / "page.mp4", pages)
    (tmp_path / "notes.mp4").write_text("this is no video")
    found = evaluated(tmp_path)
    assert (found["n"], found["clear"], found["refuse"], found["unreadable"]) == (3, 1, 1, 1)
    garden, notes, page = found["files"]
    assert (garden["verdict"], garden["spans"], garden["not_evaluated"]) == (
        "clear",
        [],
        ["scene content", "apparent age"],
    )
    assert (notes["verdict"], notes["reason"].count(".")) == ("unreadable", 1)
    assert (page["verdict"], page["policy"]) == ("refuse", "violence")
    (place,) = [span for span in page["spans"] if span["policy"] == "violence"]
    assert (place["start"], place["field"]) == (pytest.approx(1.0, abs=0.05), "text in the picture")
    assert len(place["box"]) == 4
    assert page["ms"] > 0
    assert "score" not in json.dumps(found)
    assert evaluated(tmp_path, "--likeness")["files"][0]["policy"] == "not-evaluated"


def test_nothing_to_measure_is_one_sentence(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(CommandError, match="There is no file in"):
        evaluated(tmp_path)
    with pytest.raises(CommandError, match="There is no folder"):
        evaluated(tmp_path / "nowhere")
    (tmp_path / "a.mp4").write_bytes(b"0")
    settings.WEIGHTS = {**configured.WEIGHTS, "ocr_detection.onnx": None}
    with pytest.raises(CommandError, match="letters is not available"):
        evaluated(tmp_path)
