import logging
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from pytest_django import Settings

from consent import backends
from consent.backends.face import SFace
from consent.cameos import gallery
from consent.errors import EngineMissingError
from tests.consent import films

WEIGHTS = ("face_detection_yunet.onnx", "face_recognition_sface.onnx")


def files() -> list[Path]:
    return [path for name in WEIGHTS if (path := settings.WEIGHTS[name])]


@pytest.mark.parametrize(("mean", "deviation"), [(127.5, 127.5), (0.0, 255.0), (127.5, 1.0)])
def test_a_recogniser_that_cannot_tell_two_people_apart_refuses_to_run(
    mean: float, deviation: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SFace, "mean", mean)
    monkeypatch.setattr(SFace, "deviation", deviation)
    with pytest.raises(EngineMissingError, match="cannot tell two known people apart"):
        SFace(*files())


def test_weights_that_are_no_network_refuse_to_run(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    with pytest.raises(EngineMissingError, match=r"^The face engine is not available: \w+\.$"):
        SFace(files()[0], broken)


def test_weights_that_were_not_fetched_are_named(settings: Settings) -> None:
    settings.WEIGHTS = settings.WEIGHTS | {"face_detection_yunet.onnx": None}
    with pytest.raises(EngineMissingError, match=r"face_detection_yunet\.onnx was not fetched"):
        backends.face_engine()


def test_one_face_is_found_and_is_the_same_smaller_and_mirrored() -> None:
    engine, picture = backends.face_engine(), films.astronaut()
    (face,) = engine.find(picture)
    assert 85 < face.size < 130
    vector = engine.vector(picture, face)
    assert vector.shape == (128,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    for other in (
        np.ascontiguousarray(picture[:, ::-1]),
        np.ascontiguousarray(np.repeat(np.repeat(picture, 2, 0), 2, 1)),
    ):
        (again,) = engine.find(other)
        assert engine.vector(other, again) @ vector > 0.9
    assert engine.find(np.zeros((120, 160, 3), np.uint8)) == []


def test_two_people_are_two_people() -> None:
    engine = backends.face_engine()
    both = films.company()
    one, other = engine.find(both)
    assert engine.vector(both, one) @ engine.vector(both, other) < gallery.LEAST - gallery.DOUBT


def test_the_line_rises_with_the_gallery() -> None:
    assert gallery.line(0) == gallery.line(1) == gallery.line(14) == gallery.LEAST
    assert gallery.line(1000) == pytest.approx(0.542, abs=0.002)
    assert gallery.line(100_000) == pytest.approx(0.628, abs=0.002)


def test_the_engines_say_nothing_when_they_start(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        SFace(*files())
    captured = capfd.readouterr()
    assert (captured.out, captured.err, caplog.text) == ("", "", "")
