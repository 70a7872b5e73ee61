"""The small trained head: how unsafe a prompt reads, and by which policy.

Three small networks over the vectors of both encoders and one linear model over the same and the letters together
say *how unsafe*; the networks alone say *by which policy*. A second set of networks, over the multilingual vectors
only, reads what is not English. Trained by ``manage.py train_prompts`` on lines written for this purpose
(``training/*.jsonl``); the file carries the hashes of the encoders and of the lines it was trained on.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.classifiers.letters import Letters
from safety.errors import NotAvailableError

FILE = Path(__file__).parent / "prompt_head.npz"
BENIGN = "benign"
SHARE = 1.2  # of the linear model beside the networks: more blurs harmless lines that sound harmful
ABROAD = 0.35  # sooner for what one encoder reads alone, which is less sure of itself
SLOPE = 0.5  # flattens the logits, so that levels can be told apart near both ends

LEAST = 1e-6  # a chance is never less: logarithms
APART = frozenset({"copyright"})  # no harm to people: it is weighed for itself

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Networks:
    """S networks of one hidden layer: (S, D, H), (S, H), (S, H, K), (S, K); ``benign`` is the column of *benign*."""

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    benign: int

    def chances(self, vectors: Floats) -> Floats:
        """Return for vectors (N, D) what each network believes: (S, N, K), rows of sum 1."""
        layer = np.maximum(vectors @ self.hidden + self.hidden_bias[:, None], 0)
        logits = layer @ self.out + self.out_bias[:, None]
        chances: Floats = np.exp(logits - logits.max(2, keepdims=True))
        chances /= chances.sum(2, keepdims=True)
        return chances


@dataclass(frozen=True, slots=True)
class Head:
    """``english`` reads (N, 896), ``abroad`` (N, 512); ``plain`` (896,) and ``letters`` are the linear model.

    ``encoders`` are the sha256 of both encoders, in that order; ``lines`` that of the training files.
    """

    labels: tuple[str, ...]
    english: Networks
    abroad: Networks
    plain: Floats
    plain_bias: float
    letters: Letters
    encoders: tuple[str, str]
    lines: str
    sha256: str

    def scores(self, vectors: Floats, *, texts: Sequence[str]) -> dict[str, Floats]:
        """Return for each policy 0 to 1, one number a text, from both encoders' vectors (N, 896) and the letters."""
        linear = vectors @ self.plain + self.plain_bias + self.letters.score(texts)
        return self._shared(self.english.chances(vectors), extra=SHARE * linear)

    def scores_abroad(self, vectors: Floats) -> dict[str, Floats]:
        """Return the same from the multilingual vectors (N, 512) alone."""
        return self._shared(self.abroad.chances(vectors), extra=np.full(len(vectors), ABROAD, np.float32))

    def _shared(self, chances: Floats, *, extra: Floats) -> dict[str, Floats]:
        """Give the likeliest policy of a kin the whole of the score and the others what they are beside it.

        So neighbouring policies do not share out one harm between them, and a work of others hides no harm.
        """
        benign = self.labels.index(BENIGN)
        scores: dict[str, Floats] = {}
        kins = [[at for at, label in enumerate(self.labels) if (label in APART) == apart] for apart in (False, True)]
        for kin in ([at for at in kin if at != benign] for kin in kins):
            odds = np.log(chances[:, :, kin].sum(2) + LEAST) - np.log(chances[:, :, benign] + LEAST)
            whole = 1 / (1 + np.exp(np.clip(-SLOPE * (odds.mean(0) + extra), -60, 60)))
            mean = chances[:, :, kin].mean(0) + LEAST
            scores |= {self.labels[at]: whole * mean[:, i] / mean.max(1) for i, at in enumerate(kin)}
        return scores


@cache
def load(path: Path = FILE) -> Head:
    """Read the head once a process; NotAvailableError when it is missing or does not read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
            return assemble(arrays, digest=hashlib.sha256(path.read_bytes()).hexdigest())
    except (OSError, ValueError, KeyError) as error:
        raise NotAvailableError("The prompt head is not available.") from error


def assemble(kept: dict[str, NDArray[np.generic]], *, digest: str) -> Head:
    """Return the head that these arrays are; ValueError or KeyError when they are none."""
    labels = tuple(str(label) for label in kept["labels"])
    runs = bytes(kept["runs"].tobytes()).decode().split("\n")
    columns = {run: at for at, run in enumerate(runs)}
    first, second = (str(sha256) for sha256 in kept["encoders"])
    return Head(
        labels,
        _networks(kept, "english", labels.index(BENIGN)),
        _networks(kept, "abroad", labels.index(BENIGN)),
        kept["plain"].astype(np.float32),
        float(kept["plain_bias"].astype(np.float32)),
        Letters(columns, kept["rarity"].astype(np.float32), kept["weights"].astype(np.float32)),
        (first, second),
        str(kept["lines"]),
        digest,
    )


def _networks(kept: dict[str, NDArray[np.generic]], name: str, benign: int) -> Networks:
    hidden, hidden_bias, out, out_bias = (
        kept[f"{name}_{part}"].astype(np.float32) for part in ("hidden", "hidden_bias", "out", "out_bias")
    )
    return Networks(hidden, hidden_bias, out, out_bias, benign)
