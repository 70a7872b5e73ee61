"""PDQ of the pictures of a video, as vPDQ takes it: some a second, each with the windows that people cut out of it.

Every picture is made small first, so that looking costs a millisecond and what is kept of it is never the picture.
A crop has a hash of its own, so the windows that crops leave are hashed beside the whole: centred ones of 95 to 70 %
per axis, and the upright, square and lying ones that other places ask for. A crop off the centre, by more than some
hundredths of the side, is not found by its fingerprint. Which windows, and why those, is measured by
``manage.py evaluate fingerprints``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from provenance import media

SIDE: Final = 256  # of a small picture, whatever its shape was
HASHED: Final = 64  # PDQ's own side: its matrices are then so small that no threads are woken for them
SCALES: Final = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
SHAPES: Final = (9 / 16, 4 / 5, 1.0, 16 / 9)  # width to height
ASKED: Final = (0, 6)  # of the windows, those that a look-up compares: the whole, and its middle without edges
CLEAR: Final = 50  # quality below which a hash says little about a picture (PDQ's authors)
BLACK: Final = 40  # luma of a bar, at most
EVEN: Final = 8  # how much it may vary along a bar, at most
WIDEST: Final = 0.4  # of a side: no bar is wider
STRIPPED: Final = 100  # the number of the window that the bars leave

Plane = NDArray[np.uint8]
"""Luma, uint8 (H, W)."""
Bits = NDArray[np.uint8]
"""One hash: 32 bytes."""
Box = tuple[int, int, int, int]
"""Top, bottom, left and right in a small picture."""


@dataclass(frozen=True, slots=True)
class Small:
    """A small picture: SIDE x SIDE luma, and the ratio of width to height that it had."""

    luma: Plane
    ratio: float


@dataclass(frozen=True, slots=True)
class Hash:
    """The hash of one window of a picture, and that of its mirror image."""

    window: int
    bits: Bits
    mirrored: Bits


def small(y: Plane) -> Small:
    """Return a luma plane made small; half a millisecond for 720p."""
    return Small(_shrunk(y, SIDE), y.shape[1] / y.shape[0])


def content(pictures: Sequence[Small]) -> Box:
    """Return what black bars leave of pictures of one video: rows and columns that are dark in each of them."""
    stack = np.stack([each.luma for each in pictures]) if pictures else np.full((1, SIDE, SIDE), 255, np.uint8)
    top, bottom = _edges(_dark(stack, axis=2))
    left, right = _edges(_dark(stack, axis=1))
    return top, bottom, left, right


def hashes(picture: Small, *, box: Box, asked: Sequence[int] | None = None) -> tuple[tuple[Hash, ...], int]:
    """Return the hashes of a picture's windows, and the quality of the whole, 0 to 100.

    Args:
        picture: made small.
        box: what bars leave of it; the whole of that is hashed beside the windows of the picture itself.
        asked: which windows; None takes all.
    """
    found: list[Hash] = []
    best = 0
    for window, (top, bottom, left, right) in _windows(picture.ratio, box, asked).items():
        bits, quality = media.hashes(_shrunk(picture.luma[top:bottom, left:right], HASHED))
        found.append(Hash(window, *bits))
        best = max(best, quality)
    return tuple(found), best


def distance(one: Bits, many: Bits) -> NDArray[np.int64]:
    """Return in how many of 256 bits a hash differs from each of (N, 32)."""
    return np.asarray(np.bitwise_count(many ^ one).sum(axis=-1, dtype=np.int64))


def _shrunk(y: Plane, side: int) -> Plane:
    import cv2  # noqa: PLC0415 - web processes answer questions by hashes alone, and seldom others

    luma: Any = cv2.resize(y, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(luma, np.uint8)


def _windows(ratio: float, box: Box, asked: Sequence[int] | None) -> dict[int, Box]:
    shares = [(scale, scale) for scale in SCALES]
    shares += [(min(1.0, shape / ratio), min(1.0, ratio / shape)) for shape in SHAPES]
    boxes = {number: _middle(*share) for number, share in enumerate(shares) if asked is None or number in asked}
    if box != _middle(1, 1):
        boxes |= {STRIPPED + number: _inside(box, SCALES[number]) for number in (asked or (0,))}
    return {number: each for number, each in boxes.items() if number not in _same(ratio)}


def _same(ratio: float) -> set[int]:
    """Return the windows that are the whole again."""
    return {len(SCALES) + number for number, shape in enumerate(SHAPES) if abs(shape / ratio - 1) < 0.05}  # noqa: PLR2004


def _middle(width: float, height: float) -> Box:
    down, across = round(SIDE * (1 - height) / 2), round(SIDE * (1 - width) / 2)
    return down, SIDE - down, across, SIDE - across


def _inside(box: Box, scale: float) -> Box:
    top, bottom, left, right = box
    down, across = round((bottom - top) * (1 - scale) / 2), round((right - left) * (1 - scale) / 2)
    return top + down, bottom - down, left + across, right - across


def _dark(stack: NDArray[np.uint8], axis: int) -> NDArray[np.bool_]:
    """Return for every row (axis 2) or column (axis 1) whether it could belong to a bar, in all the pictures."""
    is_black = np.percentile(stack, 95, axis=axis) <= BLACK
    return np.asarray((is_black & (stack.std(axis=axis) <= EVEN)).all(axis=0))


def _edges(dark: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the first and the end of the rows between the bars; everything, where that is too little."""
    bright = np.flatnonzero(~dark)
    if not len(bright) or bright[0] > WIDEST * SIDE or SIDE - 1 - bright[-1] > WIDEST * SIDE:
        return 0, SIDE
    return int(bright[0]), int(bright[-1]) + 1
