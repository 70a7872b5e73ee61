"""Looking for the tile where it is not straight: three grids of geometries, then a climb from the best places.

At each geometry all eight pilots are correlated at all 14,400 shifts, in both views, by OpenCV's real transform: about
a third of a millisecond. Seeing cells of two by two chips instead would be four times faster, and was tried: what is
left of the mark after a hard edit is not in the lowest frequencies, and half of the chains were lost.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from provenance.backends.watermark.geometry import UNIT, Map, Matrix, fold, refine, shifted
from provenance.backends.watermark.rotation import Rotation

KEPT: Final = 6  # places of a grid that are worth a climb and a try
DEGREES: Final = np.linspace(-3.4, 3.4, 9)
SIZES: Final = np.exp(np.arange(math.log(0.5), math.log(2.05), 0.016))
STRETCHES: Final = np.exp(np.arange(math.log(0.72), math.log(1.46), 0.02))
UNEVEN: Final = 1.35  # the most that one axis is stretched more than the other

Views = tuple[Map, Map]
"""The map as it is, and mirrored."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pilot may lie: its score, which of the eight it is, in which view, and the matrix."""

    score: float
    which: int
    mirrored: int
    matrix: Matrix


def best(views: Views, grid: list[Matrix], *, keyed: Rotation, kept: int) -> list[Place]:
    """Return the best places of a grid, over all pilots, shifts and both views, the likeliest first."""
    places = (
        _peak(view, matrix, keyed=keyed, mirrored=mirrored) for matrix in grid for mirrored, view in enumerate(views)
    )
    return sorted(places, key=lambda place: -place.score)[:kept]


def climbed(views: Views, place: Place, *, keyed: Rotation) -> Place:
    """Return the place at the top of the hill that this one lies on."""
    pilot, view = keyed.layouts[place.which].pilot, views[place.mirrored]
    better = refine(view, place.matrix, pilot=pilot)
    return Place(pilot.score(fold(view, better)), place.which, place.mirrored, better)


def grids(shape: tuple[int, ...]) -> Iterator[list[Matrix]]:
    """Yield the grids in the order they are tried: sizes and turns, keystones, stretches."""
    height, width = shape
    for grid in (even, keystones, stretched):
        yield list(grid(height, width))


def _peak(view: Map, matrix: Matrix, *, keyed: Rotation, mirrored: int) -> Place:
    chips = fold(view, matrix)
    spectrum, noise = cv2.dft(chips), float(np.linalg.norm(chips)) / 2 + 1e-9  # a quarter of the tile is pilot
    peaks = []
    for which, layout in enumerate(keyed.layouts):
        product = cv2.mulSpectrums(spectrum, layout.pilot.spectrum, 0, conjB=True)
        _, height, _, where = cv2.minMaxLoc(cv2.idft(product, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT))
        peaks.append((height, which, where))
    height, which, (across, down) = max(peaks)
    return Place(height / noise, which, mirrored, shifted(matrix, across, down))


def even(height: int, width: int) -> Iterator[Matrix]:
    """Yield scales of 0.5 to 2.05 in steps of 1.6 %, each at 9 angles within 3.4 degrees."""
    for scale, degrees in itertools.product(SIZES, DEGREES):
        yield _about_centre(height, width, scale, scale, math.radians(degrees))


def stretched(height: int, width: int) -> Iterator[Matrix]:
    """Yield scales that differ between the axes."""
    for across, down in itertools.product(STRETCHES, STRETCHES):
        if across != down and 1 / UNEVEN < across / down < UNEVEN:
            yield _about_centre(height, width, across, down, 0.0)


def keystones(height: int, width: int) -> Iterator[Matrix]:
    """Yield corners that moved by some 2 % of a side each: what a camera in front of a screen sees."""
    pixels = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    right, down = np.array([-1, 1, 1, -1], np.float32), np.array([-1, -1, 1, 1], np.float32)
    shapes = (right, down, right * down)
    wide, high = 0.01 * width / UNIT, 0.009 * height / UNIT  # chips
    for across, along in itertools.product(
        itertools.product((-wide, 0.0, wide), repeat=3), itertools.product((-high, high), repeat=3)
    ):
        chips = pixels / np.float32(UNIT)
        chips[:, 0] += np.dot(across, shapes)
        chips[:, 1] += np.dot(along, shapes)
        yield np.asarray(cv2.getPerspectiveTransform(chips, pixels), np.float64)


def _about_centre(height: int, width: int, across: float, down: float, angle: float) -> Matrix:
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = np.eye(3)
    matrix[:2, :2] = turn @ np.diag([across, down]) * UNIT
    centre = np.array([width, height]) / 2
    matrix[:2, 2] = centre - matrix[:2, :2] @ (centre / UNIT)
    return matrix
