"""The letters of a prompt: runs of two to five inside its words, weighed by how rare they are (tf-idf).

They tell apart what sentence vectors blur: names, slang, spellings. Counted as scikit-learn's ``char_wb`` does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIZES = range(2, 6)


@lru_cache(maxsize=20_000)
def runs(word: str) -> tuple[str, ...]:
    """Return every run of two to five signs of a word that stands between two spaces."""
    framed = f" {word} "
    return tuple(framed[at : at + size] for size in SIZES for at in range(len(framed) - size + 1))


def all_runs(text: str) -> list[str]:
    """Return the runs of all words of a text, in order, as often as they occur."""
    return [run for word in text.split() for run in runs(word)]


@dataclass(frozen=True, slots=True)
class Letters:
    """``columns`` run -> column; ``rarity`` and ``weights`` (V,): what a column counts, and what it speaks for."""

    columns: Mapping[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return for each normalised text what its letters add to the logit; 0 where no run is known."""
        return np.array([self._score(text) for text in texts], np.float32)

    def _score(self, text: str) -> float:
        counts = Counter(column for run in all_runs(text) if (column := self.columns.get(run)) is not None)
        if not counts:
            return 0.0
        at = np.fromiter(counts, np.intp, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.rarity[at]
        return float(values @ self.weights[at] / np.linalg.norm(values))
