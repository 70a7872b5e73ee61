"""What is counted over a folder of clips: how visible the mark is, what it survives, what is found where none is."""

import secrets
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from skimage.metrics import structural_similarity

from provenance.backends.watermark import SpreadSpectrum
from provenance.backends.watermark.chips import Plane
from provenance.backends.watermark.code import word
from provenance.backends.watermark.reader import ACCEPTED, Found, seen, tries
from provenance.backends.watermark.trial.edits import EDITS, HARDER, Edit
from provenance.backends.watermark.trial.film import Film, Picture

PLANES: Final = 132  # read of each clip, as the product does
COMPARED: Final = 6  # pictures of each clip whose SSIM is taken
DIRECT: Final = 10  # strange keys that read each clip directly; one more searches
ENGINE: Final = SpreadSpectrum()


@dataclass(slots=True)
class Tally:
    """Everything counted so far; ``found`` returns it."""

    draw: np.random.Generator = field(default_factory=lambda: np.random.default_rng(secrets.randbits(64)))
    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    embed_ms: list[float] = field(default_factory=list)
    direct_ms: list[float] = field(default_factory=list)
    search_ms: list[float] = field(default_factory=list)
    tests: dict[str, list[tuple[int | None, int, float]]] = field(default_factory=lambda: defaultdict(list))
    strangers: list[Found] = field(default_factory=list)

    def clip(self, film: Film, edits: Mapping[str, Edit]) -> None:
        """Mark one clip anew for every edit, edit it, read it; then read it with keys that did not mark it."""
        marked = film
        for name, edit in edits.items():
            key, ident = secrets.token_bytes(32), secrets.randbelow(2**48)
            marked = self._marked(film, ident, key)
            self._read(name, spread(edit.apply(marked, self.draw)), ident, key)
        self._compare(film, marked)
        for planes in (film.luma, marked.luma):
            self.strangers += strange(spread(planes))

    def _marked(self, film: Film, ident: int, key: bytes) -> Film:
        height, width = film.pictures[0].y.shape
        embedder = ENGINE.embedder(width=width, height=height, ident=ident, key=key)
        copies = [Picture(one.y.copy(), one.u, one.v) for one in film.pictures]
        begun = time.process_time()
        for one in copies:
            embedder.apply(one.y)
        self.embed_ms.append((time.process_time() - begun) * 1000 / len(copies))
        return Film(tuple(copies), film.rate)

    def _compare(self, film: Film, marked: Film) -> None:
        pairs = list(zip(film.luma, marked.luma, strict=True))
        error = np.mean([np.square(before.astype(np.float32) - after).mean() for before, after in pairs])
        self.psnr.append(float(10 * np.log10(255**2 / error)))
        some = pairs[:: max(1, len(pairs) // COMPARED)]
        self.ssim.append(float(np.mean([alike(*pair) for pair in some])))

    def _read(self, name: str, planes: Sequence[Plane], ident: int, key: bytes) -> None:
        begun = time.process_time()
        found = ENGINE.read(planes, key=key, search=False)
        direct = time.process_time()
        self.direct_ms.append((direct - begun) * 1000)
        if found.ident is None:
            found = ENGINE.read(planes, key=key)
            self.search_ms.append((time.process_time() - direct) * 1000)
        right = 0.0 if found.bits is None else float((found.bits == word(ident, key=key)).mean())
        self.tests[name].append((found.ident, ident, right))

    def found(self) -> dict[str, Any]:
        """Return every figure."""
        hits = sum(one.ident is not None for one in self.strangers)
        return {
            "psnr_db": round(float(np.mean(self.psnr)), 2),
            "ssim": round(float(np.mean(self.ssim)), 4),
            "embed_ms_per_frame": round(float(np.mean(self.embed_ms)), 2),
            "edits": {name: rate(self.tests[name]) for name in EDITS if name in self.tests},
            "false_positives": {"n": len(self.strangers), "hits": hits, "computed_rate": 10.0**ACCEPTED},
            "harder": {name: rate(self.tests[name]) for name in HARDER if name in self.tests},
            "wrong": sum(got not in {None, sent} for row in self.tests.values() for got, sent, _ in row),
            "clips": len(self.psnr),
            "worst_psnr_db": round(min(self.psnr), 2),
            "read_ms": told(self.direct_ms),
            "search_ms": told(self.search_ms),
            "largest_strange_score": round(max(one.score for one in self.strangers), 2),
        }


def alike(before: Plane, after: Plane) -> float:
    """Return the SSIM of two planes."""
    measure: Any = structural_similarity  # untyped
    return float(measure(before, after, data_range=255))


def rate(row: Sequence[tuple[int | None, int, float]]) -> dict[str, Any]:
    """Return how many of the tests gave back exactly what was sent, and the share of the word's 64 bits."""
    exact, n = sum(got == sent for got, sent, _ in row), len(row)
    return {
        "n": n,
        "exact": exact,
        "rate": round(exact / n, 4),
        "bit_accuracy": round(float(np.mean([right for *_, right in row])), 4),
    }


def told(times: Sequence[float]) -> dict[str, float]:
    """Return the mean and the most, in milliseconds of CPU; nothing was timed: 0."""
    return {"mean": round(float(np.mean(times or [0.0])), 1), "max": round(max(times, default=0.0), 1)}


def spread(planes: Sequence[Plane]) -> list[Plane]:
    """Return as many planes as the product reads, spread evenly."""
    return [planes[at] for at in np.linspace(0, len(planes) - 1, min(PLANES, len(planes))).astype(int)]


def strange(planes: Sequence[Plane]) -> Iterator[Found]:
    """Yield what keys that did not mark these planes find in them: ten directly, one by search."""
    views = seen(list(planes))
    for search in [False] * DIRECT + [True]:
        most = [found for found, _ in tries(views, key=secrets.token_bytes(32), search=search)]
        yield max(most, key=lambda one: (one.ident is not None, one.score))
