"""When a picture is worth a look: a coarse grid of every frame, compared with what was looked at and with the last one.

A cut changes the whole grid. A caption or a sign that appears changes a few cells of it, suddenly: from one frame to
the next and far more than things that move. Both are seen in a single frame.
"""

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 18, 32  # cells
STEP = 4  # of each picture every fourth row and column is read
CUT = 12.0  # mean difference of the cells, of 255, from which a picture is a new one
JUMP = 18.0  # difference of one cell, of 255, from one frame to the next, that movement seldom makes
CELLS = 2  # so many cells jump when a short word appears

Grid = NDArray[np.float32]


def grid(rgb: NDArray[np.uint8]) -> Grid:
    """Return the mean brightness (green, of 255) of each cell of uint8 (H, W, 3)."""
    green = rgb[::STEP, ::STEP, 1]
    rows, columns = (np.linspace(0, size, cells, endpoint=False).astype(int) for size, cells in _cells(green.shape))
    sums = np.add.reduceat(np.add.reduceat(green, rows, axis=0, dtype=np.float32), columns, axis=1)
    sizes = np.outer(np.diff(rows, append=green.shape[0]), np.diff(columns, append=green.shape[1]))
    return np.asarray(sums / sizes, np.float32)


def is_cut(now: Grid, before: Grid | None) -> bool:
    """Return whether this is another picture than the one before."""
    return before is None or before.shape != now.shape or float(np.abs(now - before).mean()) > CUT


def is_jump(now: Grid, before: Grid | None) -> bool:
    """Return whether something appeared or went since the frame before."""
    return before is None or before.shape != now.shape or int((np.abs(now - before) > JUMP).sum()) >= CELLS


def _cells(shape: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    return (shape[0], min(ROWS, shape[0])), (shape[1], min(COLUMNS, shape[1]))
