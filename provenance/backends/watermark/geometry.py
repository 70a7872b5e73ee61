"""The tile in a picture that was cropped, scaled, turned, mirrored or stretched: sampling it, climbing to its place.

A *map* is the sum of a clip's pictures at ``UNIT`` pixels to a chip (see ``gather``). A *matrix* (3 x 3) takes chip
coordinates to map pixels. Everything here looks at the pilot only and never at a chip that carries the word: the
proof in ``reader`` rests on that.
"""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.backends.watermark.chips import COLUMNS, ROWS, Chips, Pilot

UNIT: Final = 2.5  # pixels of a map to a chip
FARTHEST: Final = 3  # tiles to either side; a wilder matrix is cut off there

Map = NDArray[np.float32]
Matrix = NDArray[np.float64]

STRAIGHT: Final[Matrix] = np.diag([UNIT, UNIT, 1.0])


def fold(image: Map, matrix: Matrix) -> Chips:
    """Sample a map at the centres of its chips and add up all repeats of the tile."""
    left, top, right, bottom = _reach(image, matrix)
    left, top = left // COLUMNS * COLUMNS, top // ROWS * ROWS
    across, down = math.ceil((right - left) / COLUMNS), math.ceil((bottom - top) / ROWS)
    centres = matrix @ np.array([[1, 0, left + 0.5], [0, 1, top + 0.5], [0, 0, 1.0]])
    centres[:2] -= 0.5 * centres[2]  # pixel coordinates count from a pixel's centre
    sampled = cv2.warpPerspective(
        image, centres, (across * COLUMNS, down * ROWS), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    folded: Chips = sampled.reshape(down, ROWS, across, COLUMNS).sum((0, 2))
    return folded


def _reach(image: Map, matrix: Matrix) -> tuple[int, int, int, int]:
    height, width = image.shape
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    x, y, z = np.linalg.inv(matrix) @ corners
    seen = np.nan_to_num(np.stack([x / z, y / z]))
    most = np.array([COLUMNS, ROWS]) * FARTHEST
    low = np.clip(np.floor(seen.min(1)), -most, most)
    high = np.clip(np.ceil(seen.max(1)), low + 1, most + 1)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def shifted(matrix: Matrix, across: float, down: float) -> Matrix:
    """Return the matrix for chips counted from (across, down) on."""
    moved: Matrix = matrix @ np.array([[1, 0, across], [0, 1, down], [0, 0, 1.0]])
    return moved


def refine(image: Map, matrix: Matrix, *, pilot: Pilot) -> Matrix:
    """Climb to the best matrix near this one: shift, scale, shear and keystone in ever smaller steps of chips."""
    height, width = image.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    chips = cv2.perspectiveTransform(corners[None].astype(np.float64), np.linalg.inv(matrix))[0].astype(np.float32)

    def judged(at: NDArray[np.float32]) -> float:
        return pilot.score(fold(image, _taking(at, corners)))

    best = judged(chips)
    for step in STEPS:
        for _ in range(ROUNDS):
            before = best
            for move in MOVES:
                for trial in (chips + step * move, chips - step * move):
                    if (score := judged(trial)) > best:
                        best, chips = score, trial
                        break
            if best == before:
                break
    return _taking(chips, corners)


def _taking(chips: NDArray[np.float32], pixels: NDArray[np.float32]) -> Matrix:
    return np.asarray(cv2.getPerspectiveTransform(chips, pixels), np.float64)


def _moves() -> list[NDArray[np.float32]]:
    """Return eight ways to move four corners: both axes by shift, scale, shear and keystone."""
    right, down = np.array([-1, 1, 1, -1], np.float32), np.array([-1, -1, 1, 1], np.float32)
    shapes = (np.ones(4, np.float32), right, down, right * down)
    return [np.outer(shape, axis).astype(np.float32) for shape in shapes for axis in ((1, 0), (0, 1))]


MOVES: Final = _moves()
STEPS: Final = (2.0, 1.0, 0.5, 0.25, 0.12)  # chips
ROUNDS: Final = 4
