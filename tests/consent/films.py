"""Recordings made for these tests: an honest one, and what people try instead."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from consent.trials import actor, camera
from consent.trials.camera import Take

SIZE, FPS = (480, 360), 15
POSES, DIGITS = ("left", "up", "right", "down"), "482913"
Pixels = NDArray[np.uint8]


def astronaut() -> Pixels:
    picture: Pixels = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    return picture


def honest(out: Path, model: Path, *, portrait: Pixels | None = None, poses: tuple[str, ...] = POSES) -> Path:
    picture = astronaut() if portrait is None else portrait
    actor.perform(picture, poses=poses, digits=DIGITS, out=out, model=model, size=SIZE, fps=FPS)
    return out


def silent_film(out: Path, pictures: Iterator[Pixels], *, seconds: float, says: str = "") -> Path:
    """Write pictures with a voice from the second second on, or with nothing but a quiet room."""
    sound = np.random.default_rng(3).normal(0, 0.001, int(seconds * actor.RATE)).astype(np.float32)
    if says:
        voice = actor.speak(says, seed=2)
        sound[actor.RATE : actor.RATE + len(voice)] += 0.5 * voice[: len(sound) - actor.RATE]
    timed = ((number / FPS, picture) for number, picture in enumerate(pictures))
    camera.film(Take(pictures=timed, sound=sound, size=SIZE, fps=FPS), out)
    return out


def still(picture: Pixels, *, seconds: float) -> Iterator[Pixels]:
    shown = np.asarray(cv2.resize(picture[:360, :480], SIZE), np.uint8)
    for _ in range(int(seconds * FPS)):
        yield shown


def waved(picture: Pixels, *, seconds: float) -> Iterator[Pixels]:
    """A photograph turned before the camera, 40 degrees each way, as one would to imitate a head."""
    width, height = SIZE
    corners = np.array([[-1, -0.75, 0], [1, -0.75, 0], [1, 0.75, 0], [-1, 0.75, 0]]) * width / 2
    flat = np.asarray(cv2.resize(picture[:360, :480], SIZE), np.uint8)
    start = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    for number in range(int(seconds * FPS)):
        angle = np.radians(40) * np.sin(2 * np.pi * number / FPS / 3)
        turned = corners @ np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
        seen = turned[:, :2] * 600 / (turned[:, 2:] + 600) + np.array([width, height]) / 2
        matrix = cv2.getPerspectiveTransform(start, seen.astype(np.float32))
        yield np.asarray(cv2.warpPerspective(flat, matrix, SIZE, borderValue=(90, 90, 90)), np.uint8)


def hopper() -> Pixels:
    """Grace Hopper's portrait (public domain), which matplotlib carries."""
    from matplotlib import get_data_path  # noqa: PLC0415 - heavy, and needed by few

    picture = cv2.imread(str(Path(get_data_path()) / "sample_data" / "grace_hopper.jpg"))
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def company() -> Pixels:
    """The astronaut, with Grace Hopper beside her."""
    both = astronaut().copy()
    head = np.asarray(cv2.resize(hopper()[90:370, 140:390], (100, 112)), np.uint8)
    both[70:182, 300:400] = head
    return both
