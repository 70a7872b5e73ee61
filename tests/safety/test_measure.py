"""What ``manage.py evaluate prompts`` prints, and from which files."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from safety.classifiers import measure
from safety.errors import TrainingError
from tests.safety.stories import UNSAFE

pytestmark = pytest.mark.django_db  # the operator's own names are rows

CALM = "a cat chases a red ball across the kitchen floor"


def evaluated(path: Path, *rows: dict[str, object], obfuscate: str = "") -> dict[str, object]:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = StringIO()
    options = {"obfuscate": obfuscate} if obfuscate else {}
    call_command("evaluate_prompts", data=str(path), json=True, stdout=out, **options)
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def test_recall_and_the_benign_are_told_with_intervals(tmp_path: Path) -> None:
    found = evaluated(
        tmp_path / "rows.jsonl",
        {"prompt": UNSAFE, "unsafe": True, "category": "violence"},
        {"prompt": CALM, "unsafe": False, "category": "benign"},
    )
    assert found["recall"] == {"violence": {"n": 1, "caught": 1, "rate": 1.0, "ci95": [0.2065, 1.0]}}
    assert found["benign"] == {
        "n": 1,
        "refused": 0,
        "held": 0,
        "refused_rate": 0.0,
        "not_clear_rate": 0.0,
        "ci95": [0.0, 0.7935],
    }
    assert isinstance(found["ms_per_prompt"], float)


def test_pairs_and_languages_are_told_apart(tmp_path: Path) -> None:
    found = evaluated(
        tmp_path / "pairs.jsonl",
        {"text": CALM, "label": "benign", "pair": "one", "lang": "en"},
        {"text": UNSAFE, "label": "violence", "pair": "one", "lang": "en"},
    )
    pairs, languages = found["pairs"], found["languages"]
    assert isinstance(pairs, dict)
    assert isinstance(languages, dict)
    assert (pairs["n"], pairs["auc"], pairs["auc_within"]) == (1, 1.0, 1.0)
    assert languages["en"]["caught"]["caught"] == 1
    assert languages["en"]["not_covered"] == 0


def test_a_tie_counts_half() -> None:
    assert measure._above([(0.5, 0.5), (0.9, 0.1)]) == 0.75


def test_a_file_that_is_no_list_of_prompts_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('["a"]\n')
    with pytest.raises(TrainingError, match=r"rows\.jsonl does not read"):
        measure.lines(tmp_path / "rows.jsonl")
    with pytest.raises(CommandError, match=r"rows\.jsonl does not read"):
        call_command("evaluate_prompts", data=str(tmp_path / "rows.jsonl"))
