"""What is said about a measurement: intervals, and how well likeness scores tell people apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Scores = NDArray[np.float64]


def interval(count: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Clopper and Pearson's exact interval for ``count`` of ``n``; (0, 1) when nothing was measured."""
    if n == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, count, n - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, n - count)) if count < n else 1.0
    return low, high


@dataclass(frozen=True, slots=True)
class Told:
    """Scores of pairs that show one person (``genuine``) and of pairs that show two (``impostor``)."""

    genuine: Scores
    impostor: Scores

    def accepted(self, line: float) -> tuple[float, float]:
        """Return which share of the genuine and of the impostors lies at or above a line: TAR and FAR."""
        return float(np.mean(self.genuine >= line)), float(np.mean(self.impostor >= line))

    def accuracy(self, line: float) -> float:
        """Return the share of all pairs that a line tells rightly."""
        right = int(np.sum(self.genuine >= line)) + int(np.sum(self.impostor < line))
        return right / (self.genuine.size + self.impostor.size)

    def tar_at(self, far: float) -> float:
        """Return the TAR at the lowest line that lets at most this share of the impostors in."""
        return max(tar for tar, wrong in map(self.accepted, self._lines()) if wrong <= far)

    def eer(self) -> float:
        """Return the equal error rate: where as many genuine are refused as impostors let in, the mean of the two."""
        rates = [(1 - tar, far) for tar, far in map(self.accepted, self._lines())]
        missed, let_in = min(rates, key=lambda pair: abs(pair[0] - pair[1]))
        return (missed + let_in) / 2

    def _lines(self) -> Sequence[float]:
        every = np.unique(np.concatenate([self.genuine, self.impostor]))
        return [*map(float, every), float(every[-1]) + 1e-6]
