"""The score an actor plays: when the head turns where, when the eyes close, when the digits are said."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consent.trials.pose import Turn

YAW, PITCH = 26.0, 19.0  # degrees: how far a person turns who was asked to turn a little
REST, MOVE, HOLD = 0.6, 0.4, 0.8  # seconds
TOWARD = {"left": (YAW, 0.0), "right": (-YAW, 0.0), "up": (0.0, PITCH), "down": (0.0, -PITCH)}


@dataclass(frozen=True, slots=True)
class Score:
    """The whole performance: ``speaks_at`` and ``length`` in seconds; ``voice`` float32 mono at ``rate``."""

    poses: tuple[str, ...]
    voice: NDArray[np.float32]
    rate: int
    seed: int

    @property
    def speaks_at(self) -> float:
        """Return when the first digit is said: after the last pose."""
        return REST + len(self.poses) * (2 * MOVE + HOLD) + 0.2

    @property
    def length(self) -> float:
        """Return how long it all takes."""
        return self.speaks_at + len(self.voice) / self.rate + 0.5

    def turn(self, t: float) -> Turn:
        """Return how the head stands at a time."""
        yaw, pitch = self._asked(t)
        sway = _wander(t, self.seed)
        return Turn(
            yaw=yaw + 1.2 * sway[0],
            pitch=pitch + 1.0 * sway[1],
            roll=0.06 * yaw + 0.8 * sway[2],
            drift=(2.0 * sway[3], 1.5 * sway[4]),
        )

    def blink(self, t: float) -> float:
        """Return how closed the eyes are, 0 to 1: a quarter of a second, every three seconds or so."""
        since = (t - 0.35) % 3.1
        return float(np.interp(since, (0.0, 0.08, 0.14, 0.26), (0.0, 1.0, 1.0, 0.0)))

    def mouth(self, t: float) -> float:
        """Return how open the mouth is, 0 to 1: it follows the voice's loudness."""
        start = int((t - self.speaks_at - 0.04) * self.rate)
        heard = self.voice[max(0, start) : max(0, start + int(0.08 * self.rate))]
        if heard.size == 0:
            return 0.0
        loudest = float(np.abs(self.voice).max()) or 1.0
        return float(np.clip(2.6 * np.sqrt(np.mean(heard**2)) / loudest, 0, 1))

    def _asked(self, t: float) -> tuple[float, float]:
        each = 2 * MOVE + HOLD
        number, since = divmod(t - REST, each)
        if not 0 <= number < len(self.poses):
            return 0.0, 0.0
        much = float(np.interp(since, (0, MOVE, MOVE + HOLD, each), (0, 1, 1, 0)))
        eased = much * much * (3 - 2 * much)
        yaw, pitch = TOWARD[self.poses[int(number)]]
        return yaw * eased, pitch * eased


def _wander(t: float, seed: int) -> NDArray[np.float64]:
    """Return five slow, unrelated movements between -1 and 1: nobody holds still."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (5, 2))
    speeds = np.array([0.23, 0.61])
    return np.asarray(np.sin(2 * np.pi * speeds * t + phases).mean(axis=1), np.float64)
