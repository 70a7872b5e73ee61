"""``manage.py evaluate marks``: real encoders, named edits, exactly the figures that were asked for."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from provenance.backends.watermark.trial import film, tally
from provenance.backends.watermark.trial.edits import EDITS, HARDER
from provenance.management.commands import evaluate_marks
from tests.provenance import clips

NAMED = (
    "h264_crf23 h264_crf28 h264_crf35 h265_crf28 vp9_crf36 av1_crf35 resize_50 resize_33 crop_10 crop_20 crop_30"
    " rotate_2 flip brightness contrast gamma fps_15 letterbox overlay trim_2s chain_28_50_10 chain_social"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("videos")
    clips.write(where / "drift.mp4", clips.pictures("texture", width=320, height=180, count=16))
    (where / "notes.txt").write_text("not a video")
    return where


def measured(folder: Path, *names: str) -> dict[str, Any]:
    out = io.StringIO()
    chosen = ["--edits", *names] if names else []
    call_command("evaluate", "marks", "--videos", str(folder), "--json", *chosen, stdout=out, stderr=io.StringIO())
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_edits_are_those_that_were_promised() -> None:
    assert list(EDITS) == NAMED.split()
    assert not set(EDITS) & set(HARDER)


def test_a_folder_is_measured_and_told_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "DIRECT", 2)
    told = measured(folder, "flip", "h265_crf28", "vp9_crf36", "av1_crf35")
    assert told["psnr_db"] >= 42
    assert 0.9 < told["ssim"] < 1
    assert told["embed_ms_per_frame"] > 0
    assert told["edits"]["flip"] == {"n": 1, "exact": 1, "rate": 1.0, "bit_accuracy": 1.0}
    assert list(told["edits"]) == ["h265_crf28", "vp9_crf36", "av1_crf35", "flip"]
    assert told["false_positives"] == {"n": 6, "hits": 0, "computed_rate": 1e-9}
    assert (told["clips"], told["wrong"]) == (1, 0)
    said = "\n".join(evaluate_marks.lines(told))
    assert "flip             1 of 1 exact, 100.0% of the bits" in said
    assert "wrong numbers: 0; found where there was none: 0 of 6, by proof at most 1e-09 a reading" in said


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_a_folder_without_videos_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "x.mp4").write_bytes(b"nothing")
    with pytest.raises(CommandError, match="no video that can be read") as refused:
        call_command("evaluate_marks", "--videos", str(tmp_path / name), stderr=io.StringIO())
    assert refused.value.returncode == 2


def test_a_missing_encoder_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(film.CODECS, "h265", ("libnone", {}))
    with pytest.raises(CommandError, match="cannot encode with libnone") as refused:
        call_command("evaluate_marks", "--videos", str(folder))
    assert refused.value.returncode == 2


def test_what_is_not_read_back_counts_against_the_mark() -> None:
    row = tally.rate([(7, 7, 1.0), (None, 7, 0.5), (8, 7, 0.75)])
    assert row == {"n": 3, "exact": 1, "rate": 0.3333, "bit_accuracy": 0.75}


@pytest.mark.parametrize("name", [*EDITS, *HARDER])
def test_every_edit_changes_what_it_says(name: str) -> None:
    shown = clips.pictures("texture", width=320, height=180, count=60)
    before = film.Film(tuple(map(film.picture, shown[:1])) * 60, 30.0)
    after = before
    for change in {**EDITS, **HARDER}[name].changes:
        after = change(after, np.random.default_rng(1))
    sizes = {"resize_50": (90, 160), "resize_33": (60, 106), "crop_10": (162, 288), "crop_20": (144, 256)}
    sizes |= {"crop_30": (126, 224), "chain_28_50_10": (80, 144), "letterbox": (180, 240)}
    assert after.pictures[0].y.shape == sizes.get(name, (180, 320))
    assert len(after.pictures) == {"fps_15": 30, "chain_social": 48}.get(name, 60)
    assert all(plane.shape == (one.y.shape[0] // 2, one.y.shape[1] // 2) for one in after.pictures for plane in one[1:])
    is_plain = not {**EDITS, **HARDER}[name].changes or name in {"fps_15", "trim_2s", "p360_crf30", "p240_crf28"}
    same = after.pictures[0].y.shape == (180, 320) and np.array_equal(after.pictures[0].y, before.pictures[0].y)
    assert same == (is_plain or name == "chain_social")
