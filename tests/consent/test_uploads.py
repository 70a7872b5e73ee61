"""Files that nobody should send: each ends in one clear sentence, soon, and leaves nothing."""

import gzip
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from consent.cameos import enrolment, judgement
from consent.models import Cameo, Capture, Template
from tests import cast
from tests.consent.booth import BROWSER, commits, reasons
from tests.consent.test_enrolment import declined, multipart
from tests.consent.test_pages import signed_in
from tests.provenance import clips

pytestmark = pytest.mark.django_db

PATIENCE = 60.0  # seconds; the limits allow no more even on a busy machine
ROOM = 2**20  # kilobytes that this process may grow by, engines and all; the one that decodes is limited by itself
WALL = np.full((120, 160, 3), 90, np.uint8)


def plain(folder: Path) -> Path:
    return clips.write(folder / "plain.mp4", [WALL] * 60, tone=2.0)


def truncated(folder: Path) -> Path:
    whole = plain(folder).read_bytes()
    path = folder / "truncated.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def two_hours(folder: Path) -> Path:
    return clips.write(folder / "hours.mp4", [WALL] * 3, times=[0, 3600, 7200], rate=1)


def eight_k(folder: Path) -> Path:
    return clips.write(folder / "8k.mkv", [np.zeros((4320, 7680, 3), np.uint8)] * 2, codec="mjpeg")


def one_pixel(folder: Path) -> Path:
    return clips.write(folder / "one.mkv", [np.zeros((1, 1, 3), np.uint8)] * 90, codec="ffv1")


def only_sound(folder: Path) -> Path:
    return clips.wave(folder / "sound.wav", seconds=6)


def no_sound(folder: Path) -> Path:
    return clips.write(folder / "silent.mp4", [WALL] * 180)


def bomb(folder: Path) -> Path:
    path = folder / "bomb.webm"
    path.write_bytes(gzip.compress(b"\0" * 2**26))
    return path


def playlist(folder: Path) -> Path:
    path = folder / "list.mp4"
    path.write_bytes(b"ffconcat version 1.0\nfile /etc/passwd\n")
    return path


def stream_list(folder: Path) -> Path:
    path = folder / "list.m3u8"
    path.write_bytes(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    return path


def lying_length(folder: Path) -> Path:
    """A header that promises an hour for two seconds."""
    whole = bytearray(plain(folder).read_bytes())
    at = whole.find(b"mvhd") + 4
    whole[at + 16 : at + 20] = (3600 * int.from_bytes(whole[at + 12 : at + 16], "big")).to_bytes(4, "big")
    path = folder / "lying.mp4"
    path.write_bytes(bytes(whole))
    return path


def crowded(folder: Path) -> Path:
    """A thousand pictures a second."""
    return clips.write(folder / "crowded.mkv", [WALL] * 4000, rate=1000, codec="mjpeg")


def endless(folder: Path) -> Path:
    """Ten minutes of nothing, in a few hundred kilobytes."""
    path = folder / "endless.mp4"
    shown = (WALL for _ in range(10 * 60 * 10))
    return clips.write(path, shown, rate=10, codec="libx264", crf=51)


def page(folder: Path) -> Path:
    path = folder / "page.webm"
    path.write_bytes(b"<html><script>alert(1)</script>" * 50)
    return path


FILES: list[Callable[[Path], Path]] = [
    truncated, two_hours, eight_k, one_pixel, only_sound, no_sound, bomb, playlist, stream_list, lying_length, crowded,
    endless, page, plain,
]  # fmt: skip


def judged(content: bytes) -> Capture:
    capture = enrolment.begin(cast.sten(), browser=BROWSER)
    assert isinstance(capture, Capture), capture
    assert enrolment.receive(capture, chunks=[content], browser=BROWSER) is None
    with commits():
        assert judgement.judge(capture.pk) == "spoof"
    return capture


@pytest.mark.parametrize("made", FILES, ids=lambda made: made.__name__)
def test_a_file_nobody_should_send_is_refused_in_a_sentence_and_in_time(
    made: Callable[[Path], Path], tmp_path: Path
) -> None:
    content = made(tmp_path).read_bytes()
    started, held = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    capture = judged(content)
    assert time.monotonic() - started < PATIENCE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < ROOM
    for reason in reasons(capture):
        assert reason[0].isupper()
        assert reason.endswith(".")
        assert not {"Traceback", "Error", "\n"} & set(reason.split(" "))
    assert reasons(capture)
    assert list(Path(settings.CAPTURE_HOME).iterdir()) == []
    assert not Template.objects.exists()
    assert not Cameo.objects.exclude(enrolled_at=None).exists()


@effort(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(noise=st.binary(min_size=1, max_size=4000), cut=st.integers(0, 4000))
def test_any_bytes_at_all_are_refused(noise: bytes, cut: int) -> None:
    Capture.objects.all().delete()
    head = b"\x1aE\xdf\xa3" if cut % 2 else b"\0\0\0\x18ftypmp42"
    assert reasons(judged(head + noise[:cut] + noise))


def test_an_empty_recording_is_no_attempt() -> None:
    capture = enrolment.begin(cast.sten(), browser=BROWSER)
    assert isinstance(capture, Capture)
    assert declined(enrolment.receive(capture, chunks=[], browser=BROWSER)) == "empty"
    capture.refresh_from_db()
    assert capture.state == "open", "nothing was taken, so it may be sent once more"


@pytest.mark.parametrize("name", ["../../../etc/passwd", "a\x00.mp4", "C:\\boot.ini", "x" * 5000, "a/b/c.webm", ""])
def test_a_path_for_a_name_names_nothing_on_disk(name: str) -> None:
    client = signed_in(cast.sten())
    opened = client.post("/api/v1/captures").json()
    body, kind = multipart(b"some bytes")
    body = body.replace(b'filename="a.mp4"', b'filename="' + name.encode() + b'"')
    answer = client.put(f"/api/v1/captures/{opened['id']}/recording", body, content_type=kind)
    assert answer.status_code in {202, 400}
    kept = list(Path(settings.CAPTURE_HOME).iterdir()) if Path(settings.CAPTURE_HOME).exists() else []
    assert all(path.parent == Path(settings.CAPTURE_HOME) and len(path.name) == 32 for path in kept)
    assert len(kept) == (1 if answer.status_code == 202 else 0)


def test_a_body_that_lies_about_its_length_is_refused() -> None:
    client = signed_in(cast.sten())
    opened = client.post("/api/v1/captures").json()
    body, kind = multipart(b"x")
    place = f"/api/v1/captures/{opened['id']}/recording"
    assert client.put(place, body, content_type=kind, headers={"content-length": "99999999999"}).status_code == 413
    assert client.get(f"/api/v1/captures/{opened['id']}").json()["state"] == "open"
