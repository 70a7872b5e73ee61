"""PDQ: a picture becomes 256 bits that stay much the same when it is scaled or compressed, and how much is in it.

After Facebook's reference ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019), whose
Python binding has to be compiled at installation: brightness, blurred and thinned to 64 x 64, the 16 x 16 slowest waves
of its cosine transform, each above or below their median. Blurring and thinning are linear: one matrix for each side.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE, WAVES = 64, 16
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
LEAST = 5  # pixels of a side; below, there is no hash
STEPS = 90  # of sudden change in the 64 x 64 that count as one point of quality, of 100 at most

Bits = NDArray[np.uint8]
Luma = NDArray[np.float32]


def hashes(picture: NDArray[np.uint8]) -> tuple[tuple[Bits, ...], int]:
    """Return a picture's hash and that of its mirror image, 32 bytes each, and the quality, 0 to 100.

    ``picture`` is RGB, uint8 (H, W, 3), or luma, uint8 (H, W).
    """
    if min(picture.shape[:2]) < LEAST:
        return (), 0
    luma: Luma = picture.astype(np.float32)
    luma = luma @ LUMA if luma.ndim > 2 else luma  # noqa: PLR2004
    upright, mirrored = (luma, luma[:, ::-1]) if luma.shape == (SIDE, SIDE) else _both(luma)
    return (_bits(upright), _bits(mirrored)), _quality(upright)


def written(bits: Bits) -> str:
    """Return a hash as lists have it: 64 hexadecimal digits."""
    return bits.tobytes().hex()


def _both(luma: Luma) -> tuple[Luma, Luma]:
    """Return a picture of 64 x 64, and its mirror image's, which is not quite the mirror image of the first."""
    across = _thinned(luma.shape[1])
    rows: Luma = _thinned(luma.shape[0]) @ luma
    return rows @ across.T, rows @ across[:, ::-1].T


def _quality(small: Luma) -> int:
    steps = sum(int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(steps // STEPS, 100)


def _bits(small: Luma) -> Bits:
    waves = _cosines() @ small @ _cosines().T
    above = waves > np.sort(waves, axis=None)[waves.size // 2 - 1]
    return np.packbits(above.ravel()[::-1])  # lists write the last bit first


@lru_cache(maxsize=64)
def _thinned(size: int) -> NDArray[np.float32]:
    """Return (64, size): twice the mean over a window of a 128th of the side, then every 64th part's middle."""
    width = (size + 2 * SIDE - 1) // (2 * SIDE)
    half = (width + 2) // 2
    at = np.arange(size)
    inside = (at[None] >= at[:, None] - (width - half)) & (at[None] < at[:, None] + half)
    means = inside / inside.sum(axis=1, keepdims=True)
    middles = ((np.arange(SIDE) + 0.5) * size / SIDE).astype(int)
    return np.asarray(means[middles] @ means, np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    waves, points = np.arange(1, WAVES + 1)[:, None], np.arange(SIDE)[None]
    return np.asarray(np.sqrt(2 / SIDE) * np.cos(np.pi / 2 / SIDE * waves * (2 * points + 1)), np.float32)
