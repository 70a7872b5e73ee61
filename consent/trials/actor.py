"""The bona fide actor: a real portrait that answers a challenge, as data.

It proves that an honest capture passes, and gives tests and the demo something to enrol. It proves
nothing about people: it is a simulation, and shares neither constant nor module with the judge.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from hibari import Hibari
from numpy.typing import NDArray

from consent.trials.expression import Muscles
from consent.trials.lift import lift
from consent.trials.pose import Stage
from consent.trials.score import Score

RATE = 48_000
BLOCK = 960  # samples: 20 ms
NOISE = 2.2  # grey levels of sensor noise, of 255
CODECS = {".mp4": ("libx264", "aac"), ".webm": ("libvpx", "libopus")}


def perform(
    portrait: NDArray[np.uint8],
    *,
    poses: Sequence[str],
    digits: str,
    out: Path,
    model: Path,
    size: tuple[int, int] = (640, 480),
    fps: int = 30,
    seed: int = 1,
) -> float:
    """Film ``portrait`` (RGB) taking the poses in order, then saying the digits; return the seconds filmed.

    ``model`` is MediaPipe's ``face_landmarker.task``; ``out`` ends in .mp4 or .webm.
    Raises ``lift.PortraitError`` when the portrait has no face, KeyError for a pose it does not know.
    """
    score = Score(poses=tuple(poses), voice=speak(digits, seed=seed), rate=RATE, seed=seed)
    width, height = size
    frames = _played(portrait, score, width=width, height=height, fps=fps, model=model)
    _film(out, frames, _heard(score, seed=seed), size=size, fps=fps)
    return score.length


def speak(digits: str, *, seed: int) -> NDArray[np.float32]:
    """Return the digits said one by one: mono float32 at 48 kHz."""
    tts = Hibari()
    dry = tts(", ".join(digits) + ".", speed=0.8, seed=seed)
    times = np.arange(int(len(dry) * RATE / tts.sample_rate)) * (tts.sample_rate / RATE)
    return np.asarray(np.interp(times, np.arange(len(dry)), dry), np.float32)


def _played(
    portrait: NDArray[np.uint8], score: Score, *, width: int, height: int, fps: int, model: Path
) -> Iterator[NDArray[np.uint8]]:
    head = lift(portrait, width=width, height=height, model=model)
    stage, muscles, sensor = Stage(head), Muscles(head), Sensor(width, height, seed=score.seed)
    for number in range(int(score.length * fps)):
        t = number / fps
        face = muscles.move(head.picture, blink=score.blink(t), mouth=score.mouth(t))
        yield sensor.expose(stage.show(face, score.turn(t)), t)


class Sensor:
    """A small camera: noise that never repeats, and a light that breathes a little."""

    def __init__(self, width: int, height: int, *, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._size = (height, width, 3)
        self._grain = self._rng.normal(0, NOISE, (height + 64, width + 64, 3)).astype(np.float32)

    def expose(self, picture: NDArray[np.uint8], t: float) -> NDArray[np.uint8]:
        """Return the picture as the camera takes it."""
        top, left = self._rng.integers(0, 64, 2)
        grain = self._grain[top : top + self._size[0], left : left + self._size[1]]
        light = 1 + 0.006 * np.sin(2 * np.pi * 0.4 * t)
        return np.asarray(np.clip(picture * np.float32(light) + grain, 0, 255), np.uint8)


def _heard(score: Score, *, seed: int) -> NDArray[np.float32]:
    """Return the room's sound: the voice with a short echo, over a quiet hiss."""
    room = np.random.default_rng(seed).normal(0, 0.0012, int(score.length * RATE)).astype(np.float32)
    loud = np.float32(0.5 / max(1e-6, float(np.abs(score.voice).max())))
    for delay, gain in ((0.0, 1.0), (0.011, 0.18), (0.027, 0.09)):
        start = int((score.speaks_at + delay) * RATE)
        part = score.voice[: len(room) - start]
        room[start : start + len(part)] += part * loud * np.float32(gain)
    return np.clip(room, -1, 1)


def _film(
    out: Path, frames: Iterator[NDArray[np.uint8]], sound: NDArray[np.float32], *, size: tuple[int, int], fps: int
) -> None:
    """Write H.264 and AAC, or VP8 and Opus: picture and sound side by side, as a browser records them."""
    picture_codec, sound_codec = CODECS[out.suffix]
    with av.open(str(out), "w") as container:
        video: Any = container.add_stream(picture_codec, rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.time_base, video.bit_rate = Fraction(1, fps), 2_500_000
        video.options = (
            {"preset": "veryfast"} if picture_codec == "libx264" else {"deadline": "realtime", "cpu-used": "8"}
        )
        audio: Any = container.add_stream(sound_codec, rate=RATE, layout="mono")
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
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
