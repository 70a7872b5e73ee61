"""A decision is judged again from what was kept; other rules say what they would change, and act on nothing."""

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from safety import screen
from safety.classifiers import replay, shadow
from safety.classifiers.models import Screening
from safety.clearance import Asker, Signal
from safety.policies.rules import HERE, catalogue
from safety.review.decide import decide
from safety.review.models import Decision
from safety.review.subjects import _REGISTERED
from tests import cast
from tests.safety.stories import UNSAFE, UNSURE, Owner, ask, cleared, held, refused, show, watched

pytestmark = pytest.mark.django_db
CALM = "a red ball bounces down a staircase"


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """A catalogue in which violence is never refused, languages are, and sequence is gone."""
    folder = tmp_path / "candidate"
    shutil.copytree(HERE / "catalogue", folder / "catalogue")
    shutil.copy(HERE / "absences.toml", folder)
    never = "{ anyone = { refuse = 1.1, hold = 1.1 }, likeness = { refuse = 1.1, hold = 1.1 } }"
    always = "{ anyone = { refuse = 0.3, hold = 0.3 }, likeness = { refuse = 0.3, hold = 0.3 } }"
    _levels(folder / "catalogue" / "harm.toml", "violence", never)
    _levels(folder / "catalogue" / "reading.toml", "language-not-covered", always)
    harm = folder / "catalogue" / "harm.toml"
    text = harm.read_text()
    harm.write_text(text[: text.index('[[policy]]\nid = "sequence"')])
    return folder


def _levels(path: Path, policy: str, levels: str) -> None:
    head, found, rest = path.read_text().partition(f'id = "{policy}"')
    assert found
    lines = rest.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("text = "))
    path.write_text(head + found + "\n".join([*lines[:at], f"text = {levels}", *lines[at + 1 :]]) + "\n")


def told(*args: object) -> str:
    out = StringIO()
    call_command("policy", *map(str, args), stdout=out)
    return out.getvalue()


def test_every_decision_is_answered_alike_when_it_is_judged_again() -> None:
    cleared(ask(CALM, likeness=False))
    refused(ask(UNSAFE))
    held(ask(UNSURE, job="job-2"))
    held(show(watched(90), engine="http"))
    cleared(show(watched(90), engine="http", likeness=False))
    for row in Screening.objects.all():
        again = replay.again(row, rules=catalogue())
        assert (again.verdict, again.policy) == (row.verdict, row.policy)
    found = replay.last(10, rules=catalogue())
    assert (found.count, found.left, found.unkept, found.unlike, dict(found.changes)) == (5, 0, 0, [], {})


def test_a_replay_knows_pictures_from_words_and_who_asked() -> None:
    level = catalogue().policies["sexual"].levels(picture=True, likeness=False, asker=Asker("teen"))
    assert level
    seen = Signal("sexual", level.hold, "eye", "")
    asker = Asker("teen", "DE")
    tap = watched(90)
    given = {"digest": "c" * 64, "likeness": False, "job": "job-1", "engine": "world", "vocabulary": ("sand",)}
    held(screen.output(tap, signals=[seen], asker=asker, **given))  # type: ignore[arg-type]
    row = Screening.objects.get()
    assert row.context.items() >= {"band": "teen", "country": "DE", "engine": "world", "is_described": True}.items()
    assert replay.again(row, rules=catalogue()).verdict == "hold"
    row.context = {}
    assert replay.again(row, rules=catalogue()).verdict == "clear"


def test_what_would_change_is_told_by_policy_with_ids_and_without_text(candidate: Path) -> None:
    cleared(ask(CALM, likeness=False))
    refused(ask(UNSAFE))
    held(ask(UNSURE, job="job-2"))
    spanish = Screening.objects.get(verdict="hold").pk
    printed = told("replay", "--catalogue", candidate, "--json")
    changes = {(each["from"], each["to"], each["policy"]): each["ids"] for each in json.loads(printed)["changes"]}
    assert changes["hold", "refuse", "language-not-covered"] == [spanish]
    words = told("replay", "--catalogue", candidate)
    assert f"1 from hold to refuse by language-not-covered: {spanish}." in words
    for text in (printed, words):
        assert "stabs" not in text
        assert "playa" not in text
    assert "Nothing would change" in told("replay", "--last", 2)
    assert json.loads(told("replay", "--last", 1, "--json"))["decisions"] == 1


def test_what_was_not_judged_by_rules_is_left(settings: Settings) -> None:
    refused(ask("a" * 32_001))
    settings.WEIGHTS = {**settings.WEIGHTS, "minilm.onnx": None}
    refused(ask(CALM))
    found = replay.last(10, rules=catalogue())
    assert (found.count, found.left) == (2, 2)


def test_what_a_person_cleared_had_been_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_REGISTERED, "job", _REGISTERED["job"])
    Owner().register("job")
    decide(held(ask(UNSURE)).case, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="A dog.")
    cleared(ask(UNSURE))
    assert replay.last(10, rules=catalogue()).changes == {}


def test_a_changed_row_and_a_lost_catalogue_are_noticed() -> None:
    refused(ask(UNSAFE))
    row = Screening.objects.get()
    row.signals = []
    assert replay.replayed([row], rules=catalogue()).unlike == [row.pk]
    row.policy_version = "gone"
    assert replay.replayed([row], rules=catalogue()).unkept == 1


def test_a_candidate_is_judged_beside_recorded_and_never_acts(settings: Settings, candidate: Path) -> None:
    settings.POLICY_CANDIDATE = str(candidate)
    held(ask(UNSURE))
    (said,) = Screening.objects.get().shadow
    assert said == {
        "version": catalogue(candidate).version,
        "verdict": "refuse",
        "policy": "language-not-covered",
    }


def test_a_candidate_that_breaks_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.POLICY_CANDIDATE = str(tmp_path)
    cleared(ask(CALM))
    assert Screening.objects.get().shadow == [{"version": "none", "verdict": "error", "policy": ""}]


def test_a_rule_in_shadow_is_weighed_and_never_acts(monkeypatch: pytest.MonkeyPatch, candidate: Path) -> None:
    path = candidate / "catalogue" / "reading.toml"
    path.write_text(path.read_text().replace("since =", "shadow = true\nsince ="))
    rules = catalogue(candidate)
    monkeypatch.setattr(screen, "catalogue", lambda: rules)
    cleared(ask(UNSURE))
    (said,) = Screening.objects.get().shadow
    assert (said["verdict"], said["policy"]) == ("refuse", "language-not-covered")


def test_without_a_trial_nothing_is_recorded() -> None:
    cleared(ask(CALM))
    assert Screening.objects.get().shadow == []


def test_the_difference_is_told_in_words(candidate: Path) -> None:
    lines = told("diff", candidate).splitlines()
    assert "sequence: is no longer in force." in lines
    assert any(line.startswith("violence: words would be held from 1.1, not refused; now held from") for line in lines)
    assert any(
        line.startswith("language-not-covered: words would be held from 0.3, refused from 0.3") for line in lines
    )
    assert any(line.startswith("violence: on words it would act 0 sooner for teen") for line in lines)
    assert told("diff", HERE) == "Nothing differs.\n"
    assert json.loads(told("diff", candidate, "--json"))["lines"] == lines


@pytest.mark.parametrize(
    "args", [["diff", "/nowhere"], ["replay", "--catalogue", "/nowhere"], ["replay", "--last", "0"]]
)
def test_what_cannot_be_compared_is_one_sentence(args: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("policy", *args)
    assert error.value.returncode == 2
    assert str(error.value).count("\n") == 0


def test_the_candidate_is_found_by_its_setting(settings: Settings, candidate: Path) -> None:
    settings.POLICY_CANDIDATE = str(candidate)
    assert shadow.candidate().version == catalogue(candidate).version
