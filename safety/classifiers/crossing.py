"""What the head would reach with a development set in its training: measured across folds, and never shipped."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from safety.classifiers import fitting, head, measure
from safety.classifiers.fitting import Line, Seen
from safety.errors import TrainingError

FOLDS = 5
SHARES = (0.01, 0.05)  # of the harmless rows that are not clear
POLICIES = {  # how the development set calls what has another name here
    "public_figure": "public-figure",
    "sexual_suggestive": "suggestive",
    "dynamic": "sequence",
    "contextual": "sequence",
    "sequential": "sequence",
}


def report(rows: Sequence[measure.Row]) -> dict[str, object]:
    """Return recall by category where 1 % and 5 % of the harmless rows are not clear; each row judged unseen.

    The head alone: no word list, no hidden reading, no other language.
    """
    ours, _ = fitting.lines()
    theirs = [Line(row.text, _label(row, known={line.label for line in ours}), fitting.ENGLISH, "") for row in rows]
    seen, unseen = fitting.seen(ours), fitting.seen(theirs)
    scores = np.zeros(len(rows), np.float32)
    for fold in range(FOLDS):
        rest = [at for at in range(len(rows)) if at % FOLDS != fold]
        scores[fold::FOLDS] = _scores(ours, seen, theirs, unseen, rest=rest)[fold::FOLDS]
    return {"folds": FOLDS, "lines": len(ours), "rows": len(rows), "recall": _recall(rows, scores)}


def _label(row: measure.Row, *, known: set[str]) -> str:
    label = POLICIES.get(row.category, row.category) if row.unsafe else head.BENIGN
    if label not in known:
        raise TrainingError(f"No policy is trained that answers to {row.category}.")
    return label


def _scores(ours: list[Line], seen: Seen, theirs: list[Line], unseen: Seen, *, rest: list[int]) -> NDArray[np.float32]:
    both = Seen([*seen.texts, *(unseen.texts[at] for at in rest)], np.vstack([seen.vectors, unseen.vectors[rest]]))
    arrays = fitting.fit([*ours, *(theirs[at] for at in rest)], both)
    made = head.assemble({**arrays, **fitting.hashes("")}, digest="")
    scores: NDArray[np.float32] = np.max(list(made.scores(unseen.vectors, texts=unseen.texts).values()), axis=0)
    return scores


def _recall(rows: Sequence[measure.Row], scores: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    categories = np.array([row.category if row.unsafe else head.BENIGN for row in rows])
    found = {}
    for share in SHARES:
        level = np.quantile(scores[categories == head.BENIGN], 1 - share)
        found[f"benign not clear {share:.0%}"] = {
            name: round(float((scores[categories == name] >= level).mean()), 4)
            for name in sorted({*categories} - {head.BENIGN})
        }
    return found
