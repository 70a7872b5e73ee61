"""The one encode pass: pictures are marked, looked at by the judges, compressed and digested together.

H.264 (x264 veryfast, CRF 20, a key frame every 2 s) and AAC 160 kbit/s stereo at 48 kHz in an mp4 that
plays while it loads. A rendering without sound gets no sound track: silence is not claimed to be sound.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av import Packet, VideoFrame
from av.audio.resampler import AudioResampler
from av.codec.context import ThreadType
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from numpy.typing import NDArray

from generation.errors import EncodeError, JudgingError
from generation.pipeline.footage import Encoded, Reel
from provenance.media import Frame, Sound, Tap

RATE = 48_000
HEARD = 16_000  # samples a second for the judges, mono: what the engines that listen were trained on
CHUNK = 1024  # samples in one AAC frame
BT601 = 6  # the matrix swscale uses unless told otherwise; tagged so that players undo the same one
LIMITED = 1

Mark = Callable[[NDArray[np.uint8], float], None]


def encode(reel: Reel, path: Path, *, mark: Mark, taps: Sequence[Tap], progress: Callable[[float], None]) -> Encoded:
    """Write the video; every tap sees the pictures as marked, in order. Raises ``EncodeError``.

    ``mark(y, t)`` changes the luma plane, uint8 (height, width), in place; ``t`` is in seconds.
    """
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            write(reel, container, mark=mark, taps=taps, progress=progress)
        return Encoded(path=path, digest=stream_digest(path))
    except FFmpegError as error:
        raise EncodeError(f"The video could not be compressed: {error.strerror}.") from error


def write(
    reel: Reel, container: OutputContainer, *, mark: Mark, taps: Sequence[Tap], progress: Callable[[float], None]
) -> None:
    """Feed every picture through mark, taps and encoder, with the sound interleaved; taps hear all of it first."""
    video = picture_track(container, reel)
    samples = reel.sound()
    sound = None if samples is None else fitted(samples, length=reel.seconds * RATE)
    listen(sound, taps)
    waiting = sound_packets(container, sound)
    total = reel.seconds * reel.fps
    for index, rgb in enumerate(counted(reel)):
        t = index / reel.fps
        picture = marked(rgb, t=t, mark=mark)
        show(picture, Frame(index=index, t=t, rgb=None), taps)
        picture.pts, picture.time_base = index, Fraction(1, reel.fps)
        container.mux(video.encode(picture))
        container.mux(due(waiting, until=t))
        progress((index + 1) / total)
    container.mux(video.encode(None))
    container.mux(waiting)


def picture_track(container: OutputContainer, reel: Reel) -> VideoStream:
    """Add the H.264 track."""
    video = container.add_stream("libx264", rate=reel.fps, options={"preset": "veryfast", "crf": "20"})
    video.width, video.height, video.pix_fmt = reel.width, reel.height, "yuv420p"
    context = video.codec_context
    context.time_base, context.gop_size = Fraction(1, reel.fps), 2 * reel.fps
    context.thread_count, context.thread_type = 2, ThreadType.AUTO
    context.colorspace = context.color_primaries = context.color_trc = BT601
    context.color_range = LIMITED
    return video


def counted(reel: Reel) -> Iterator[NDArray[np.uint8]]:
    """Yield exactly the pictures that were ordered, each of the ordered shape, or raise."""
    total, seen = reel.seconds * reel.fps, 0
    for seen, rgb in enumerate(reel.frames, start=1):
        if seen > total:
            raise EncodeError(f"The video model gave more than the {total} pictures that were ordered.")
        if rgb.dtype != np.uint8 or rgb.shape != (reel.height, reel.width, 3):
            raise EncodeError(f"The video model gave a picture of the wrong kind: {rgb.dtype} {rgb.shape}.")
        yield np.ascontiguousarray(rgb)
    if seen < total:
        raise EncodeError(f"The video model gave {seen} of the {total} pictures that were ordered.")


def marked(rgb: NDArray[np.uint8], *, t: float, mark: Mark) -> VideoFrame:
    """Return the picture as yuv420p with its luma marked in place."""
    picture = VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
    plane = picture.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)  # lines may be padded
    mark(luma[: picture.height, : picture.width], t)
    return picture


def show(picture: VideoFrame, frame: Frame, taps: Sequence[Tap]) -> None:
    """Let those taps that want this moment see it; the colours are converted once, and only then."""
    with judged():
        wanting = [tap for tap in taps if tap.wants(frame.index, frame.t)]
    if wanting:
        seen = Frame(index=frame.index, t=frame.t, rgb=picture.to_ndarray(format="rgb24"))
        with judged():
            for tap in wanting:
                tap.see(seen)


@contextmanager
def judged() -> Iterator[None]:
    """Turn any error of a judge into a no."""
    try:
        yield
    except Exception as error:
        raise JudgingError from error


def listen(sound: NDArray[np.float32] | None, taps: Sequence[Tap]) -> None:
    """Let every tap hear the sound (length, 2), mixed down; silence of no length where there is none."""
    heard = np.zeros(0, np.float32) if sound is None else mono(sound)
    with judged():
        for tap in taps:
            tap.hear(Sound(rate=HEARD, samples=heard))


def mono(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return stereo at 48 kHz, float32 (length, 2), as mono at 16 kHz."""
    resampler = AudioResampler(format="flt", layout="mono", rate=HEARD)
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), format="fltp", layout="stereo")
    whole.sample_rate = RATE
    parts = [part for frame in (whole, None) for part in resampler.resample(frame)]
    return np.concatenate([part.to_ndarray()[0] for part in parts])


def sound_packets(container: OutputContainer, sound: NDArray[np.float32] | None) -> "list[Packet[Any]]":
    """Add the AAC track for float32 (length, 2) and return its packets; none for a rendering without sound."""
    if sound is None:
        return []
    track = container.add_stream("aac", rate=RATE, layout="stereo")
    track.bit_rate = 160_000
    packets: list[Packet[Any]] = []
    for start in range(0, len(sound), CHUNK):
        piece = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[start : start + CHUNK].T), format="fltp", layout="stereo"
        )
        piece.sample_rate, piece.pts, piece.time_base = RATE, start, Fraction(1, RATE)
        packets += track.encode(piece)
    return packets + track.encode(None)


def fitted(samples: object, *, length: int) -> NDArray[np.float32]:
    """Return the sound as float32 (length, 2) in -1..1, cut or padded with silence, or raise."""
    sound = np.asarray(samples, dtype=np.float32)
    if sound.ndim != 2 or sound.shape[1] != 2 or not np.isfinite(sound).all():  # noqa: PLR2004 - stereo
        raise EncodeError(f"The video model gave sound of the wrong kind: {sound.dtype} {sound.shape}.")
    full = np.zeros((length, 2), np.float32)
    full[: len(sound)] = sound[:length].clip(-1.0, 1.0)
    return full


def due(packets: "list[Packet[Any]]", *, until: float) -> "list[Packet[Any]]":
    """Take the packets whose time has come out of the list."""
    count = next((n for n, p in enumerate(packets) if (p.pts or 0) * float(p.time_base) > until), len(packets))
    taken, packets[:] = packets[:count], packets[count:]
    return taken


def stream_digest(path: Path) -> str:
    """Return SHA-256 (hex) over the packets of a file in the order in which they lie in it.

    Read back from the file, so that quarantined or sealed bytes can be held against it later: a
    manifest added to the container does not change it, one changed bit of picture or sound does.
    """
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.size:
                digest.update(packet.stream_index.to_bytes(1, "big") + packet.size.to_bytes(8, "big"))
                digest.update(bytes(packet))
    return digest.hexdigest()
