"""From a live capture to what is kept: one vector to recognise by, one portrait that an engine may draw."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consent import backends
from consent.cameos.likeness import Taken
from consent.cameos.observation import HEIGHT, Best, Observation
from consent.errors import CaptureError

SIDE: Final = 512  # pixels
MARGIN: Final = 2.1  # the portrait's side, in face heights: hair, ears and neck are in it


def taken(seen: Observation) -> Taken:
    """Return the likeness in a capture; raises CaptureError when no face is in it."""
    vectors = [look.vector for look in seen.looks if look.vector is not None]
    if seen.best is None or not vectors:
        raise CaptureError
    middle = np.median(np.array(vectors), axis=0)
    portrait, landmarks = cut(seen.best)
    return Taken(
        vector=(middle / np.linalg.norm(middle)).astype(np.float32),
        portrait=portrait,
        landmarks=landmarks,
        face_model=backends.face_engine().sha256,
        landmark_model=backends.landmark_engine().sha256,
    )


def cut(best: Best) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the square around the face, 512 pixels wide, and the landmarks in its pixels."""
    top, chin = best.landmarks[list(HEIGHT), :2]
    half = int(MARGIN / 2 * float(np.linalg.norm(top - chin)))
    middle = (best.landmarks[:, :2].min(axis=0) + best.landmarks[:, :2].max(axis=0)) / 2
    left, upper = (int(value) - half for value in middle)
    padded = np.pad(best.picture, ((2 * half, 2 * half), (2 * half, 2 * half), (0, 0)), mode="edge")
    square = padded[upper + 2 * half : upper + 4 * half, left + 2 * half : left + 4 * half]
    scale = SIDE / (2 * half)
    portrait = Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    landmarks = best.landmarks - np.array([left, upper, 0], np.float32)
    return np.asarray(portrait, np.uint8), (landmarks * np.float32(scale)).astype(np.float32)
