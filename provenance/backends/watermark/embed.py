"""Adding the mark to luma planes, where the eye looks least.

One pattern serves a whole clip: the chips enlarged to the picture's size, of unit strength. Each picture gets it at an
amplitude that follows the picture: more in texture, less in flat and dark parts, never spilling over an edge into a
flat part, and never more in all than ``BUDGET``, which keeps the marked picture above 42 dB PSNR of the unmarked.
"""

import math
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.backends.watermark.chips import COLUMNS, ROWS, Chips, Plane

FLOOR: Final = 0.45  # grey levels in a flat part: at 0.65 mottling can be seen on a gradient, at 0.35 little is gained
SLOPE: Final = 0.6  # grey levels for each level of texture
CEILING: Final = 2.5
BUDGET: Final = 1.94  # RMS over a picture: 255 / 1.94 is 42.4 dB, rounding takes the rest
HOLD: Final = 2  # pictures to one amplitude map; longer leaves noise trailing behind what moves
REDUCED: Final = 4  # the amplitude map is made at a quarter of the size
TEXTURE_SIGMA: Final = 2.0
WINDOW: Final = (5, 5)


class Embedder:
    """Marks the pictures of one clip in place. One embedder for each clip: it remembers the last amplitude map."""

    def __init__(self, *, width: int, height: int, tile: Chips) -> None:
        self.width, self.height, self.count = width, height, 0
        self.pattern = enlarge(tile, width=width, height=height)
        # Static dither turns fractions of a grey level into pictures without a bias (and without flicker).
        self.dither = np.random.default_rng(1).random((height, width), np.float32) - 0.5
        # Work space for the whole clip: to ask the system for it anew for each picture costs more than the arithmetic.
        self.change, self.half = (np.empty((height, width), np.float32) for _ in range(2))
        self.raised, self.lowered, self.sum = (np.empty((height, width), np.uint8) for _ in range(3))

    def apply(self, y: Plane) -> None:
        """Add the mark to a luma plane (H, W) in place."""
        if y.shape != (self.height, self.width):
            msg = f"a plane of {self.height} x {self.width} was expected, not {y.shape}"
            raise ValueError(msg)
        if self.count % HOLD == 0:
            self._revise(y)
        self.count += 1
        cv2.add(y, self.raised, dst=self.sum)  # both saturate, at 255 and at 0
        cv2.subtract(self.sum, self.lowered, dst=y)

    def _revise(self, y: Plane) -> None:
        """Fit what is added and what is taken away to this picture."""
        size = (self.width, self.height)
        cv2.resize(self._amplitude(y), size, dst=self.change, interpolation=cv2.INTER_LINEAR)
        cv2.multiply(self.change, self.pattern, dst=self.change)
        cv2.add(self.change, self.dither, dst=self.change)
        cv2.convertScaleAbs(cv2.max(self.change, 0.0, dst=self.half), dst=self.raised)  # type: ignore[call-overload]
        cv2.convertScaleAbs(cv2.min(self.change, 0.0, dst=self.half), dst=self.lowered)  # type: ignore[call-overload]

    def _amplitude(self, y: Plane) -> NDArray[np.float32]:
        size = (max(1, self.width // REDUCED), max(1, self.height // REDUCED))
        reduced: Any = cv2.resize(y, size, interpolation=cv2.INTER_AREA)
        small: Any = reduced.astype(np.float32)
        detail = small - cv2.GaussianBlur(small, (0, 0), TEXTURE_SIGMA)
        texture: Any = np.sqrt(np.maximum(cv2.blur(detail * detail, WINDOW), 0))  # its sums may round to just below 0
        texture = cv2.blur(cv2.erode(texture, np.ones(WINDOW, np.uint8)), WINDOW)
        amplitude = np.minimum(FLOOR + SLOPE * texture, CEILING) * np.clip(0.4 + small / 60, 0.4, 1.0)
        strength = math.sqrt(float(np.square(amplitude).mean()))
        scaled: NDArray[np.float32] = amplitude * np.float32(min(1.0, BUDGET / strength))
        return scaled


def enlarge(tile: Chips, *, width: int, height: int) -> NDArray[np.float32]:
    """Return the tile at a picture's size, smooth, of unit RMS, repeated where the picture is longer."""
    unit = min(width, height) / ROWS
    down, across = np.arange(math.ceil(height / unit)) % ROWS, np.arange(math.ceil(width / unit)) % COLUMNS
    shift = 0.5 / unit - 0.5  # centres of pixels onto centres of chips
    to_chips = np.array([[1 / unit, 0, shift], [0, 1 / unit, shift]], np.float32)
    pattern: Any = cv2.warpAffine(
        tile[np.ix_(down, across)],
        to_chips,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    even: NDArray[np.float32] = pattern / np.float32(pattern.std())
    return even
