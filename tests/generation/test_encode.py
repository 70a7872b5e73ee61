"""The one encode pass keeps what it promises to the seal and to the judges."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from generation.errors import EncodeError, JudgingError
from generation.pipeline.encode import encode, stream_digest
from generation.pipeline.footage import Reel
from provenance.media import Frame, Sound


def reel(
    *,
    width: int = 642,
    height: int = 360,
    seconds: int = 1,
    frames: Iterator[Any] | None = None,
    sound: NDArray[np.float32] | None = None,
) -> Reel:
    """Return a reel of grey pictures; 642 is not a multiple of 32, so lines of the luma plane are padded."""
    grey = np.full((height, width, 3), 90, np.uint8)
    return Reel(
        width=width,
        height=height,
        fps=24,
        seconds=seconds,
        frames=iter([grey] * (24 * seconds)) if frames is None else frames,
        sound=lambda: sound,
        vocabulary=(),
        engine="grey",
        engine_version="1",
        source_type="trainedAlgorithmicMedia",
    )


def nothing(_y: NDArray[np.uint8], _t: float) -> None:
    """Put no mark."""


def ignore(_: float) -> None:
    """Take no notice."""


class Watcher:
    """A tap that keeps the corner of every sixth picture."""

    def __init__(self) -> None:
        self.corners: list[float] = []
        self.times: list[float] = []
        self.sounds: list[Sound] = []

    def hear(self, sound: Sound) -> None:
        assert not self.times
        self.sounds.append(sound)

    def wants(self, index: int, t: float) -> bool:
        return index % 6 == 0 and t >= 0

    def see(self, frame: Frame) -> None:
        self.corners.append(float(frame.rgb[:16, -16:].mean()))
        self.times.append(frame.t)


def corner(y: NDArray[np.uint8], _t: float) -> None:
    """Mark the far corner, where padding would show."""
    y[:16, -16:] = 235


def read(path: Path) -> tuple[NDArray[Any], int]:
    """Return the first picture of a file and how many there are."""
    with av.open(str(path)) as container:
        pictures = [picture.to_ndarray(format="gray") for picture in container.decode(video=0)]
    return pictures[0], len(pictures)


def test_every_ordered_picture_is_in_the_file_and_no_other(tmp_path: Path) -> None:
    made = encode(reel(seconds=2), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)
    assert read(made.path)[1] == 48


def test_the_mark_is_in_the_pixels_of_the_file(tmp_path: Path) -> None:
    made = encode(reel(), tmp_path / "a.mp4", mark=corner, taps=(), progress=ignore)
    first, _ = read(made.path)
    assert first[:12, -12:].mean() > 200
    assert first[:12, :12].mean() < 120


def test_the_judges_see_the_pictures_as_marked_at_their_times(tmp_path: Path) -> None:
    watcher = Watcher()
    encode(reel(), tmp_path / "a.mp4", mark=corner, taps=(watcher,), progress=ignore)
    assert watcher.times == [0.0, 0.25, 0.5, 0.75]
    assert min(watcher.corners) > 230


def test_the_judges_hear_the_whole_sound_once_before_the_pictures(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(30_000) / 48_000).astype(np.float32) / 2
    watcher, silent = Watcher(), Watcher()
    encode(
        reel(sound=np.stack([tone, tone], axis=1)), tmp_path / "a.mp4", mark=nothing, taps=(watcher,), progress=ignore
    )
    (sound,) = watcher.sounds
    assert (sound.rate, sound.samples.dtype, len(sound.samples)) == (16_000, np.dtype(np.float32), 16_000)
    assert np.abs(np.fft.rfft(sound.samples)).argmax() == pytest.approx(440, abs=2)
    assert float(np.abs(sound.samples[10_500:]).max()) < 0.01
    encode(reel(), tmp_path / "b.mp4", mark=nothing, taps=(silent,), progress=ignore)
    assert [len(one.samples) for one in silent.sounds] == [0]


def test_colours_survive_within_what_compression_takes(tmp_path: Path) -> None:
    red = np.zeros((360, 640, 3), np.uint8)
    red[:] = (200, 60, 40)
    made = encode(reel(width=640, frames=iter([red] * 24)), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)
    with av.open(str(made.path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(picture.mean(axis=(0, 1)) - (200, 60, 40)).max() < 3


def test_sound_and_pictures_are_equally_long(tmp_path: Path) -> None:
    sound = np.full((30_000, 2), 0.1, np.float32)
    made = encode(reel(seconds=2, sound=sound), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)
    with av.open(str(made.path)) as container:
        lengths = {one.type: Fraction(one.duration or 0) * (one.time_base or 0) for one in container.streams}
    assert lengths == {"video": Fraction(2), "audio": Fraction(2)}


def test_a_silent_rendering_gets_no_sound_track(tmp_path: Path) -> None:
    made = encode(reel(), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)
    with av.open(str(made.path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_the_index_lies_before_the_pictures_so_that_it_plays_while_it_loads(tmp_path: Path) -> None:
    data = encode(reel(), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore).path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([(360, 642)] * 23, "gave 23 of the 24"),
        ([(360, 642)] * 25, "more than the 24"),
        ([(360, 640)] * 24, "wrong kind"),
    ],
)
def test_an_engine_that_gives_anything_else_than_ordered_is_an_error(
    tmp_path: Path, frames: list[tuple[int, int]], said: str
) -> None:
    pictures = iter([np.zeros((*shape, 3), np.uint8) for shape in frames])
    with pytest.raises(EncodeError, match=said):
        encode(reel(frames=pictures), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)


@pytest.mark.parametrize("sound", [np.zeros(10, np.float32), np.full((48_000, 2), np.nan, np.float32)])
def test_sound_that_is_no_sound_is_an_error(tmp_path: Path, sound: NDArray[np.float32]) -> None:
    with pytest.raises(EncodeError, match="sound of the wrong kind"):
        encode(reel(sound=sound), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)


def test_the_digest_stands_for_the_packets_and_not_for_the_container(tmp_path: Path) -> None:
    made = encode(reel(), tmp_path / "a.mp4", mark=nothing, taps=(), progress=ignore)
    data = made.path.read_bytes()
    padded = tmp_path / "b.mp4"
    padded.write_bytes(data + b"\x00\x00\x00\x08free")
    assert stream_digest(padded) == made.digest
    changed = bytearray(data)
    changed[data.index(b"mdat") + 60] ^= 1
    padded.write_bytes(changed)
    assert stream_digest(padded) != made.digest


def failing(method: str) -> Watcher:
    """Return a tap that breaks."""

    class Failing(Watcher):
        pass

    def broken(self: Watcher, *_: object) -> None:
        raise ValueError("no model")

    setattr(Failing, method, broken)
    return Failing()


@pytest.mark.parametrize("method", ["hear", "wants", "see"])
def test_a_judge_that_breaks_while_it_looks_is_an_error_of_judging(tmp_path: Path, method: str) -> None:
    with pytest.raises(JudgingError):
        encode(reel(), tmp_path / "a.mp4", mark=nothing, taps=(failing(method),), progress=ignore)


def test_progress_runs_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    heard: Callable[[float], None] = told.append
    encode(reel(), tmp_path / "a.mp4", mark=nothing, taps=(), progress=heard)
    assert told == sorted(told)
    assert told[-1] == 1.0
