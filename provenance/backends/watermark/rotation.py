"""Eight keys out of one, and where in its tile a clip begins: so that many clips together show no common pattern.

Every clip takes one of eight tiles by its identifier, and begins anywhere in it: 8 x 90 x 160 different placements.
Whoever averages what many clips have in common averages the pattern away. A reader with the key tries all eight
pilots at every shift, which costs a fraction of a millisecond, before it decodes under one of them.
"""

import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from provenance.backends.watermark.chips import COLUMNS, ROWS, Chips, Layout
from provenance.backends.watermark.code import IDENT_BITS, word

TURNS: Final = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """Which of the tiles a clip takes, and how far it is rolled down and across, in chips."""

    which: int
    down: int
    across: int


def turn(ident: int, *, key: bytes) -> Turn:
    """Return the placement of a clip's tile: a keyed function of its identifier."""
    drawn = hmac.digest(key, b"mark turn" + ident.to_bytes(IDENT_BITS // 8, "big"), "sha256")
    which, down, across = (int.from_bytes(drawn[at : at + 8], "big") for at in (0, 8, 16))
    return Turn(which % TURNS, down % ROWS, across % COLUMNS)


class Rotation:
    """The eight layouts of one key."""

    def __init__(self, key: bytes) -> None:
        self.layouts = [Layout(hmac.digest(key, b"mark rotation %d" % which, "sha256")) for which in range(TURNS)]


@lru_cache(maxsize=4)
def rotation(key: bytes) -> Rotation:
    """Return the layouts of a key; made once."""
    return Rotation(key)


def tile(ident: int, *, key: bytes) -> Chips:
    """Return the chips that carry ``ident``, as they lie in the frame."""
    placed = turn(ident, key=key)
    chips = rotation(key).layouts[placed.which].tile(word(ident, key=key))
    return np.roll(chips, (placed.down, placed.across), (0, 1))
