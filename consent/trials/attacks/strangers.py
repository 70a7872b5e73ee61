"""Attacks with another person, or with no camera at all."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials import camera
from consent.trials.asked import Asked
from consent.trials.attacks.scene import Scene
from consent.trials.camera import NOISE, Pixels, Take
from consent.trials.lift import CHIN, OVAL_TOP
from consent.trials.people import wearing


def swap(scene: Scene) -> Take:
    """Return an answer in which the face becomes another's half-way: at once at 0, over 2 s at 1, digits included.

    Below .25 another person takes the seat; from there on only the face changes, hair, clothes and room do not.
    """
    is_seated = scene.strength < 0.25  # noqa: PLR2004 - as said
    mine, theirs = scene.part.portrait, scene.other.portrait
    shown = theirs if is_seated else wearing(mine, theirs, model=scene.model)
    first, second = scene.player(), scene.player(part=replace(scene.part, portrait=shown))
    cut, fade = first.seconds / 2, max(2 * scene.strength, 1e-3)

    def see(t: float) -> Pixels:
        much = float(np.clip((t - cut) / fade, 0, 1))
        if much in {0.0, 1.0}:
            return (second if much else first).see(t)
        return np.asarray(cv2.addWeighted(second.see(t), much, first.see(t), 1 - much, 0), np.uint8)

    return scene.filmed(see, first.track(), seconds=first.seconds)


def two_people(scene: Scene) -> Take:
    """Return an honest answer with somebody beside: near and always at 0, small and for a third of the time at 1."""
    first = scene.player(part=replace(scene.part, side=0.0))
    quiet = Asked(poses=(), digits="", seconds=first.seconds)
    second = scene.player(quiet, part=scene.other)
    grown, share = 0.75 - 0.25 * scene.strength, 1 - 0.67 * scene.strength
    start = float(scene.rng.uniform(0, 1 - share)) * first.seconds
    mask, box = _bust(second.head.points, scene.size)
    is_left = bool(scene.rng.random() < 0.5)  # noqa: PLR2004 - either side

    def see(t: float) -> Pixels:
        seen = first.see(t)
        if start <= t <= start + share * first.seconds:
            _beside(seen, second.see(t), mask=mask, box=box, grown=grown, is_left=is_left)
        return seen

    return scene.filmed(see, first.track(), seconds=first.seconds)


def injection(scene: Scene) -> Take:
    """Return a computed stream given to the recorder in a camera's place, everything asked for answered right.

    At 0 it has no noise, even times and half the pictures twice; the dial adds noise (of which there are few
    patterns, repeated) and, from .8 on, uneven times. At 1 only the repetition tells it from the honest actor.
    """
    player, few = scene.player(), 1 + int(11 * scene.strength)
    width, height = scene.size
    noise = scene.rng.normal(0, NOISE * scene.strength, (few, height, width, 3)).astype(np.float32)
    half = scene.fps / 2 if scene.strength < 0.4 else scene.fps  # noqa: PLR2004 - as said
    shown = lru_cache(maxsize=1)(player.see)

    def pictures() -> Iterator[tuple[float, Pixels]]:
        jittered = list(camera.ticking(player.seconds, fps=scene.fps, seed=scene.seed()))
        even = [number / scene.fps for number in range(int(player.seconds * scene.fps))]
        for number, t in enumerate(jittered if scene.strength >= 0.8 else even):  # noqa: PLR2004 - as said
            clean = shown(np.floor(t * half + 1e-6) / half)
            yield t, np.asarray(cv2.add(clean, noise[number % few], dtype=cv2.CV_8U), np.uint8)

    sound = camera.heard(player.track(), seed=scene.seed())
    return Take(pictures=pictures(), sound=sound, size=scene.size, fps=scene.fps)


def _bust(points: NDArray[np.float32], size: tuple[int, int]) -> tuple[NDArray[np.float32], tuple[int, int, int, int]]:
    """Return a soft mask of a head and the box around it: left, top, right, bottom."""
    face = float(np.linalg.norm(points[CHIN] - points[OVAL_TOP]))
    middle = points[[CHIN, OVAL_TOP]].mean(axis=0)
    mask = np.zeros((size[1], size[0]), np.float32)
    cv2.ellipse(mask, (int(middle[0]), int(middle[1])), (int(0.62 * face), int(0.85 * face)), 0, 0, 360, 1.0, -1)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.04 * face), np.float32)
    left, top = max(0, int(middle[0] - 0.75 * face)), max(0, int(middle[1] - face))
    return soft, (left, top, min(size[0], int(middle[0] + 0.75 * face)), min(size[1], int(middle[1] + face)))


def _beside(
    seen: Pixels,
    guest: Pixels,
    *,
    mask: NDArray[np.float32],
    box: tuple[int, int, int, int],
    grown: float,
    is_left: bool,
) -> None:
    """Draw the guest's head into the picture at one of its sides."""
    left, top, right, bottom = box
    small = cv2.resize(guest[top:bottom, left:right], None, fx=grown, fy=grown, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(mask[top:bottom, left:right], None, fx=grown, fy=grown, interpolation=cv2.INTER_AREA)[:, :, None]
    rows, columns = small.shape[:2]
    y = (seen.shape[0] - rows) // 2
    x = 0 if is_left else seen.shape[1] - columns
    part = seen[y : y + rows, x : x + columns]
    part[:] = (part + (small.astype(np.float32) - part) * soft).astype(np.uint8)
