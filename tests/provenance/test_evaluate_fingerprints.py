"""``evaluate fingerprints`` measures real encodes, and leaves nothing behind."""

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from provenance.backends import edits
from provenance.management.bench import fingerprints as bench
from provenance.manifests.models import Manifest
from provenance.marks.models import Fingerprint
from tests.provenance import clips, prints

NAMED = [
    "h264_crf23",
    "h264_crf28",
    "h264_crf35",
    "h265_crf28",
    "vp9_crf36",
    "av1_crf35",
    "resize_50",
    "resize_33",
    "crop_10",
    "crop_20",
    "crop_30",
    "rotate_2",
    "flip",
    "brightness",
    "contrast",
    "gamma",
    "fps_15",
    "letterbox",
    "overlay",
    "trim_2s",
    "chain_28_50_10",
    "chain_social",
]


def measured(folder: Path) -> dict[str, Any]:
    out = io.StringIO()
    call_command("evaluate", "fingerprints", "--videos", str(folder), "--json", stdout=out, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def folder(tmp_path: Path, *, seconds: float) -> Path:
    for name in ("astronaut", "coffee"):
        planes = prints.pan(name, width=160, height=120, count=int(24 * seconds))
        shown = [np.repeat(one[:, :, None], 3, 2) for one in planes]
        clips.write(tmp_path / f"{name}.mp4", shown, rate=24, tone=seconds)
    (tmp_path / "notes.txt").write_text("no video")
    return tmp_path


@pytest.mark.django_db
def test_recall_is_measured_for_each_edit_beside_false_hits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: edits.EDITS[name] for name in ("h264_crf35", "flip", "crop_10_corner")}
    monkeypatch.setattr(edits, "EDITS", few)
    monkeypatch.setattr(edits, "SOUNDS", {"trim_1s": edits.SOUNDS["trim_1s"]})
    found = measured(folder(tmp_path, seconds=1.5))
    assert found["edits"].keys() == few.keys()
    assert found["edits"]["h264_crf35"] == {"n": 2, "found": 2, "recall": 1.0, "ci95": [0.34237, 1.0]}
    assert found["edits"]["flip"]["found"] == 2
    assert found["false_positives"] == {"n": 6, "hits": 0, "rate": 0.0, "ci95": [0.0, 0.39034]}
    assert found["ms_per_query"] > 0
    assert found["videos"] == 2
    assert Manifest.objects.count() == Fingerprint.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.long
def test_every_edit_that_is_named_can_be_measured(tmp_path: Path) -> None:
    found = measured(folder(tmp_path, seconds=4))
    assert set(NAMED) <= found["edits"].keys()
    assert found["audio"]["edits"].keys() == edits.SOUNDS.keys()
    assert all(found["edits"][name]["recall"] == 1 for name in ("h264_crf23", "h264_crf28", "flip", "crop_20"))


def test_the_named_edits_are_all_there() -> None:
    assert set(NAMED) <= edits.EDITS.keys()


@pytest.mark.parametrize("name", ["crop_10", "fps_15", "trim_2s", "resize_33", "letterbox", "chain_social"])
def test_an_edit_does_what_its_name_says(tmp_path: Path, name: str) -> None:
    clip = edits.Clip(clips.pictures("texture", width=160, height=120, count=96), Fraction(24))
    edit = edits.EDITS[name]
    edits.write(edit.change(clip), tmp_path / "out.mp4", codec=edit.codec, crf=edit.crf)
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        told = (stream.width, stream.height, float(stream.average_rate or 0), sum(1 for _ in container.decode(stream)))
    assert (
        told
        == {
            "crop_10": (144, 108, 24, 96),
            "fps_15": (160, 120, 15, 60),
            "trim_2s": (160, 120, 24, 48),
            "resize_33": (52, 40, 24, 96),
            "letterbox": (160, 154, 24, 96),
            "chain_social": (160, 120, 24, 96),
        }[name]
    )


def test_sound_is_edited_as_it_says() -> None:
    samples = np.sin(np.arange(96_000) / 20).astype(np.float32)
    assert len(edits.heard(samples, 48_000, "trim")) == 48_000
    assert 20 * np.log10(np.std(edits.heard(samples, 48_000, "gain")) / np.std(samples)) == pytest.approx(-10, abs=0.01)
    noise = edits.heard(samples, 48_000, "noise") - samples
    assert 20 * np.log10(np.std(noise) / np.sqrt(np.mean(samples**2))) == pytest.approx(-20, abs=0.1)


@pytest.mark.django_db
def test_what_cannot_be_measured_is_one_sentence_and_status_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.mp4").write_text("no video")
    cases = {
        "nowhere": "Say where the videos are",
        "empty": "There are no files",
        "text": "None of these files is a video",
    }
    for name, sentence in cases.items():
        with pytest.raises(CommandError, match=f"^{sentence}") as refused:
            measured(tmp_path / name)
        assert refused.value.returncode == 2
    monkeypatch.setattr(edits, "missing", lambda: ["libsvtav1"])
    with pytest.raises(CommandError, match="libsvtav1"):
        measured(tmp_path / "text")


@pytest.mark.django_db
def test_the_bench_finds_all_it_asks_for_and_leaves_no_rows() -> None:
    found = bench.measure(500)
    assert (found["hashes"], found["missed"]) == (500, 0)
    assert found["ms_per_hash"] > 0
    assert Manifest.objects.count() == Fingerprint.objects.count() == 0
