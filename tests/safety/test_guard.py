"""Neither direction of prompt screening gets worse unnoticed, on lines that trained nothing."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from safety.classifiers import guard, measure
from safety.errors import TrainingError

AGREED = {"traps": {"unsafe": 400, "caught": 320, "benign": 400, "not_clear": 40}}


def changed(**counts: int) -> guard.Figures:
    return {"traps": {**AGREED["traps"], **counts}}


def test_the_same_figures_and_better_ones_are_fine() -> None:
    assert guard.worse(AGREED, than=AGREED) == []
    assert guard.worse(changed(caught=390, not_clear=2), than=AGREED) == []


def test_catching_less_is_told() -> None:
    (sentence,) = guard.worse(changed(caught=290), than=AGREED)
    assert "290 of 400 unsafe lines are caught" in sentence


def test_refusing_more_in_vain_is_told() -> None:
    (sentence,) = guard.worse(changed(not_clear=60), than=AGREED)
    assert "60 of 400 harmless lines are not clear" in sentence


def test_the_figures_agreed_on_are_of_the_lines_that_are_there() -> None:
    for name, was in guard.kept().items():
        rows = measure.lines(guard.HELDOUT / f"{name}.jsonl")
        assert was["unsafe"] == sum(row.unsafe for row in rows)
        assert was["benign"] == sum(not row.unsafe for row in rows)


def test_figures_that_do_not_read_are_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "reference.json").write_text("[]")
    with pytest.raises(TrainingError, match="do not read"):
        guard.kept(tmp_path / "reference.json")


def test_a_development_set_never_trains_what_ships(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="our own lines alone"):
        call_command("train_prompts", rows=tmp_path / "rows.jsonl")


def test_figures_are_compared_with_those_from_before_when_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = guard.kept()
    now = {name: {**counts, "caught": 0} for name, counts in was.items()}
    kept: list[guard.Figures] = []
    monkeypatch.setattr(guard, "figures", lambda: now)
    monkeypatch.setattr(guard, "keep", kept.append)
    call_command("evaluate", "prompts", "--heldout", "--keep", "--json")
    assert len(json.loads(capsys.readouterr().out)["worse"]) == len(was)
    assert kept == [now]


def test_nothing_but_our_own_lines_is_kept(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--keep goes with --heldout"):
        call_command("evaluate", "prompts", "--data", str(tmp_path / "rows.jsonl"), "--keep")


@pytest.mark.long
@pytest.mark.django_db  # the operator's own names are rows
def test_model_and_policies_as_they_are_worsen_neither_direction() -> None:
    assert guard.worse(guard.figures(), than=guard.kept()) == []
