"""What is said about a measurement: intervals, and how well likeness scores tell people apart."""

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
        tars, fars = self._rates()
        return float(tars[fars <= far].max())

    def eer(self) -> float:
        """Return the equal error rate: where as many genuine are refused as impostors let in, the mean of the two."""
        tars, fars = self._rates()
        nearest = int(np.argmin(np.abs(1 - tars - fars)))
        return float(1 - tars[nearest] + fars[nearest]) / 2

    def _rates(self) -> tuple[Scores, Scores]:
        """Return TAR and FAR at every line that matters, lowest first: each score, and one above all."""
        every = np.unique(np.concatenate([self.genuine, self.impostor]))
        lines = np.append(every, every[-1] + 1e-6)
        tar, far = (
            1 - np.searchsorted(np.sort(scores), lines, side="left") / scores.size
            for scores in (self.genuine, self.impostor)
        )
        return tar, far
