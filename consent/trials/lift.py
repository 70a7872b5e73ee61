"""A photograph lifted to a head: a crop with the face in it, and how near each of its points is.

The depth is MediaPipe's mesh laid over the crop, carried on to hair and ears and smoothed; the head
turns by it while the background stays, so that the nose moves more than the ears: parallax, which a
photograph that is only waved about does not have.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

OVAL_TOP, CHIN, EAR_RIGHT, EAR_LEFT = 10, 152, 234, 454
FACE_SHARE = 0.44  # forehead to chin, of the frame's height
RELIEF = 1.15  # the mesh's z comes out flatter than a head is


class PortraitError(ValueError):
    """No face was found in this portrait: take one that looks into the camera."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Head:
    """A crop of the frame's size: ``picture`` uint8 RGB, ``points`` (478, 2) px, ``near`` float32 (H, W) px.

    ``weight`` (H, W) is 1 on the head and falls to 0 where the background begins; ``centre`` is the
    point about which the head turns.
    """

    picture: NDArray[np.uint8]
    points: NDArray[np.float32]
    near: NDArray[np.float32]
    weight: NDArray[np.float32]
    centre: tuple[float, float]


def lift(portrait: NDArray[np.uint8], *, width: int, height: int, model: Path) -> Head:
    """Return the head in an RGB portrait, framed like a person before a webcam; raises PortraitError.

    What was lifted last is kept, for a film often needs one head several times: nobody may write into it.
    """
    return _lifted(_Portrait(portrait), width, height, model)


class _Portrait:
    """A picture that knows another with the same pixels."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels
        self._digest = (pixels.shape, hashlib.blake2b(pixels.tobytes()).digest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Portrait) and self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)


@lru_cache(maxsize=8)
def _lifted(portrait: _Portrait, width: int, height: int, model: Path) -> Head:
    mesh = _mesh(portrait, model)
    crop, points = _framed(portrait.pixels, mesh, width=width, height=height)
    near = _near(points, width=width, height=height)
    centre = points[[EAR_RIGHT, EAR_LEFT], :2].mean(axis=0)
    return Head(
        picture=crop,
        points=points[:, :2],
        near=near,
        weight=_weight(points, width=width, height=height),
        centre=(float(centre[0]), float(centre[1])),
    )


def cropped(
    portrait: NDArray[np.uint8], *, width: int, height: int, model: Path
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the portrait framed like :func:`lift` does, and its 478 points (478, 2); raises PortraitError."""
    crop, points = _framed(portrait, _mesh(_Portrait(portrait), model), width=width, height=height)
    return crop, points[:, :2]


@lru_cache(maxsize=64)
def _mesh(portrait: _Portrait, model: Path) -> NDArray[np.float32]:
    options = vision.FaceLandmarkerOptions(base_options=BaseOptions(model_asset_buffer=model.read_bytes()), num_faces=1)
    image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(portrait.pixels))
    with _hushed(), vision.FaceLandmarker.create_from_options(options) as landmarker:
        found: Any = landmarker.detect(image).face_landmarks
    if not found:
        raise PortraitError
    height, width = portrait.pixels.shape[:2]
    points = np.array([(p.x, p.y, -p.z) for p in found[0]], np.float32)
    return points * np.array([width, height, width], np.float32)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep what the library's C++ writes to descriptor 2 while it starts off the terminal."""
    kept = os.dup(2)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _framed(
    portrait: NDArray[np.uint8], mesh: NDArray[np.float32], *, width: int, height: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    scale = FACE_SHARE * height / float(np.linalg.norm(mesh[CHIN, :2] - mesh[OVAL_TOP, :2]))
    middle = mesh[:, :2].mean(axis=0)
    shift = np.array([width / 2, height * 0.48]) - scale * middle
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
    crop = cv2.warpAffine(portrait, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    points = mesh * scale
    points[:, :2] += shift
    return np.asarray(crop, np.uint8), points.astype(np.float32)


def _near(points: NDArray[np.float32], *, width: int, height: int) -> NDArray[np.float32]:
    """Return how far each pixel stands before the ears, in pixels: the mesh, then its rim, smoothed."""
    step = 8
    ys, xs = np.mgrid[0:height:step, 0:width:step]
    inside = LinearNDInterpolator(points[:, :2], points[:, 2])(xs, ys)
    beyond = NearestNDInterpolator(points[:, :2], points[:, 2])(xs, ys)
    ears = float(points[[EAR_RIGHT, EAR_LEFT], 2].mean())
    rough = RELIEF * (np.where(np.isnan(inside), beyond, inside) - ears).astype(np.float32)
    full = cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(full, (0, 0), height / 80), np.float32)


def _weight(points: NDArray[np.float32], *, width: int, height: int) -> NDArray[np.float32]:
    """Return 1 on the head (face and hair), falling to 0 over about half a face."""
    face = float(np.linalg.norm(points[CHIN, :2] - points[OVAL_TOP, :2]))
    middle = points[[OVAL_TOP, CHIN], :2].mean(axis=0)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    upward = np.where(ys < middle[1], 0.95, 0.80)  # hair above, a neck that bends below
    far = np.hypot((xs - middle[0]) / (0.62 * face), (ys - middle[1]) / (upward * face))
    fall = np.clip((1.75 - far) / 0.85, 0, 1)
    return np.asarray(fall * fall * (3 - 2 * fall), np.float32)
