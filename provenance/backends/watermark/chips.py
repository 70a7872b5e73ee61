"""The tile of chips: which small square of the picture carries what, under a key.

A tile is 160 x 90 chips of +1 or -1; 90 chips span the short side of a picture whatever its size, and the tile
repeats along a longer one. A keyed shuffle gives 42 chips to each of the 256 code bits. The remaining quarter is the
pilot: chips of known sign, by which a reader finds the tile again after crop, scale, turn or mirror.
"""

import hashlib
import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.backends.watermark.code import CODE_BITS, Bits, Soft, encode

ROWS: Final = 90
COLUMNS: Final = 160
CHIPS: Final = ROWS * COLUMNS
SHARE: Final = 42  # chips to a code bit
PILOTS: Final = CHIPS - CODE_BITS * SHARE

Plane = NDArray[np.uint8]
"""Luma, uint8 (H, W)."""
Chips = NDArray[np.float32]
"""Float32 (90, 160)."""


class Pilot:
    """What a reader looks for: known values on a grid, 0 where the word is."""

    def __init__(self, values: Chips) -> None:
        self.values = values
        self.squares = np.square(values)
        self.spectrum: Chips = np.asarray(cv2.dft(values))  # packed as OpenCV packs it

    def score(self, chips: Chips) -> float:
        """Return how many standard deviations the pilot stands above noise."""
        norm = math.sqrt(float((np.square(chips) * self.squares).sum())) + 1e-9
        return float((chips * self.values).sum()) / norm


class Layout:
    """The tile of one key: signs and places are SHAKE-256 of it, which the proof in ``reader`` takes as random."""

    def __init__(self, key: bytes) -> None:
        stream = hashlib.shake_256(b"mark tile" + key).digest(CHIPS * 9)
        self.signs = np.where(np.frombuffer(stream[:CHIPS], np.uint8) & 1, 1, -1).astype(np.float32)
        shuffled = np.argsort(np.frombuffer(stream[CHIPS:], "<u8"), kind="stable")
        self.carriers = shuffled[: CODE_BITS * SHARE].reshape(CODE_BITS, SHARE)
        self.is_pilot = np.ones((ROWS, COLUMNS), bool)
        self.is_pilot.flat[self.carriers] = False
        self.pilot = Pilot(np.where(self.is_pilot, self.signs.reshape(ROWS, COLUMNS), 0).astype(np.float32))

    def tile(self, bits: Bits) -> Chips:
        """Return the chips that carry a 64-bit word, the pilot among them."""
        values = self.signs.copy()
        values[self.carriers] *= encode(bits)[:, None]
        return values.reshape(ROWS, COLUMNS)

    def soft(self, chips: Chips) -> Soft:
        """Return what was seen of each of the 256 code bits."""
        seen: Soft = (chips.ravel() * self.signs)[self.carriers].sum(1)
        return seen
