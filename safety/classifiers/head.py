"""The small trained head over sentence vectors: one output for each policy it knows, and one for *benign*.

Multinomial logistic regression, trained by ``manage.py train_prompts`` on lines written for this purpose
(``training/*.jsonl``); the file carries the hashes of the encoder and of the lines it was trained on.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from safety.errors import NotAvailableError, TrainingError

HERE = Path(__file__).parent
LINES = HERE / "training"
FILE = HERE / "prompt_head.npz"
BENIGN = "benign"
LIGHTNESS = 3.0  # inverse of the L2 penalty: the lightest head that a development set could not tell from heavier ones


@dataclass(frozen=True, slots=True)
class Head:
    """``weights`` (D, K), ``bias`` (K,), one column a label; ``encoder`` and ``lines`` are sha256."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    encoder: str
    lines: str
    sha256: str

    def scores(self, vectors: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return for each policy how it stands against *benign* alone, 0 to 1, one number a vector.

        Against benign alone, because two neighbouring policies must not share out one harm between them.
        """
        logits = vectors @ self.weights + self.bias
        against = logits[:, self.labels.index(BENIGN)]
        return {
            label: 1.0 / (1.0 + np.exp(np.clip(against - logits[:, at], -60, 60)))
            for at, label in enumerate(self.labels)
            if label != BENIGN
        }


@cache
def load(path: Path = FILE) -> Head:
    """Read the head once a process; NotAvailableError when it is missing or does not read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Head(
                tuple(str(label) for label in kept["labels"]),
                kept["weights"],
                kept["bias"],
                str(kept["encoder"]),
                str(kept["lines"]),
                hashlib.sha256(path.read_bytes()).hexdigest(),
            )
    except (OSError, ValueError, KeyError) as error:
        raise NotAvailableError("The prompt head is not available.") from error


def lines(folder: Path = LINES) -> tuple[list[str], list[str], str]:
    """Return texts, labels and the sha256 of all training files; TrainingError when a line does not read."""
    texts, labels, digest = [], [], hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        raw = path.read_bytes()
        digest.update(raw)
        for number, line in enumerate(raw.decode().splitlines(), 1):
            try:
                entry = json.loads(line)
                texts.append(entry["text"])
                labels.append(entry["label"])
            except (ValueError, KeyError, TypeError) as error:
                raise TrainingError(f"{path.name}, line {number} is no training line.") from error
    if not texts:
        raise TrainingError("There are no training lines.")
    return texts, labels, digest.hexdigest()


def fit(
    vectors: NDArray[np.float32], *, labels: Sequence[str], lightness: float = LIGHTNESS
) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
    """Return label names, weights (D, K) and bias (K,): balanced multinomial logistic regression."""
    names = sorted(set(labels))
    truth = np.array([[label == name for name in names] for label in labels], np.float64)
    data = np.asarray(vectors, np.float64)
    balance = (truth / truth.sum(0)).sum(1) * len(data) / len(names)
    shape = (data.shape[1] + 1, len(names))

    def cost(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        both = flat.reshape(shape)
        logits = data @ both[:-1] + both[-1]
        logits -= logits.max(1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(1, keepdims=True)
        loss = -(balance * np.log((chances * truth).sum(1) + 1e-12)).sum() + (both[:-1] ** 2).sum() / (2 * lightness)
        error = (chances - truth) * balance[:, None]
        slope = np.vstack([data.T @ error + both[:-1] / lightness, error.sum(0)])
        return float(loss), slope.ravel()

    best = minimize(cost, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    both = best.x.reshape(shape)
    return names, both[:-1].astype(np.float32), both[-1].astype(np.float32)
