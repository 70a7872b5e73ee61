"""Untrusted files: everything comes back as pictures and sound, or as one sentence, and no child stays behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance import media
from provenance.errors import MediaError
from provenance.media import Limits
from tests.provenance import clips

Reads = Callable[[str], Iterator[media.Frame]]
QUICK = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = clips.pictures("portrait", width=160, height=120, count=45)
    return clips.write(tmp_path_factory.mktemp("media") / "clip.mp4", pictures, tone=1.5, movflags="+faststart")


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    started = []
    real = subprocess.Popen

    def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - what Popen takes
        started.append((real(command, **options), options))
        return started[-1][0]

    monkeypatch.setattr(subprocess, "Popen", popen)
    return started


def look(path: Path) -> int:
    """Read everything there is."""
    media.probe(path)
    media.sound(path)
    return sum(1 for _ in media.frames(path))


# -- what comes back


def test_a_clip_says_what_it_is(clip: Path) -> None:
    told = media.probe(clip)
    assert (told.container, told.width, told.height, told.fps) == ("mp4", 160, 120, 30.0)
    assert (told.rate, told.channels) == (48000, 1)
    assert told.duration == pytest.approx(1.5, abs=0.05)
    assert told.tags["major_brand"] == "isom"


def test_pictures_are_what_was_encoded(clip: Path) -> None:
    seen = list(media.frames(clip))
    assert [frame.index for frame in seen] == list(range(45))
    for frame, sent in zip(seen, clips.pictures("portrait", width=160, height=120, count=45), strict=True):
        assert frame.rgb.shape == (120, 160, 3)
        assert frame.rgb.dtype == np.uint8
        assert np.abs(frame.rgb.astype(int) - sent).mean() < 8


def test_times_are_the_frames_own(tmp_path: Path) -> None:
    ticks = [0, 1, 2, 10, 11, 30, 37]
    pictures = clips.pictures("flat", width=64, height=64, count=7)
    path = clips.write(tmp_path / "uneven.mp4", pictures, times=ticks)
    assert [frame.t for frame in media.frames(path)] == pytest.approx([tick / 30 for tick in ticks], abs=1e-3)


def test_thinning_keeps_the_first_picture_of_each_slot(clip: Path) -> None:
    assert [frame.t for frame in media.frames(clip, fps=10)] == pytest.approx([i / 10 for i in range(15)], abs=1e-3)


def test_shrinking_keeps_the_shape(clip: Path) -> None:
    frame = next(media.frames(clip, max_side=80))
    assert frame.rgb.shape == (60, 80, 3)
    assert next(media.frames(clip, max_side=800)).rgb.shape == (120, 160, 3)


def test_luma_is_the_plane_as_stored(clip: Path) -> None:
    planes = list(media.luma(clip))
    with av.open(str(clip)) as container:
        stored = [clips.luma_of(frame).copy() for frame in container.decode(video=0)]
    assert len(planes) == len(stored) == 45
    assert all(np.array_equal(ours, theirs) for (_, ours), theirs in zip(planes, stored, strict=True))


def test_a_turned_recording_comes_back_upright(tmp_path: Path) -> None:
    picture = np.zeros((48, 96, 3), np.uint8)
    picture[:24, :48] = 255  # upper left
    path = clips.write(tmp_path / "turned.mp4", [picture] * 5, turn=90)
    frame = next(media.frames(path))
    assert frame.rgb.shape == (96, 48, 3)
    assert frame.rgb[50:90, 3:20].mean() > 200  # counter-clockwise: now lower left
    assert frame.rgb[:40].mean() < 40
    assert (media.probe(path).width, media.probe(path).height) == (48, 96)


def test_sound_is_mono_on_the_pictures_clock(clip: Path) -> None:
    heard = media.sound(clip)
    assert heard.rate == 16000
    assert heard.samples.dtype == np.float32
    assert len(heard.samples) / 16000 == pytest.approx(1.5, abs=0.1)
    middle = heard.samples[4000:20000]
    assert np.abs(np.fft.rfft(middle)).argmax() == 440


def test_a_silent_video_has_an_empty_sound(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "silent.mp4", clips.pictures("flat", width=64, height=64, count=5))
    assert media.sound(path).samples.shape == (0,)


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mpeg4")])
def test_other_containers_are_read(tmp_path: Path, name: str, codec: str) -> None:
    path = clips.write(tmp_path / name, clips.pictures("flat", width=64, height=64, count=5), codec=codec)
    assert len(list(media.frames(path))) == 5


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    path = clips.wave(tmp_path / "tone.wav")
    assert (media.probe(path).width, media.probe(path).rate) == (0, 48000)
    assert len(media.sound(path).samples) == pytest.approx(8000, abs=200)


# -- one sentence for everything else


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "no file"),
        (b"", "empty"),
        (b"\0" * 5000, "not a video or sound"),
        (b"GIF89a" + b"\0" * 500, "not a video or sound"),
        (b"ffconcat version 1.0\nfile clip.mp4\n", "not a video or sound"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nclip.mp4\n#EXT-X-ENDLIST\n", "not a video or sound"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", "not a video or sound"),
    ],
)
def test_what_is_no_media_file_is_named_so(clip: Path, content: bytes | None, sentence: str) -> None:
    path = clip.parent / "odd.mp4"  # beside a real clip, which a playlist must not reach
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError, match=sentence):
        look(path)


def test_folders_and_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(MediaError, match="no file"):
            look(path)


@pytest.mark.parametrize(
    ("name", "codec", "share", "sentence"),
    [
        ("a.mp4", "libx264", 0.5, r"ends too early|damaged"),  # a half picture at the end
        ("index_last.mp4", "libx264", 0.8, "part of it is missing"),
        ("a.avi", "mpeg4", 0.5, "ends too early"),
        ("a.webm", "libvpx-vp9", 0.8, "ends too early"),
    ],
)
def test_a_file_that_breaks_off_is_refused(tmp_path: Path, name: str, codec: str, share: float, sentence: str) -> None:
    pictures = clips.pictures("portrait", width=160, height=120, count=45)
    flags = "+default_base_moof" if "last" in name else "+faststart"
    whole = clips.write(tmp_path / name, pictures, codec=codec, movflags=flags).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(MediaError, match=sentence):
        list(media.frames(tmp_path / name))


def test_a_file_of_slow_pictures_is_as_long_as_it_shows(tmp_path: Path) -> None:
    pictures = clips.pictures("flat", width=64, height=64, count=30)
    data = bytearray(clips.write(tmp_path / "honest.mp4", pictures, use_editlist="0").read_bytes())
    at = data.index(b"stts") + 4 + 4 + 4 + 4  # how long each picture lasts
    data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") * 200).to_bytes(4, "big")
    path = tmp_path / "slow.mp4"
    path.write_bytes(data)
    with pytest.raises(MediaError, match="longer than the 20 seconds"):
        list(media.frames(path, limits=Limits(max_seconds=20)))


def test_too_long_is_judged_by_what_was_decoded(clip: Path) -> None:
    with pytest.raises(MediaError, match="longer than the 1 seconds"):
        list(media.frames(clip, limits=Limits(max_seconds=1)))
    with pytest.raises(MediaError, match="longer than the 1 seconds"):
        media.sound(clip, limits=Limits(max_seconds=1))
    with pytest.raises(MediaError, match="longer than the 1 seconds"):
        media.probe(clip, limits=Limits(max_seconds=1))


def test_pictures_alone_are_no_sound_and_sound_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="holds no video"):
        list(media.frames(clips.wave(tmp_path / "tone.wav")))


def test_sizes_out_of_bounds_are_refused(tmp_path: Path) -> None:
    wide = clips.write(tmp_path / "wide.mp4", [np.zeros((64, 7680, 3), np.uint8)] * 2)
    tiny = clips.write(tmp_path / "tiny.mkv", [np.zeros((1, 1, 3), np.uint8)] * 2, codec="ffv1")
    for path, sentence in ((wide, "larger than 4096 pixels"), (tiny, "smaller than 16 pixels")):
        with pytest.raises(MediaError, match=sentence):
            media.probe(path)
        with pytest.raises(MediaError, match=sentence):
            list(media.luma(path))


def test_heavy_files_are_not_opened(clip: Path, children: list[Any]) -> None:
    with pytest.raises(MediaError, match="larger than the"):
        media.probe(clip, limits=Limits(max_bytes=1000))
    assert not children


def test_time_runs_out(clip: Path) -> None:
    with pytest.raises(MediaError, match="took too long"):
        list(media.frames(clip, limits=Limits(wall_seconds=0.01)))


def test_a_slow_reader_is_not_a_slow_file(clip: Path) -> None:
    reader = media.frames(clip, limits=Limits(wall_seconds=2))
    next(reader)
    time.sleep(2.2)
    assert sum(1 for _ in reader) == 44


@given(
    st.binary(max_size=3000),
    st.sampled_from([b"", b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3", b"RIFF", b"OggS", b"ID3"]),
)
@QUICK
def test_no_bytes_do_more_than_raise(tmp_path_factory: pytest.TempPathFactory, body: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(head + body)
    begun = time.monotonic()
    with pytest.raises(MediaError) as raised:
        list(media.frames(path))
    assert str(raised.value).endswith(".")
    assert time.monotonic() - begun < 20


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=30))
@QUICK
def test_a_damaged_clip_is_read_or_refused(clip: Path, flips: list[tuple[float, int]]) -> None:
    data = bytearray(clip.read_bytes())
    for place, flip in flips:
        data[int(place * len(data))] ^= flip
    path = clip.parent / "damaged.mp4"
    path.write_bytes(data)
    begun = time.monotonic()
    with contextlib.suppress(MediaError):
        assert sum(1 for _ in media.frames(path)) <= Limits().max_frames
    with contextlib.suppress(MediaError):
        assert len(media.sound(path).samples) <= Limits().max_seconds * 16000
    assert time.monotonic() - begun < 30


# -- the child


def test_no_child_outlives_its_reader(clip: Path, tmp_path: Path, children: list[Any]) -> None:
    reader = media.frames(clip)
    next(reader)
    reader.close()
    next(media.frames(clip))  # dropped
    list(media.luma(clip, fps=1))
    with pytest.raises(MediaError):
        media.probe(clips.write(tmp_path / "tiny.mkv", [np.zeros((1, 1, 3), np.uint8)], codec="ffv1"))
    assert len(children) == 4
    assert all(child.returncode is not None for child, _ in children)


def test_the_child_learns_neither_path_nor_secret(
    clip: Path, monkeypatch: pytest.MonkeyPatch, children: list[Any]
) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not pass this on")
    media.probe(clip)
    child, options = children[0]
    assert "SECRET_KEY" not in options["env"]
    assert not any(str(clip) in argument for argument in child.args)


def confined(code: str) -> subprocess.CompletedProcess[str]:
    start = "import socket\nfrom provenance.media import Limits\nfrom provenance.media.__main__ import _confine\n"
    start += "_confine(Limits(cpu_seconds=1, memory_mb=1024))\n"
    command = [sys.executable, "-c", start + code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={"PATH": ""})


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("open('/etc/hostname')", "Too many open files"),
        ("socket.socket()", "Too many open files"),
        ("bytearray(2**31)", "MemoryError"),
    ],
)
def test_the_child_can_open_and_take_nothing_more(code: str, error: str) -> None:
    if error == "MemoryError" and sys.platform == "darwin":
        pytest.skip("macOS does not enforce this limit")
    assert error in confined(code).stderr


def test_the_child_may_not_compute_for_ever() -> None:
    assert confined("while True: pass").returncode == -signal.SIGXCPU


def test_the_child_knows_no_django() -> None:
    code = "import sys, provenance.media.__main__\nsys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_parent_loads_no_decoder() -> None:
    code = "import sys, provenance.media\nsys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


# -- a child that lies


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch, clip: Path) -> Reads:
    real = subprocess.Popen

    def reads(code: str) -> Iterator[media.Frame]:
        script = f"import os, struct, sys\nhead = struct.Struct({media.HEAD.format!r}).pack\n{code}"
        monkeypatch.setattr(subprocess, "Popen", lambda _, **options: real([sys.executable, "-c", script], **options))
        return media.frames(clip, limits=Limits(max_seconds=5, max_side=512, wall_seconds=2))

    return reads


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("os.write(1, head(b'P', 0.0, 4000000000, 4000000000, 0))", "damaged"),
        ("os.write(1, head(b'B', 0.0, 4000000000, 0, 0))", "damaged"),
        ("os.write(1, head(b'P', 0.0, 513, 16, 0))", "damaged"),
        ("os.write(1, head(b'P', float('nan'), 16, 16, 0))", "longer than the 5 seconds"),
        ("while True: os.write(1, head(b'P', 0.0, 1, 1, 0) + b'abc')", "longer than the 5 seconds"),
        ("os.write(1, head(b'?', 0.0, 1, 1, 0))", "damaged"),
        ("os.write(1, head(b'X', 0.0, 9, 0, 0) + b'{0.limits')", "damaged"),
        ("os.write(1, b'half')", "damaged"),
        ("import time\nfor _ in range(9): os.write(1, b'P'), time.sleep(0.4)", "took too long"),
        ("os.abort()", "damaged"),
        ("os.kill(os.getpid(), 9)", "took too long"),
    ],
)
def test_a_child_that_lies_is_not_believed(
    liar: Callable[[str], Iterator[media.Frame]], code: str, sentence: str
) -> None:
    with pytest.raises(MediaError, match=sentence):
        list(liar(code))
