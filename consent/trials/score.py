"""The score an actor plays: when the head turns where, when the eyes close, when what is said."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from consent.trials.asked import Asked
from consent.trials.pose import Turn
from consent.trials.voice import RATE

REST, MOVE, HOLD = 0.6, 0.4, 0.8  # seconds
LATE = 0.04  # seconds the lips run ahead of the sound
AFTER = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody moves: degrees they turn when asked to turn a little, seconds to react and to get there."""

    yaw: float = 26.0
    pitch: float = 19.0
    react: float = 0.3
    move: float = MOVE
    linger: float = 0.2
    blinks: float = 3.1
    seed: int = 1


def drawn(rng: np.random.Generator) -> Manner:
    """Return somebody's manner."""
    return Manner(
        yaw=float(rng.uniform(22, 30)),
        pitch=float(rng.uniform(16, 21)),
        react=float(rng.uniform(0.2, 0.5)),
        move=float(rng.uniform(0.3, 0.5)),
        linger=float(rng.uniform(0.1, 0.25)),
        blinks=float(rng.uniform(2.3, 4.2)),
        seed=int(rng.integers(1, 1 << 30)),
    )


@dataclass(frozen=True)
class Score:
    """The whole performance of what was ``asked``: ``spoken`` parts with their starts, float32 mono at RATE."""

    asked: Asked
    said: NDArray[np.float32]
    read: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    manner: Manner = field(default_factory=Manner)

    @property
    def speaks_at(self) -> float:
        """Return when the first digit is said: when it is asked for, or after the last pose."""
        if self.asked.digits_s:
            return self.asked.digits_s + self.manner.react
        return REST + len(self.asked.poses) * (2 * MOVE + HOLD) + 0.2

    @cached_property
    def spoken(self) -> tuple[tuple[float, NDArray[np.float32]], ...]:
        """Return what is said, each with the second at which it begins; never two things at once."""
        first = self.speaks_at + len(self.said) / RATE
        return ((self.speaks_at, self.said), (max(first + 0.4, self.asked.phrase_s), self.read))

    @cached_property
    def length(self) -> float:
        """Return how long it all takes."""
        spoken = max(start + len(part) / RATE for start, part in self.spoken if part.size or start < self.speaks_at + 1)
        shown = self.asked.lights[-1].end_s if self.asked.lights else 0.0
        return max(spoken + AFTER, shown + AFTER, self.asked.seconds)

    def turn(self, t: float) -> Turn:
        """Return how the head stands at a time."""
        yaw, pitch = self._posed(t)
        sway = _wander(t, self.manner.seed)
        return Turn(
            yaw=yaw + 1.2 * sway[0],
            pitch=pitch + 1.0 * sway[1],
            roll=0.06 * yaw + 0.8 * sway[2],
            drift=(2.0 * sway[3], 1.5 * sway[4]),
        )

    def blink(self, t: float) -> float:
        """Return how closed the eyes are, 0 to 1: a quarter of a second, every three seconds or so."""
        since = (t - 0.35) % self.manner.blinks
        return float(np.interp(since, (0.0, 0.08, 0.14, 0.26), (0.0, 1.0, 1.0, 0.0)))

    def mouth(self, t: float) -> float:
        """Return how open the mouth is, 0 to 1: it follows the voice's loudness."""
        for start, part in self.spoken:
            at = int((t - start - LATE) * RATE)
            heard = part[max(0, at) : max(0, at + int(2 * LATE * RATE))]
            if heard.size:
                loudest = float(np.abs(part).max()) or 1.0
                return float(np.clip(2.6 * np.sqrt(np.mean(heard**2)) / loudest, 0, 1))
        return 0.0

    def _posed(self, t: float) -> tuple[float, float]:
        toward = {"left": (1.0, 0.0), "right": (-1.0, 0.0), "up": (0.0, 1.0), "down": (0.0, -1.0)}
        for number, pose in enumerate(self.asked.poses):
            start, move, hold = self._timed(number)
            much = float(
                np.interp(t, (start, start + move, start + move + hold, start + 2 * move + hold), (0, 1, 1, 0))
            )
            if much > 0:
                eased = much * much * (3 - 2 * much)
                return toward[pose][0] * self.manner.yaw * eased, toward[pose][1] * self.manner.pitch * eased
        return 0.0, 0.0

    def _timed(self, number: int) -> tuple[float, float, float]:
        """Return when a pose begins, how long getting there takes, and how long it is held."""
        if not self.asked.cues:
            return REST + number * (2 * MOVE + HOLD), MOVE, HOLD
        hold = self.asked.holds[number] if self.asked.holds else HOLD
        return self.asked.cues[number] + self.manner.react, self.manner.move, hold + self.manner.linger


def _wander(t: float, seed: int) -> NDArray[np.float64]:
    """Return five slow, unrelated movements between -1 and 1: nobody holds still."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (5, 2))
    speeds = np.array([0.23, 0.61])
    return np.asarray(np.sin(2 * np.pi * speeds * t + phases).mean(axis=1), np.float64)
