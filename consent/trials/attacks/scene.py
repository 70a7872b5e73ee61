"""What an attack is made from: the challenge to be answered, an earlier one, faces, a camera, and how good it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consent.trials import actor, camera
from consent.trials.actor import Part, Player
from consent.trials.asked import Asked
from consent.trials.camera import Pixels, Take

See = Callable[[float], Pixels]


@dataclass(slots=True)
class Scene:
    """One attempt: ``asked`` must be answered, ``earlier`` are challenges of other sessions; ``strength`` 0 to 1.

    ``part`` is the person attacked (or the honest one), ``other`` somebody whom a face engine tells from them.
    """

    asked: Asked
    earlier: tuple[Asked, ...]
    part: Part
    other: Part
    strength: float
    rng: np.random.Generator = field(repr=False)
    model: Path = field(repr=False)
    size: tuple[int, int] = (640, 480)
    fps: int = 24

    def player(
        self, asked: Asked | None = None, *, part: Part | None = None, said: NDArray[np.float32] | None = None
    ) -> Player:
        """Return somebody playing a challenge; the victim and the one asked unless told otherwise."""
        return Player(part or self.part, asked or self.asked, size=self.size, model=self.model, said=said)

    def honest(self, player: Player) -> Take:
        """Return what an honest camera records of a player."""
        return actor.take(player, size=self.size, fps=self.fps, seed=self.seed())

    def filmed(self, see: See, sound: NDArray[np.float32], *, seconds: float, part: Part | None = None) -> Take:
        """Return what an honest camera records of anything that can be seen; ``sound`` is the dry voice."""
        seed = self.seed()
        eye = actor.sensor(part or self.part, self.size, seed=seed)
        times = camera.ticking(seconds, fps=self.fps, seed=seed)
        pictures: Iterator[tuple[float, Pixels]] = ((t, eye.expose(see(t), t)) for t in times)
        return Take(pictures=pictures, sound=camera.heard(sound, seed=seed), size=self.size, fps=self.fps)

    def seed(self) -> int:
        """Return a fresh seed."""
        return int(self.rng.integers(1, 1 << 30))

    def restyled(self, part: Part) -> Part:
        """Return the same person on another day: moves, sits and is lit otherwise."""
        again = actor.drawn(part.portrait, self.rng)
        return replace(again, voice=part.voice, has_glasses=part.has_glasses)
