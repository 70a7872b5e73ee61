"""The invisible mark: a keyed spread-spectrum pattern in the luma of every picture. One engine, no weights.

Read the files in this order: ``code`` (the word), ``chips`` (where it goes), ``rotation`` (under which of eight keys,
and from where on), ``embed`` (how it gets in), then ``gather``, ``geometry``, ``search`` and ``reader`` (how it is
found again, and why a false one is not), and ``rectify`` (the frame as it was sealed). ``trial`` measures all of it.

It survives re-encoding, scaling, cropping, small turns, mirroring, changes of tone and a slanted view. It does not
survive somebody who owns the unmarked original or the key, an average of still and flat pictures taken away, hard
compression of pictures that are all moving texture, a second mark under the same key, or pictures made anew by a
model; whoever copies the pattern can transplant it. So a mark leads to a record, and the record decides. No mark
proves nothing.

Raising the code bits that the host opposes (informed embedding) was built and measured here, and left out: it lost
or gained less than it cost, at crf 35 and at 240 lines, in still pictures too.
"""

from collections.abc import Sequence

import cv2

from provenance.backends.watermark.chips import Plane
from provenance.backends.watermark.embed import Embedder
from provenance.backends.watermark.reader import Found, read
from provenance.backends.watermark.rotation import tile

cv2.setNumThreads(1)  # pictures this small lose more by waking threads than they gain


class SpreadSpectrum:
    """Marks and reads with a key."""

    name = "countenance spread-spectrum luma mark, tile 160x90, 64-bit word"
    licence = "Apache-2.0"
    sha256 = ""  # there are no weights

    def embedder(self, *, width: int, height: int, ident: int, key: bytes) -> Embedder:
        """Return what marks the pictures of one clip with ``ident`` (48 bits)."""
        return Embedder(width=width, height=height, tile=tile(ident, key=key))

    def read(self, planes: Sequence[Plane], *, key: bytes, search: bool = True) -> Found:
        """Return what is found in luma planes of one size; a second or two when it must search."""
        return read(planes, key=key, search=search)
