"""Finding the tile again in a picture that was cropped, scaled, turned, mirrored or stretched.

A *map* is the sum of a clip's pictures at ``UNIT`` pixels to a chip (see ``gather``). A *matrix* (3 x 3) takes chip
coordinates to map pixels. Everything here looks at the pilot only and never at a chip that carries the word: the
proof in ``reader`` rests on that.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.backends.watermark.chips import COLUMNS, PILOTS, ROWS, Chips, Layout

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
    corners = np.array([[[0, 0], [width, 0], [0, height], [width, height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, np.linalg.inv(matrix))[0]
    most = np.array([COLUMNS, ROWS]) * FARTHEST
    low = np.clip(np.floor(np.nan_to_num(seen.min(0))), -most, most)
    high = np.clip(np.ceil(np.nan_to_num(seen.max(0))), low + 1, most + 1)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def align(image: Map, matrix: Matrix, *, layout: Layout) -> tuple[float, Matrix]:
    """Return (pilot score, matrix) for the best of all 14,400 shifts of the tile, by one circular correlation."""
    chips = fold(image, matrix)
    match = np.fft.irfft2(np.fft.rfft2(chips) * layout.pilot_spectrum, s=chips.shape)
    best = int(match.argmax())
    noise = math.sqrt(float(np.square(chips).mean()) * PILOTS + 1e-9)
    down, across = divmod(best, COLUMNS)
    return float(match.flat[best]) / noise, matrix @ np.array([[1, 0, across], [0, 1, down], [0, 0, 1.0]])


def refine(image: Map, matrix: Matrix, *, layout: Layout) -> Matrix:
    """Climb to the best matrix near this one: shift, scale, shear and keystone in ever smaller steps of chips."""
    height, width = image.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    chips = cv2.perspectiveTransform(corners[None].astype(np.float64), np.linalg.inv(matrix))[0].astype(np.float32)

    def judged(at: NDArray[np.float32]) -> float:
        return layout.pilot_score(fold(image, _taking(at, corners)))

    best = layout.pilot_score(fold(image, matrix))
    for step in (2.0, 1.0, 0.5, 0.25, 0.12):
        for _ in range(4):
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


def even_grid(image: Map) -> Iterator[Matrix]:
    """Yield scales of 0.5 to 2.05 in steps of 1.2 %, each at 11 angles within 3.5 degrees."""
    for power in range(int(math.log(2.05 / 0.5) / 0.012) + 1):
        scale = 0.5 * math.exp(0.012 * power)
        for degrees in np.linspace(-3.5, 3.5, 11):
            yield _about_centre(image, scale, scale, math.radians(float(degrees)))


def stretched_grid(image: Map) -> Iterator[Matrix]:
    """Yield scales of 0.7 to 1.5 that differ between the axes by up to 30 %."""
    powers = np.arange(math.log(0.7), math.log(1.5), 0.015)
    for across, down in itertools.product(powers, powers):
        if 0 < abs(across - down) < math.log(1.35):
            yield _about_centre(image, math.exp(across), math.exp(down), 0.0)


def _about_centre(image: Map, across: float, down: float, angle: float) -> Matrix:
    height, width = image.shape
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = np.eye(3)
    matrix[:2, :2] = turn @ np.diag([across, down]) * UNIT
    centre = np.array([width, height]) / 2
    matrix[:2, 2] = centre - matrix[:2, :2] @ (centre / UNIT)
    return matrix
