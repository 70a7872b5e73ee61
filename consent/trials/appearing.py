"""Short clips in which somebody's face comes up for a while, as a video model might draw it: small, turned, compressed.

A portrait is lifted to a head that turns, blinks and speaks, and laid into a moving scene at a place, a size and a time
drawn by seed; the clip is compressed as strongly as ours are, or more. It is a rendering of a photograph, no person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials import camera
from consent.trials.camera import Pixels, Take
from consent.trials.expression import Muscles
from consent.trials.lift import FACE_SHARE, lift
from consent.trials.pose import Stage, Turn
from consent.trials.voice import RATE

SIZE, FPS, SECONDS = (640, 360), 12, 2.5
BITS = (250_000, 900_000)  # a second; ours have about 800,000 at this size


@dataclass(frozen=True, slots=True)
class Appearing:
    """Where, when and how large: ``height`` is forehead to chin in pixels, ``at`` the share of the free room."""

    height: int
    start: float
    seconds: float
    at: tuple[float, float]
    yaw: float
    pitch: float
    light: float
    bits: int
    seed: int


def drawn(rng: np.random.Generator, *, heights: tuple[int, int]) -> Appearing:
    """Return one appearance of half a second to one and a half, anywhere in the clip, turned up to 25 degrees."""
    seconds = float(rng.uniform(0.5, 1.5))
    return Appearing(
        height=int(rng.integers(heights[0], heights[1] + 1)),
        start=float(rng.uniform(0, SECONDS - seconds)),
        seconds=seconds,
        at=(float(rng.random()), float(rng.random())),
        yaw=float(rng.uniform(-25, 25)),
        pitch=float(rng.uniform(-12, 12)),
        light=float(rng.uniform(0.6, 1.1)),
        bits=int(rng.uniform(*BITS)),
        seed=int(rng.integers(1 << 30)),
    )


def film(portrait: Pixels, told: Appearing, out: Path, *, model: Path) -> None:
    """Write the clip, ``out`` ending in .mp4; raises ``lift.PortraitError`` when the portrait shows no face."""
    high = min(SIZE[1], 4 * round(told.height / FACE_SHARE / 4))
    size = (high, high)  # a square around the head
    head = lift(portrait, width=size[0], height=size[1], model=model)
    stage, muscles, soft = Stage(head), Muscles(head), _soft(size)

    def seen(t: float) -> NDArray[np.float32]:
        sway = np.sin(2 * np.pi * np.array([0.5, 0.8, 0.3]) * t + told.seed % 7)
        turn = Turn(yaw=told.yaw + 4 * sway[0], pitch=told.pitch + 3 * sway[1], roll=3 * sway[2])
        face = muscles.move(head.picture, blink=float(t % 1.7 < 0.15), mouth=float(max(0.0, sway[1])))  # noqa: PLR2004
        return np.asarray(stage.show(face, turn), np.float32) * np.float32(told.light)

    def pictures() -> Iterator[tuple[float, Pixels]]:
        scene = _Scene(told.seed)
        for number in range(int(SECONDS * FPS)):
            t = number / FPS
            picture = scene.at(t)
            if told.start <= t < told.start + told.seconds + 1 / FPS:
                _lay(picture, seen(t), soft, at=told.at)
            yield t, np.clip(picture, 0, 255).astype(np.uint8)

    silence = np.zeros(int(SECONDS * RATE), np.float32)
    camera.film(Take(pictures=pictures(), sound=silence, size=SIZE, fps=FPS, bits=told.bits), out)


class _Scene:
    """A background that moves: two soft colours, and a few discs that drift over them."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        one, other = rng.uniform(30, 210, (2, 3)).astype(np.float32)
        ramp = np.linspace(0, 1, SIZE[0], dtype=np.float32)[None, :, None]
        self._wall = np.repeat(one * (1 - ramp) + other * ramp, SIZE[1], axis=0)
        self._discs = rng.uniform(0, 1, (5, 4))

    def at(self, t: float) -> NDArray[np.float32]:
        """Return float32 RGB."""
        picture = self._wall.copy()
        for x, y, speed, shade in self._discs:
            place = (int((x + speed * 0.3 * t) % 1 * SIZE[0]), int(y * SIZE[1]))
            cv2.circle(picture, place, int(15 + 40 * shade), (255 * shade, 255 * speed, 255 * x), -1)
        return picture


def _soft(size: tuple[int, int]) -> NDArray[np.float32]:
    """Return 1 about the middle, falling to 0 at the edge, (H, W, 1)."""
    ys, xs = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    return np.asarray(np.clip((1 - np.maximum(abs(xs), abs(ys))) / 0.15, 0, 1)[:, :, None], np.float32)


def _lay(
    picture: NDArray[np.float32], face: NDArray[np.float32], soft: NDArray[np.float32], *, at: tuple[float, float]
) -> None:
    high, wide = face.shape[:2]
    left, top = int(at[0] * (SIZE[0] - wide)), int(at[1] * (SIZE[1] - high))
    there = picture[top : top + high, left : left + wide]
    there[:] = face * soft + there * (1 - soft)
