"""The embedded engine: words to a scene, physics, picture and sound, on any laptop and without a trained model."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from generation.backends import Cast, Order, Rendering
from generation.backends.world.canvas import NoPictureError, context
from generation.backends.world.draw import draw
from generation.backends.world.head import Head, head
from generation.backends.world.parse import parse
from generation.backends.world.setup import stage
from generation.backends.world.simulate import simulate
from generation.backends.world.sound import sound
from generation.errors import EngineError

MOST = 2  # people one stage has room for
SIDES, SECONDS, RATES = (64, 1920), range(1, 21), range(1, 61)
SEEDS = 2**63 - 1  # what the generators take: no negative numbers


class WorldEngine:
    """Countenance World: a small stage where MuJoCo plays what the prompt names, drawn and heard as it happens."""

    name = "Countenance World"
    version = "0.1"
    licence = "Apache-2.0"  # MuJoCo's; the rest is ours
    draws_people = True
    takes: frozenset[str] = frozenset()  # it draws from words alone
    # IPTC: pictures calculated from physics with a person's photograph on a character are a mix of captured and
    # synthetic elements, "compositeSynthetic"; without a person they are "purely by an algorithm not based on any
    # sampled training data", "algorithmicMedia". "trainedAlgorithmicMedia" would be untrue: no model was trained.
    source_type = "compositeSynthetic"

    def available(self) -> str:
        """Return '' when a picture can be drawn here, else one sentence that says what is missing."""
        try:
            context().release()
        except NoPictureError as missing:
            return str(missing)
        return ""

    def render(self, order: Order, progress: Callable[[float], None]) -> Rendering:
        """Play the prompt's scene; frames are drawn while they are taken, the sound when it is asked for."""
        _check(order)
        seed = order.seed & SEEDS
        scene = parse(order.prompt, cast=[person.handle for person in order.cast])
        where = stage(scene, seed=seed)
        play = simulate(where, seconds=order.seconds, fps=order.fps)
        frames: Iterator[Any] = draw(
            where, play, [_head(person) for person in order.cast], fps=order.fps,
            width=order.width, height=order.height, style=order.style, seed=seed, progress=progress,
        )  # fmt: skip
        return Rendering(
            width=order.width,
            height=order.height,
            fps=order.fps,
            frames=frames,
            sound=partial(sound, where, play, seconds=order.seconds, seed=seed),
            vocabulary=scene.vocabulary,
            source_type=self.source_type if order.cast else "algorithmicMedia",
        )


def _check(order: Order) -> None:
    if len(order.cast) > MOST:
        raise EngineError(f"This model can show at most {MOST} people in one video.")
    sides = (order.width, order.height)
    if min(sides) < SIDES[0] or max(sides) > SIDES[1] or order.seconds not in SECONDS or order.fps not in RATES:
        raise EngineError("This model makes 1 to 20 seconds, at 64 to 1920 pixels a side and up to 60 frames a second.")


def _head(person: Cast) -> Head:
    portrait, landmarks = np.asarray(person.portrait), np.asarray(person.landmarks)
    if portrait.ndim != 3 or portrait.shape[2] != 3 or landmarks.shape != (478, 3):  # noqa: PLR2004
        raise EngineError("This person's likeness cannot be drawn: its picture or its landmarks are not whole.")
    return head(portrait, landmarks)
