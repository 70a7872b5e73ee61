"""A listed fingerprint: the ISCC Image-Code of a picture every few seconds, so that a screenshot leads to the seal.

A Video-Code of the same standard is made from MPEG-7 signatures, for which no library that we may keep is there.
"""

import numpy as np
from numpy.typing import NDArray

from provenance.backends import iscc

EVERY = 2.0  # seconds
MOST = 60  # a manifest stays small, however long the video is


class Moments:
    """Sees every picture of a clip as it leaves, and keeps the codes of some."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.due = 0.0

    def look(self, y: NDArray[np.uint8], t: float) -> None:
        """Take the code of a luma plane, uint8 (H, W), shown at ``t`` seconds, if one is due."""
        if t >= self.due and len(self.codes) < MOST:
            self.codes[round(t * 1000)] = iscc.image_code(y)
            self.due = t + EVERY
