"""Voices: hibari's one speaker, made faster, slower, higher and lower until it is several."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from hibari import Hibari
from numpy.typing import NDArray

RATE = 48_000
PAUSE = 0.16  # seconds between two digits of somebody who was asked to speak clearly
SPEEDS = (0.72, 0.92)
PITCHES = (0.84, 1.14)


@dataclass(frozen=True, slots=True)
class Voice:
    """How somebody speaks: ``speed`` of talking, and ``pitch`` times the speaker's, throat and all."""

    speed: float = 0.8
    pitch: float = 1.0
    seed: int = 1


def drawn(rng: np.random.Generator) -> Voice:
    """Return a voice of nobody in particular."""
    return Voice(
        speed=float(rng.uniform(*SPEEDS)), pitch=float(rng.uniform(*PITCHES)), seed=int(rng.integers(1, 1 << 30))
    )


def unlike(voice: Voice, rng: np.random.Generator) -> Voice:
    """Return a voice that is clearly another person's: a quarter higher, or as much lower."""
    pitch = voice.pitch * 0.78 if voice.pitch > 1 else voice.pitch * 1.27
    return Voice(speed=float(rng.uniform(*SPEEDS)), pitch=pitch, seed=int(rng.integers(1, 1 << 30)))


def say(words: str, voice: Voice) -> NDArray[np.float32]:
    """Return what is said, mono float32 at 48 kHz; digits are said one by one."""
    text = ", ".join(words) if words.isdigit() else words
    tts = _speaker()
    dry = np.asarray(tts(f"{text}.", speed=voice.speed / voice.pitch, seed=voice.seed), np.float32)
    step = tts.sample_rate * voice.pitch / RATE  # read faster, everything is higher: pitch and formants together
    times = np.arange(int(len(dry) / step)) * step
    return np.asarray(np.interp(times, np.arange(len(dry)), dry), np.float32)


def spelled(digits: str, voice: Voice) -> NDArray[np.float32]:
    """Return digits each spoken by itself and put in a row, as somebody does who owns recordings of all ten."""
    rest = np.zeros(int(PAUSE * RATE), np.float32)
    return np.concatenate([part for digit in digits for part in (_trimmed(say(digit, voice)), rest)])


def placed(parts: tuple[tuple[float, NDArray[np.float32]], ...], *, seconds: float) -> NDArray[np.float32]:
    """Return a track of that length with each part at its start; both in seconds."""
    track = np.zeros(int(seconds * RATE), np.float32)
    for start, part in parts:
        at = max(0, int(start * RATE))
        fits = part[: max(0, len(track) - at)]
        track[at : at + len(fits)] += fits
    return track


def _trimmed(said: NDArray[np.float32]) -> NDArray[np.float32]:
    loud = np.flatnonzero(np.abs(said) > 0.02 * np.abs(said).max())
    return said[loud[0] : loud[-1] + 1] if loud.size else said


@cache
def _speaker() -> Hibari:
    return Hibari()
