"""Undoing what was done to a picture: the frame as it was sealed, from where its tile was found."""

from typing import Any

import cv2
import numpy as np

from provenance.backends.watermark.chips import COLUMNS, ROWS, Plane
from provenance.backends.watermark.geometry import UNIT, Map, Matrix, shifted
from provenance.backends.watermark.rotation import Turn


def framed(matrix: Matrix, view: Map, turn: Turn) -> Matrix:
    """Return the matrix that counts chips from the corner of the sealed frame, not from that of the tile.

    The tile repeats, so there are several such corners; the one that leaves the frame nearest to the picture's middle
    is taken.
    """
    begun = shifted(matrix, -turn.across, -turn.down)
    height, width = view.shape
    x, y, z = np.linalg.inv(begun) @ np.array([width / 2, height / 2, 1.0])
    away = np.array([x / z - width / UNIT / 2, y / z - height / UNIT / 2])
    across, down = np.round(away / [COLUMNS, ROWS]) * [COLUMNS, ROWS]
    return shifted(begun, float(across), float(down))


def onto(matrix: Matrix, view: Map, *, box: tuple[int, int, int, int], mirrored: bool) -> Matrix:
    """Return the matrix that ends at the pixels of a plane whose ``box`` (left, top, width, height) is the map."""
    left, top, width, height = box
    rows, columns = view.shape
    flip = np.array([[-1, 0, columns], [0, 1, 0], [0, 0, 1.0]]) if mirrored else np.eye(3)
    grow = np.array([[width / columns, 0, left], [0, height / rows, top], [0, 0, 1.0]])
    placed: Matrix = grow @ flip @ matrix
    return placed


def rectified(plane: Plane, matrix: Matrix, *, width: int, height: int) -> Plane:
    """Return the frame as it was sealed, uint8 (height, width); what is not in the plane any more is black."""
    unit = min(width, height) / ROWS
    centres = matrix @ np.diag([1 / unit, 1 / unit, 1.0])
    centres = shifted(centres, 0.5, 0.5)
    centres[:2] -= 0.5 * centres[2]
    seen: Any = cv2.warpPerspective(plane, centres, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(seen, np.uint8)
