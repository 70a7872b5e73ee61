"""Door: untrusted files become frames, sound and metadata, decoded in a limited subprocess.

A media file from outside is a program for a very large interpreter, so this process never parses one. It starts
``python -m provenance.media`` with the open file as standard input. The child gives up everything it will not need
(memory, CPU time, files, sockets; it never learns the path and inherits no secrets), decodes with one thread, and
writes plain records to standard output. What it says is not trusted either: sizes, counts and times are checked
again here, against what was really decoded and never against what a header promises.

The child is ``__main__.py``; it alone imports PyAV. Linux and macOS; macOS does not enforce the memory limit.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from provenance.errors import MediaError
from provenance.media.pdq import Bits, hashes, written

__all__ = ["DEFAULT", "HEAD", "Bits", "Frame", "Limits", "MediaError", "Metadata", "Sound", "Tap"]
__all__ += ["frames", "hashes", "luma", "picture", "probe", "sound", "written"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: ``index`` from 0, ``t`` in seconds of presentation time, ``rgb`` uint8 (H, W, 3)."""

    index: int
    t: float
    rgb: Any


class Tap(Protocol):
    """Something that looks at a video, and listens to it, while it is made or read, without a second decode."""

    def hear(self, sound: "Sound") -> None:
        """Listen to the whole sound track, once, before the first frame; empty where there is none."""
        ...

    def wants(self, index: int, t: float) -> bool:
        """Return whether this frame should be shown to the tap."""
        ...

    def see(self, frame: Frame) -> None:
        """Look at one frame; keep what is needed, copy what is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound: ``samples`` float32 (N,) in -1..1 at ``rate`` per second, on the pictures' clock; empty if none."""

    rate: int
    samples: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says of itself; width and height are of the first picture, upright. 0 and None mean *absent*."""

    container: str
    width: int = 0
    height: int = 0
    fps: float = 0.0
    duration: float | None = None
    rate: int = 0
    channels: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is worth reading; past any of these it is refused.

    ``wall_seconds`` counts only the time spent waiting for the child, not the time the caller takes over a frame.
    """

    max_seconds: float = 120.0
    max_side: int = 4096
    max_bytes: int = 512 * 2**20
    cpu_seconds: int = 120
    wall_seconds: float = 150.0
    memory_mb: int = 2048

    @property
    def max_frames(self) -> int:
        """Pictures at most, so that a file of equal or tiny time steps ends too."""
        return int(self.max_seconds * 125) + 1


DEFAULT: Final = Limits()
SMALLEST_SIDE: Final = 16

_SENTENCES: Final = {
    "missing": "There is no file to read.",
    "empty": "This file is empty.",
    "heavy": "This file is larger than the {megabytes:.0f} MB we read.",
    "foreign": "This is not a video or sound file we can read, or part of it is missing.",
    "broken": "This file is damaged: part of it cannot be decoded.",
    "cut": "This file ends too early: part of it is missing.",
    "pictures": "This file holds no video.",
    "unlike": "This is not a JPEG or PNG picture we can read, or part of it is missing.",
    "small": f"This video is smaller than {SMALLEST_SIDE} pixels on one side.",
    "large": "This video is larger than {max_side} pixels on one side.",
    "long": "This recording is longer than the {max_seconds:.0f} seconds we read.",
    "slow": "Reading this file took too long, so we stopped.",
}


def probe(path: Path, *, limits: Limits = DEFAULT) -> Metadata:
    """Return what the file says of itself, after one picture of it was really decoded.

    Raises MediaError, whose text is one sentence, for every file that cannot be read.
    """
    with contextlib.closing(_records(path, want="probe", limits=limits)) as records:
        _, _, told = next(records)
    return Metadata(**json.loads(bytes(told)))


def frames(
    path: Path, *, fps: float | None = None, max_side: int | None = None, limits: Limits = DEFAULT
) -> Generator[Frame, None, None]:
    """Yield the pictures in order, upright, all of one size, timed by their own timestamps.

    Args:
        path: any file.
        fps: at most so many per second; the first picture of each slot is kept. None keeps all.
        max_side: shrink so that the longer side has at most so many pixels. None keeps the size.
        limits: where to give up.

    Raises:
        MediaError: one sentence, at the first ``next`` or later. Closing the generator ends the child.
    """
    with contextlib.closing(_records(path, want="rgb", fps=fps, max_side=max_side, limits=limits)) as records:
        for index, (t, turn, plane) in enumerate(records):
            yield Frame(index=index, t=t, rgb=_upright(plane, turn))


def picture(path: Path, *, max_side: int | None = None, limits: Limits = DEFAULT) -> Frame:
    """Return a still picture, JPEG or PNG, upright; ``max_side`` as in ``frames``. Raises MediaError (one sentence)."""
    with contextlib.closing(_records(path, want="picture", fps=None, max_side=max_side, limits=limits)) as records:
        t, turn, plane = next(records)
    return Frame(index=0, t=t, rgb=_upright(plane, turn))


def luma(
    path: Path, *, fps: float | None = None, max_side: int | None = None, limits: Limits = DEFAULT
) -> Generator[tuple[float, NDArray[np.uint8]], None, None]:
    """Yield ``(t, Y plane uint8 (H, W))`` as stored in the video, otherwise like ``frames``."""
    with contextlib.closing(_records(path, want="luma", fps=fps, max_side=max_side, limits=limits)) as records:
        for t, turn, plane in records:
            yield t, _upright(plane[:, :, 0], turn)


def sound(path: Path, *, rate: int = 16000, limits: Limits = DEFAULT) -> Sound:
    """Return the first sound track as mono; empty when there is none. Raises MediaError (one sentence)."""
    with contextlib.closing(_records(path, want="sound", rate=rate, limits=limits)) as records:
        blocks = [block.view(np.float32) for _, _, block in records]
    return Sound(rate=rate, samples=np.concatenate([np.zeros(0, np.float32), *blocks]))


# -- the parent's side ------------------------------------------------------------------------------------------------

HEAD: Final = struct.Struct("<cdIIi")  # kind, seconds, rows (or bytes), columns, quarter turns
_KEPT: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # the child gets no secrets
_HOME: Final = Path(__file__).resolve().parents[2]


def _fail(code: str, limits: Limits) -> NoReturn:
    sentence = _SENTENCES.get(code, _SENTENCES["broken"])
    raise MediaError(sentence.format(megabytes=limits.max_bytes / 2**20, **dataclasses.asdict(limits)))


def _upright(plane: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(plane, turn)) if turn else np.ascontiguousarray(plane)


def _opened(path: Path, limits: Limits) -> IO[bytes]:
    try:
        if not path.is_file():  # also keeps pipes and devices out: opening one could wait forever
            _fail("missing", limits)
        file = path.open("rb")
    except OSError:
        _fail("missing", limits)
    size = os.fstat(file.fileno()).st_size
    if not 0 < size <= limits.max_bytes:
        file.close()
        _fail("heavy" if size else "empty", limits)
    return file


def _records(path: Path, *, limits: Limits, **request: object) -> Generator[tuple[float, int, Any], None, None]:
    """Run the child over the file; yield (seconds, turns, array); always ends it, however the caller leaves."""
    order = json.dumps({**request, "limits": dataclasses.asdict(limits)})
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"}
    with _opened(path, limits) as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "provenance.media", order],
            stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_HOME, env=environment, bufsize=0,
        )  # fmt: skip
    try:
        yield from _checked(_Pipe(child, limits), request, limits)
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


class _Pipe:
    """Reads whole blocks from the child, within the time there is."""

    def __init__(self, child: subprocess.Popen[bytes], limits: Limits) -> None:
        assert child.stdout is not None  # noqa: S101 - asked for with PIPE
        self.child, self.limits, self.left, self.fd = child, limits, limits.wall_seconds, child.stdout.fileno()
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with contextlib.suppress(OSError):  # a whole picture per wake-up, where the kernel lets us
                fcntl.fcntl(self.fd, fcntl.F_SETPIPE_SZ, 2**20)

    def block(self, size: int) -> NDArray[np.uint8]:
        data = np.empty(size, np.uint8)
        view, at = data.data, 0
        while at < size:
            begun = time.monotonic()
            ready, _, _ = select.select([self.fd], [], [], max(0.0, self.left))
            self.left -= time.monotonic() - begun
            got = os.readv(self.fd, [view[at:]]) if ready else self._ended(slow=True)
            at += got or self._ended(slow=False)
        return data

    def _ended(self, *, slow: bool) -> NoReturn:
        stopped = not slow and self.child.wait() in (-signal.SIGXCPU, -signal.SIGKILL)
        _fail("slow" if slow or stopped else "broken", self.limits)


def _checked(pipe: _Pipe, request: Mapping[str, object], limits: Limits) -> Iterator[tuple[float, int, Any]]:
    depth = 3 if request["want"] in ("rgb", "picture") else 1
    room = limits.max_frames if request["want"] in ("rgb", "luma", "picture") else 2**16
    while True:
        kind, t, rows, columns, turn = HEAD.unpack(bytes(pipe.block(HEAD.size)))
        if kind == b"E":
            return
        if kind == b"X":
            _fail(bytes(pipe.block(min(rows, 16))).decode("ascii", "replace"), limits)
        room -= 1
        if room < 0 or not 0 <= t <= limits.max_seconds:
            _fail("long", limits)
        if kind == b"P" and 0 < rows <= limits.max_side and 0 < columns <= limits.max_side:
            yield t, turn, pipe.block(rows * columns * depth).reshape(rows, columns, depth)
        elif kind == b"B" and rows <= 2**20:
            yield t, 0, pipe.block(rows)
        else:
            _fail("broken", limits)
