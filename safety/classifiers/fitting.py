"""Training the head: the committed lines become ``prompt_head.npz``. Needs scikit-learn, at development time only."""

import hashlib
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from safety import backends
from safety.classifiers.head import BENIGN, FILE
from safety.classifiers.letters import all_runs
from safety.classifiers.normalise import readings
from safety.errors import TrainingError

LINES = Path(__file__).parent / "training"
ENGLISH = "en"
NETWORKS, NEURONS, ROUNDS, PENALTY = 3, 128, 15, 0.1  # a wider or longer trained one gained nothing on a held-out set
MOST_RUNS = 40_000

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Line:
    """One training line; ``kin`` is what it must not be parted from when a part is held out: its pair."""

    text: str
    label: str
    language: str
    kin: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Lines as the head sees them: normalised texts and their vectors (N, 896), MiniLM's first."""

    texts: list[str]
    vectors: NDArray[np.float32]


def lines(folder: Path = LINES) -> tuple[list[Line], str]:
    """Return the lines and the sha256 of all training files; TrainingError when a line does not read."""
    found, digest = [], hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        raw = path.read_bytes()
        digest.update(raw)
        for number, line in enumerate(raw.decode().splitlines(), 1):
            try:
                entry = json.loads(line)
                kin = f"{path.stem}/{entry.get('pair', number)}"
                found.append(Line(entry["text"], entry["label"], entry.get("lang", ENGLISH), kin))
            except (ValueError, KeyError, TypeError) as error:
                raise TrainingError(f"{path.name}, line {number} is no training line.") from error
    if not found:
        raise TrainingError("There are no training lines.")
    return found, digest.hexdigest()


def seen(found: Sequence[Line]) -> Seen:
    """Normalise and embed as screening does: English folded, other languages as they were typed."""
    texts = [readings(line.text)[0].text if line.language == ENGLISH else line.text for line in found]
    vectors = np.hstack([backends.sentences().embed(texts), backends.meanings().embed(texts)])
    return Seen(texts, vectors)


def fit(found: Sequence[Line], given: Seen) -> Arrays:
    """Return the arrays of a head, as :func:`safety.classifiers.head.load` reads them, but for the hashes."""
    labels = np.array([line.label for line in found])
    english = np.array([line.language == ENGLISH for line in found])
    texts = [text for text, is_english in zip(given.texts, english, strict=True) if is_english]
    width = backends.meanings().embed(["a"]).shape[1]
    names = sorted(set(labels))
    return {
        "labels": np.array(names),
        **_networks(given.vectors[english], labels=labels[english], names=names, prefix="english"),
        **_networks(given.vectors[:, -width:], labels=labels, names=names, prefix="abroad"),
        **_linear(given.vectors[english], texts=texts, unsafe=labels[english] != BENIGN),
    }


def _networks(
    vectors: NDArray[np.float32], *, labels: NDArray[np.str_], names: list[str], prefix: str
) -> dict[str, NDArray[np.generic]]:
    made = [_network(vectors, labels=labels, seed=seed) for seed in range(NETWORKS)]
    if any(list(one.classes_) != names for one in made):
        raise TrainingError("Some label has no English line.")
    parts = {
        "hidden": [one.coefs_[0] for one in made],
        "hidden_bias": [one.intercepts_[0] for one in made],
        "out": [one.coefs_[1] for one in made],
        "out_bias": [one.intercepts_[1] for one in made],
    }
    return {f"{prefix}_{part}": np.array(values, np.float16) for part, values in parts.items()}


def _network(vectors: NDArray[np.float32], *, labels: NDArray[np.str_], seed: int) -> MLPClassifier:
    network = MLPClassifier((NEURONS,), alpha=PENALTY, max_iter=ROUNDS, batch_size=64, random_state=seed, tol=0)
    network.n_iter_no_change = ROUNDS + 1  # it stops after its rounds, not on a plateau
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the rounds are few on purpose
        return network.fit(vectors, labels)


def _linear(vectors: NDArray[np.float32], *, texts: list[str], unsafe: NDArray[np.bool_]) -> Arrays:
    counted = TfidfVectorizer(analyzer=all_runs, min_df=2, max_features=MOST_RUNS, sublinear_tf=True)
    data = sparse.hstack([sparse.csr_matrix(vectors), counted.fit_transform(texts)]).tocsr()
    model = LogisticRegression(C=1.0, solver="liblinear", class_weight="balanced", random_state=0).fit(data, unsafe)
    weights, width = model.coef_[0], vectors.shape[1]
    return {
        "plain": weights[:width].astype(np.float16),
        "plain_bias": np.array(model.intercept_[0], np.float32),
        "runs": np.frombuffer("\n".join(counted.get_feature_names_out()).encode(), np.uint8),
        "rarity": counted.idf_.astype(np.float16),
        "weights": weights[width:].astype(np.float16),
    }


def hashes(digest: str) -> Arrays:
    """Return what a head was made from: both encoders, and the lines by their digest."""
    encoders = np.array([backends.sentences().sha256, backends.meanings().sha256])
    return {"encoders": encoders, "lines": np.array(digest)}


def write(arrays: Arrays, *, digest: str, path: Path = FILE) -> None:
    """Write the head with the hashes of what it was made from."""
    np.savez_compressed(path, **hashes(digest), **arrays)  # type: ignore[arg-type]  # numpy's stub: allow_pickle
