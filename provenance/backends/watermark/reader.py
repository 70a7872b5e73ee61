"""Reading a mark, and how sure a reading is.

The bound on false positives, for any video whatever. Let c be the chips seen at one geometry and s the keyed signs of
those that carry the word. The geometry was found by the pilot alone, so s is independent of c, and for one fixed word
w the score t = sum(c s w) / |c| is a weighted sum of independent signs. Hoeffding: P(t >= x) <= exp(-x**2 / 2). There
are 2**48 valid words, and a whole reading tries at most ``MOST_TRIES`` geometries, so

    P(any identifier accepted at score x) <= MOST_TRIES * 2**48 * exp(-x**2 / 2).

A reading is accepted when this is at most 1e-9 (x >= 10.7). It is random over keys, with SHAKE-256 taken as random;
it does not rest on what pictures look like. The pilot is bounded the same way, with all geometries ever looked at
(fewer than 1e10) in place of the tries: 12 standard deviations mean less than 1e-21.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from provenance.backends.watermark.chips import layout
from provenance.backends.watermark.code import IDENT_BITS, decode, ident
from provenance.backends.watermark.embed import Plane
from provenance.backends.watermark.gather import gather, inside_bars, whiten
from provenance.backends.watermark.geometry import STRAIGHT, Map, Matrix, align, even_grid, fold, refine, stretched_grid

MOST_TRIES: Final = 20  # two directly, four in each of two searches, and all that again inside black bars
KEPT: Final = 4  # places of a search that are worth a try
ACCEPTED: Final = -9.0  # log10
PILOT_SURE: Final = 12.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader saw.

    ``ident`` is None unless it is proven; ``score`` and ``pilot`` are in standard deviations; ``log10_fpr`` bounds the
    chance that a video without this mark scores as much. ``matrix`` takes chips to the map, mirrored if ``mirrored``.
    """

    ident: int | None
    score: float
    pilot: float
    log10_fpr: float
    matrix: Matrix
    mirrored: bool

    @property
    def is_marked(self) -> bool:
        """Return whether the key marked this video, as the pilot shows even where the word cannot be read."""
        return self.ident is not None or self.pilot >= PILOT_SURE


NOTHING: Final = Found(ident=None, score=0.0, pilot=0.0, log10_fpr=0.0, matrix=STRAIGHT, mirrored=False)


def read(planes: Sequence[Plane], *, key: bytes, search: bool = True) -> Found:
    """Read the mark from luma planes of one size; directly, then by search, then inside black bars."""
    best, whole = NOTHING, list(planes)
    if not whole:
        return best
    inner = inside_bars(whole) if search else whole
    for part in [whole] if inner is whole else [whole, inner]:
        for found in _tries(whiten(gather(part), power=0.9, low_pass=0.14), key=key, search=search):
            if found.ident is not None:
                return found
            best = replace(max(best, found, key=lambda one: one.score), pilot=max(best.pilot, found.pilot))
    return best


def _tries(straight: Map, *, key: bytes, search: bool) -> Iterator[Found]:
    views = (straight, np.ascontiguousarray(straight[:, ::-1]))
    for mirrored, view in enumerate(views):
        yield _judge(view, STRAIGHT, key=key, mirrored=bool(mirrored))
    for grid in (even_grid, stretched_grid) if search else ():
        places = [
            (*align(view, matrix, layout=layout(key)), mirrored)
            for matrix in grid(straight)
            for mirrored, view in enumerate(views)
        ]
        places.sort(key=lambda place: -place[0])
        for _, matrix, mirrored in places[:KEPT]:
            better = refine(views[mirrored], matrix, layout=layout(key))
            yield _judge(views[mirrored], better, key=key, mirrored=bool(mirrored))


def _judge(view: Map, matrix: Matrix, *, key: bytes, mirrored: bool) -> Found:
    """Decode at one geometry and say how sure that is."""
    keyed = layout(key)
    chips = whiten(fold(view, matrix), power=1.0)
    pilot = keyed.pilot_score(chips)
    chips = np.where(keyed.is_pilot, 0, chips).astype(np.float32)
    soft, norm = keyed.soft(chips), float(np.linalg.norm(chips)) + 1e-9
    best = replace(NOTHING, pilot=pilot, matrix=matrix, mirrored=mirrored)
    for bits in decode(soft / (np.abs(soft).mean() + 1e-9)):
        score = float((chips * keyed.tile(bits)).sum()) / norm
        found, bound = ident(bits, key=key), log10_bound(score)
        if found is not None and bound <= ACCEPTED:
            return replace(best, ident=found, score=score, log10_fpr=bound)
        if score > best.score:
            best = replace(best, score=score, log10_fpr=min(bound, 0.0))
    return best


def log10_bound(score: float) -> float:
    """Return log10 of the bound above for a score."""
    return (math.log(MOST_TRIES) + IDENT_BITS * math.log(2) - max(score, 0.0) ** 2 / 2) / math.log(10)
