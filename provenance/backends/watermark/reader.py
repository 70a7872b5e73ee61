"""Reading a mark, and how sure a reading is.

The bound on false positives, for any video whatever. Let c be the chips seen at one geometry under one of the eight
keys, and s the keyed signs of those that carry the word. Key and geometry were chosen by pilots alone, so s is
independent of c, and for one fixed word w the score t = sum(c s w) / |c| is a weighted sum of independent signs.
Hoeffding: P(t >= x) <= exp(-x**2 / 2). There are 2**48 valid words, and a whole reading decodes at most ``MOST_TRIES``
times over all geometries and all keys, so

    P(any identifier accepted at score x) <= MOST_TRIES * 2**48 * exp(-x**2 / 2).

A reading is accepted when this is at most 1e-9 (x >= 10.74). It is random over keys, with SHAKE-256 and HMAC taken as
random; it does not rest on what pictures look like.

The pilot was looked for, so its bound counts everything that could have been looked at. There are fewer than 1e9
starts: 1,800 geometries, two views, two boxes, eight pilots, 14,400 shifts. A climb moves eight modes by multiples of
0.25 and of 0.12 chips, 121 x 9 values each, so from one start it can reach fewer than 2e24 matrices. Together they
see 14 standard deviations by chance with a probability below 2e33 * exp(-14**2 / 2) < 1e-9.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from provenance.backends.watermark.chips import Plane
from provenance.backends.watermark.code import IDENT_BITS, Bits, decode, encode, ident
from provenance.backends.watermark.gather import Box, gather, inside_bars, part, whiten, whole
from provenance.backends.watermark.geometry import STRAIGHT, Matrix, fold
from provenance.backends.watermark.rectify import framed, onto, rectified
from provenance.backends.watermark.rotation import Rotation, rotation, turn
from provenance.backends.watermark.search import KEPT, Place, Views, best, climbed, grids

DIRECT: Final = 2
MOST_TRIES: Final = 2 * (DIRECT + 3 * KEPT)  # directly, in each of three grids, and all that again inside black bars
ACCEPTED: Final = -9.0  # log10
PILOT_SURE: Final = 14.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader saw.

    ``ident`` is None unless it is proven; ``score`` and ``pilot`` are in standard deviations; ``log10_fpr`` bounds the
    chance that a video without this mark scores as much. ``bits`` is the likeliest word, proven or not. ``matrix``
    takes chips of the sealed frame to pixels of the planes that were read: shift, scale, mirror and keystone.
    """

    ident: int | None
    score: float
    pilot: float
    log10_fpr: float
    bits: Bits | None = None
    matrix: Matrix | None = None

    @property
    def is_marked(self) -> bool:
        """Return whether the key marked this video, as the pilot shows even where the word cannot be read."""
        return self.ident is not None or self.pilot >= PILOT_SURE

    def rectify(self, plane: Plane, *, width: int, height: int) -> Plane:
        """Return a plane as it was sealed, at any size of the sealed frame's shape.

        Raises:
            ValueError: nothing was found, so nobody knows where the frame lies.
        """
        if self.matrix is None:
            msg = "no mark was found, so the frame's place is unknown"
            raise ValueError(msg)
        return rectified(plane, self.matrix, width=width, height=height)


NOTHING: Final = Found(ident=None, score=0.0, pilot=0.0, log10_fpr=0.0)


def read(planes: Sequence[Plane], *, key: bytes, search: bool = True) -> Found:
    """Read the mark from luma planes of one size; directly, then by search, then inside black bars."""
    most, shown = NOTHING, list(planes)
    if not shown:
        return most
    boxes = dict.fromkeys([whole(shown), inside_bars(shown)] if search else [whole(shown)])
    for box in boxes:
        views = seen(part(shown, box))
        for found, place in tries(views, key=key, search=search):
            if found.ident is not None:
                return replace(found, matrix=_placed(found.ident, place, views, key=key, box=box))
            most = replace(max(most, found, key=lambda one: one.score), pilot=max(most.pilot, found.pilot))
    return most


def seen(planes: list[Plane]) -> Views:
    """Return the map of these planes, whitened, and its mirror image: all that a search needs, whatever the key."""
    view = whiten(gather(planes), power=0.9, low_pass=0.14)
    return view, np.ascontiguousarray(view[:, ::-1])


def tries(views: Views, *, key: bytes, search: bool) -> Iterator[tuple[Found, Place]]:
    """Yield what was decoded and where: directly, then in each grid."""
    keyed = rotation(key)
    for place in best(views, [STRAIGHT], keyed=keyed, kept=DIRECT):
        yield _judge(views, place, keyed=keyed, key=key), place
    for grid in grids(views[0].shape) if search else ():
        for start in best(views, grid, keyed=keyed, kept=KEPT):
            place = climbed(views, start, keyed=keyed)
            yield _judge(views, place, keyed=keyed, key=key), place


def _placed(number: int, place: Place, views: Views, *, key: bytes, box: Box) -> Matrix:
    """Return the matrix from the sealed frame to the planes: a direct reading may have been off by a little."""
    exact, view = climbed(views, place, keyed=rotation(key)), views[place.mirrored]
    return onto(framed(exact.matrix, view, turn(number, key=key)), view, box=box, mirrored=bool(place.mirrored))


def _judge(views: Views, place: Place, *, keyed: Rotation, key: bytes) -> Found:
    """Decode at one geometry under one key and say how sure that is."""
    layout = keyed.layouts[place.which]
    chips = whiten(fold(views[place.mirrored], place.matrix), power=1.0)
    pilot = layout.pilot.score(chips)
    chips = np.where(layout.is_pilot, 0, chips).astype(np.float32)
    soft, norm = layout.soft(chips), float(np.linalg.norm(chips)) + 1e-9
    most = replace(NOTHING, pilot=pilot)
    for bits in decode(soft / (np.abs(soft).mean() + 1e-9)):
        score = float((soft * encode(bits)).sum()) / norm
        found, bound = ident(bits, key=key), log10_bound(score)
        if found is not None and bound <= ACCEPTED:
            return replace(most, ident=found, score=score, log10_fpr=bound, bits=bits)
        if score > most.score:
            most = replace(most, score=score, log10_fpr=min(bound, 0.0), bits=bits)
    return most


def log10_bound(score: float) -> float:
    """Return log10 of the bound above for a score."""
    return (math.log(MOST_TRIES) + IDENT_BITS * math.log(2) - max(score, 0.0) ** 2 / 2) / math.log(10)
