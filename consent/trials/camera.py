"""A webcam and the browser's recorder: noise that never repeats, times that are never even, then compression."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials.voice import RATE

Pixels = NDArray[np.uint8]
"""RGB, shape (H, W, 3)."""
BLOCK = 960  # samples: 20 ms
NOISE = 2.2  # grey levels of sensor noise, of 255
TICKS = 1000  # a second: browsers write milliseconds
CODECS = {".mp4": ("libx264", "aac"), ".webm": ("libvpx", "libopus")}
VP9 = ("libvpx-vp9", "libopus")
SPEEDS = {  # as a browser does, which hands every picture on at once; looking ahead makes VP8 ten times as slow
    "libx264": {"preset": "ultrafast", "tune": "zerolatency"},
    "libvpx": {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"},  # a positive one: as long as it took
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
}


NO_TAGS: Mapping[str, str] = {}


@dataclass(slots=True)
class Take:
    """What is filmed: ``pictures`` with their seconds, the sound (mono float32 at RATE), and what the file says."""

    pictures: Iterable[tuple[float, Pixels]]
    sound: NDArray[np.float32]
    size: tuple[int, int]
    fps: int
    bits: int = 2_500_000
    codecs: tuple[str, str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class Sensor:
    """A small camera: noise that never repeats, and a light that breathes a little.

    ``dim`` darkens the room (1 is a lit one) and lets the noise grow; ``warm`` reddens it, 0 to 1; ``side`` lights
    one half of the picture more than the other, 0 to 1.
    """

    def __init__(
        self, width: int, height: int, *, seed: int, dim: float = 1.0, warm: float = 0.0, side: float = 0.0
    ) -> None:
        self._rng = np.random.default_rng(seed)
        self._size = (height, width, 3)
        noise = NOISE * (1 + 1.2 * (1 - dim))
        self._grain = self._rng.normal(0, noise, (height + 64, width + 64, 3)).astype(np.float32)
        fall = 1 + side * 0.5 * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
        tone = np.array([1 + 0.12 * warm, 1, 1 - 0.2 * warm], np.float32)
        self._room = np.ascontiguousarray(np.broadcast_to(np.float32(dim) * fall * tone, self._size))

    def expose(self, picture: Pixels, t: float) -> Pixels:
        """Return the picture as the camera takes it."""
        top, left = self._rng.integers(0, 64, 2)
        grain = self._grain[top : top + self._size[0], left : left + self._size[1]]
        light = 1 + 0.006 * float(np.sin(2 * np.pi * 0.4 * t))
        lit = cv2.multiply(picture, self._room, scale=light, dtype=cv2.CV_32F)
        return np.asarray(cv2.add(lit, grain, dtype=cv2.CV_8U), np.uint8)


def ticking(seconds: float, *, fps: int, seed: int) -> Iterator[float]:
    """Yield a webcam's times: 3 ms to either side of even, one picture in eighty lost."""
    rng = np.random.default_rng(seed)
    for number in range(int(seconds * fps)):
        if number == 0 or rng.random() > 1 / 80:
            yield max(0.0, number / fps + float(np.clip(rng.normal(0, 0.003), -0.4 / fps, 0.4 / fps)) * (number > 0))


def heard(voice: NDArray[np.float32], *, seed: int) -> NDArray[np.float32]:
    """Return the room's sound: the voice with a short echo, over a quiet hiss."""
    room = np.random.default_rng(seed).normal(0, 0.0012, len(voice)).astype(np.float32)
    loud = np.float32(0.5 / max(1e-6, float(np.abs(voice).max(initial=0))))
    for delay, gain in ((0.0, 1.0), (0.011, 0.18), (0.027, 0.09)):
        start = int(delay * RATE)
        room[start:] += voice[: len(room) - start] * loud * np.float32(gain)
    return np.clip(room, -1, 1)


def alone() -> None:
    """Leave this process one thread to work on pictures with: another one works beside it."""
    cv2.setNumThreads(1)


def film(take: Take, out: Path) -> None:
    """Write H.264 and AAC, VP8 or VP9 and Opus: picture and sound side by side, as a browser records them."""
    picture_codec, sound_codec = take.codecs or CODECS[out.suffix]
    with av.open(str(out), "w") as container:
        container.metadata.update(take.tags)
        video: Any = container.add_stream(picture_codec, rate=take.fps)
        video.width, video.height, video.pix_fmt = *take.size, "yuv420p"
        video.codec_context.time_base, video.bit_rate = Fraction(1, TICKS), take.bits
        video.options, video.codec_context.thread_count = SPEEDS[picture_codec], 1
        audio: Any = container.add_stream(sound_codec, rate=RATE, layout="mono")
        _pictured(container, video, take.pictures)
        _sounded(container, audio, take.sound)


def rewrap(
    path: Path, out: Path, *, sound: NDArray[np.float32] | None = None, tags: Mapping[str, str] = NO_TAGS
) -> None:
    """Write the same pictures into another file, not encoded again: with other sound, and saying other things."""
    with av.open(str(path)) as source, av.open(str(out), "w") as container:
        container.metadata.update(tags)
        kept = [source.streams.video[0], *(source.streams.audio if sound is None else ())]
        copies: Any = {stream.index: container.add_stream_from_template(stream) for stream in kept}
        audio: Any = None if sound is None else container.add_stream(CODECS[out.suffix][1], rate=RATE, layout="mono")
        for packet in source.demux(kept):
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                container.mux(packet)
        if sound is not None:
            _sounded(container, audio, sound)


def _pictured(container: Any, video: Any, pictures: Iterable[tuple[float, Pixels]]) -> None:  # noqa: ANN401 - PyAV's
    last = -1
    for t, picture in pictures:
        last = max(last + 1, round(t * TICKS))
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = last, Fraction(1, TICKS)
        container.mux(video.encode(frame))
    container.mux(video.encode(None))


def _sounded(container: Any, audio: Any, sound: NDArray[np.float32]) -> None:  # noqa: ANN401 - PyAV's
    for start in range(0, len(sound), BLOCK):
        container.mux(audio.encode(_block(sound, start)))
    container.mux(audio.encode(None))


def _block(sound: NDArray[np.float32], start: int) -> av.AudioFrame:
    samples = np.zeros((1, BLOCK), np.float32)
    part = sound[start : start + BLOCK]
    samples[0, : len(part)] = part
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.pts, frame.sample_rate, frame.time_base = start, RATE, Fraction(1, RATE)
    return frame
