"""The trained head reads letters as it was taught them, shares no harm out, and says from what it was made."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from safety.classifiers import crossing, fitting, head, measure
from safety.classifiers.letters import Letters, all_runs
from safety.errors import NotAvailableError, TrainingError

TEXTS = ["a red ball", "a red red cart", "two carts, a ball", "naught"]


def test_letters_count_as_they_did_in_training() -> None:
    counted = TfidfVectorizer(analyzer=all_runs, sublinear_tf=True).fit(TEXTS[:3])
    weights = np.arange(len(counted.vocabulary_), dtype=np.float32) / 100
    letters = Letters(counted.vocabulary_, counted.idf_.astype(np.float32), weights.astype(np.float32))
    assert np.allclose(letters.score(TEXTS), counted.transform(TEXTS) @ weights, atol=1e-5)


def test_the_likeliest_policy_has_the_whole_score_and_a_neighbour_takes_none_of_it() -> None:
    kept = head.load()
    alone, shared = np.full((1, 1, len(kept.labels)), 0.001), np.full((1, 1, len(kept.labels)), 0.001)
    for chances, parts in ((alone, {"violence": 0.8}), (shared, {"violence": 0.4, "gore": 0.4})):
        chances[0, 0, kept.labels.index("benign")] = 0.2
        for label, chance in parts.items():
            chances[0, 0, kept.labels.index(label)] = chance
    extra = np.zeros(1, np.float32)
    one, two = (kept._shared(chances.astype(np.float32), extra=extra) for chances in (alone, shared))
    assert one["violence"] == pytest.approx(two["violence"], abs=0.01)
    assert two["violence"] == pytest.approx(two["gore"])
    assert one["gore"] < 0.01


def test_a_work_of_others_hides_no_harm() -> None:
    kept = head.load()
    chances = np.full((1, 1, len(kept.labels)), 0.001, np.float32)
    for label, chance in {"copyright": 0.7, "violence": 0.2, "benign": 0.05}.items():
        chances[0, 0, kept.labels.index(label)] = chance
    assert kept._shared(chances, extra=np.zeros(1, np.float32))["violence"][0] > 0.6


@pytest.mark.long
def test_the_head_that_ships_was_trained_on_the_lines_that_are_here() -> None:
    _, digest = fitting.lines()
    assert head.load().lines == digest


def test_a_head_that_does_not_read_is_not_available(tmp_path: Path) -> None:
    (tmp_path / "head.npz").write_bytes(b"no head")
    with pytest.raises(NotAvailableError):
        head.load(tmp_path / "head.npz")


def test_a_category_no_policy_answers_to_is_told() -> None:
    with pytest.raises(TrainingError, match="knitting"):
        crossing._label(measure.Row("a scarf", unsafe=True, category="knitting"), known={"violence"})
