"""The child that decodes: one file on standard input, plain records on standard output, nothing else in reach.

Started by ``provenance.media`` with one JSON argument: ``want`` (probe, rgb, picture, luma or sound), its options,
``limits``.
Records are ``HEAD`` and a body: ``P`` a picture, ``B`` bytes (metadata or samples), ``E`` the end, ``X`` a failure's
code. Must not import Django: it starts in about 0.2 s.
"""

import contextlib
import itertools
import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

import av
import av.sidedata.encparams
import av.sidedata.motionvectors
import av.subtitles.codeccontext
import av.subtitles.stream  # PyAV imports these four late, when no file may be opened any more
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from provenance.media import HEAD, SMALLEST_SIDE, Limits

CONTAINERS: Final = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska", "avi": "avi", "mpegts": "mpegts",
    "wav": "wav", "mp3": "mp3", "ogg": "ogg", "flac": "flac", "aac": "aac",
}  # fmt: skip
STILL: Final = ("jpeg_pipe", "png_pipe")
CHUNK: Final = 2**16  # samples in one record
MICROSECONDS: Final = 1_000_000
SLACK: Final = 0.6  # seconds that headers and last pictures may disagree


class _Stop(Exception):  # noqa: N818 - a word for the parent, not an error of this process
    """Ends the child with a code the parent has a sentence for."""


def main(order: str) -> None:
    """Answer one order; every failure becomes a record, so the parent never has to read a traceback."""
    request = json.loads(order)
    limits = Limits(**request.pop("limits"))
    _confine(limits)
    try:
        _tell(request, limits)
        _say(b"E")
    except (_Stop, OSError, MemoryError, ImportError, ValueError, ArithmeticError, LookupError) as problem:
        code = str(problem) if isinstance(problem, _Stop) else "broken"
        _say(b"X", rows=len(code), body=code.encode())
    sys.stdout.buffer.flush()


def _confine(limits: Limits) -> None:
    """Give up for good what decoding does not need."""
    os.nice(5)
    memory = limits.memory_mb * 2**20
    with contextlib.suppress(ValueError, OSError):  # macOS refuses this one
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # no file, no socket can be opened from here on


def _say(
    kind: bytes, *, t: float = 0.0, rows: int = 0, columns: int = 0, turn: int = 0, body: bytes | memoryview = b""
) -> None:
    sys.stdout.buffer.write(HEAD.pack(kind, t, rows, columns, turn))
    sys.stdout.buffer.write(body)


def _tell(request: Mapping[str, Any], limits: Limits) -> None:
    # Known containers only: a playlist or a concat script would name other files.
    is_still = request["want"] == "picture"
    options = {"format_whitelist": ",".join(STILL if is_still else CONTAINERS), "protocol_whitelist": "pipe"}
    file = os.fdopen(0, "rb", buffering=0)
    try:
        container = av.open(file, metadata_errors="replace", container_options=options)
    except (av.InvalidDataError, av.DemuxerNotFoundError, ValueError) as problem:
        raise _Stop("unlike" if is_still else "foreign") from problem
    assert isinstance(container, InputContainer)  # noqa: S101 - opened for reading
    with container:
        if request["want"] == "probe":
            told = json.dumps(_metadata(container, limits)).encode()
            _say(b"B", rows=len(told), body=told)
        elif is_still:
            _tell_still(container, request, limits)
        elif request["want"] == "sound":
            _tell_sound(container, int(request["rate"]), limits)
        else:
            _tell_pictures(container, request, limits)


# -- pictures ---------------------------------------------------------------------------------------------------------


def _film(container: InputContainer) -> VideoStream | None:
    """Return the first moving stream; the cover picture of a song is not one."""
    moving = (stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic)
    return next(moving, None)


def _pictures(container: InputContainer, stream: VideoStream, limits: Limits) -> Iterator[tuple[float, VideoFrame]]:
    """Yield (t, frame) with strictly rising times, counted from the container's own start."""
    start, last = Fraction(container.start_time or 0, MICROSECONDS), -1.0
    stream.codec_context.thread_count = 1
    for count, frame in enumerate(container.decode(stream)):
        pts = frame.pts if frame.pts is not None else frame.dts
        t = last if pts is None or frame.time_base is None else max(0.0, float(pts * frame.time_base - start))
        if count >= limits.max_frames or t > limits.max_seconds:
            raise _Stop("long")
        _judge_size(frame, limits)
        if t > last:
            yield t, frame
            last = t
    if last < 0 or last + SLACK < _promised(container, stream):
        raise _Stop("cut")


def _promised(container: InputContainer, stream: VideoStream) -> float:
    """Return for how many seconds the header promises pictures; 0 when it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    alone = len(container.streams) == 1  # else the sound may simply be longer
    return container.duration / MICROSECONDS if alone and container.duration else 0.0


def _judge_size(frame: VideoFrame, limits: Limits) -> None:
    if max(frame.width, frame.height) > limits.max_side:
        raise _Stop("large")
    if min(frame.width, frame.height) < SMALLEST_SIDE:
        raise _Stop("small")


def _tell_pictures(container: InputContainer, request: Mapping[str, Any], limits: Limits) -> None:
    stream = _film(container)
    if stream is None:
        raise _Stop("pictures")
    fps, size, slot = request["fps"], None, -1
    for t, frame in _pictures(container, stream, limits):
        size = size or _size(frame, request["max_side"])
        if fps and int(t * fps + 1e-6) == slot:
            continue
        slot = int(t * fps + 1e-6) if fps else slot
        plane = _plane(frame, size, rgb=request["want"] == "rgb")
        _say(b"P", t=t, rows=size[1], columns=size[0], turn=_turns(frame), body=plane.data)


def _tell_still(container: InputContainer, request: Mapping[str, Any], limits: Limits) -> None:
    """Give one picture; a file that holds several, or none that is whole, is no still picture."""
    found = list(itertools.islice(container.decode(video=0), 2)) if container.streams.video else []
    if len(found) != 1 or found[0].is_corrupt:
        raise _Stop("unlike")
    frame = found[0]
    _judge_size(frame, limits)
    size = _size(frame, request["max_side"])
    _say(b"P", rows=size[1], columns=size[0], turn=_turns(frame), body=_plane(frame, size, rgb=True).data)


def _turns(frame: VideoFrame) -> int:
    return round(frame.rotation / 90) % 4


def _size(frame: VideoFrame, side: int | None) -> tuple[int, int]:
    scale = side / max(frame.width, frame.height) if side else 1.0
    if scale >= 1.0:
        return frame.width, frame.height
    return max(2, round(frame.width * scale / 2) * 2), max(2, round(frame.height * scale / 2) * 2)


def _plane(frame: VideoFrame, size: tuple[int, int], *, rgb: bool) -> NDArray[np.uint8]:
    """Return rows of RGB, or of luma just as the video stores it (8 bits)."""
    width, height = size
    same = (frame.width, frame.height) == size
    stored = frame.format.name in {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"}
    if rgb or not same or not stored:
        method = None if same else "AREA"
        frame = frame.reformat(width, height, format="rgb24" if rgb else "yuv420p", interpolation=method)
    plane: Any = frame.planes[0]
    whole = np.frombuffer(plane, np.uint8)[: height * plane.line_size].reshape(height, plane.line_size)
    return np.ascontiguousarray(whole[:, : width * (3 if rgb else 1)])


# -- sound ------------------------------------------------------------------------------------------------------------


def _tell_sound(container: InputContainer, rate: int, limits: Limits) -> None:
    if not container.streams.audio:
        return
    start, room, begun = Fraction(container.start_time or 0, MICROSECONDS), int(limits.max_seconds * rate), False
    resampler = AudioResampler(format="flt", layout="mono", rate=rate)
    for frame in _and_none(container.decode(container.streams.audio[0])):
        if not begun and frame is not None:  # the pictures' clock: silence until the sound starts
            late = float((frame.pts or 0) * (frame.time_base or 0) - start)
            room -= _tell_samples(np.zeros(int(min(max(0.0, late), limits.max_seconds) * rate), np.float32))
            begun = True
        for part in resampler.resample(frame):
            plane: Any = part.planes[0]
            room -= _tell_samples(np.frombuffer(plane, np.float32)[: part.samples])
        if room < 0:
            raise _Stop("long")


def _and_none(parts: Iterator[AudioFrame]) -> Iterator[AudioFrame | None]:
    yield from parts
    yield None  # drains the resampler


def _tell_samples(samples: NDArray[np.float32]) -> int:
    for at in range(0, len(samples), CHUNK):
        part = samples[at : at + CHUNK].tobytes()
        _say(b"B", rows=len(part), body=part)
    return len(samples)


# -- metadata ---------------------------------------------------------------------------------------------------------


def _metadata(container: InputContainer, limits: Limits) -> dict[str, Any]:
    told: dict[str, Any] = {
        "container": CONTAINERS.get(container.format.name, container.format.name),
        "tags": {str(name)[:64]: str(text)[:256] for name, text in list(container.metadata.items())[:64]},
        "duration": container.duration / MICROSECONDS if container.duration else None,
    }
    if told["duration"] and told["duration"] > limits.max_seconds:
        raise _Stop("long")
    for voice in container.streams.audio[:1]:
        told |= {"rate": voice.codec_context.sample_rate, "channels": voice.codec_context.channels}
    if film := _film(container):
        told |= _first_picture(container, film, limits)
    elif not container.streams.audio:
        raise _Stop("foreign")
    return told


def _first_picture(container: InputContainer, film: VideoStream, limits: Limits) -> dict[str, Any]:
    _, frame = next(_pictures(container, film, limits))
    across, down = (frame.height, frame.width) if _turns(frame) % 2 else (frame.width, frame.height)
    return {"width": across, "height": down, "fps": float(film.average_rate or 0)}


if __name__ == "__main__":
    main(sys.argv[1])
