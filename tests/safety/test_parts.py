"""A prompt is read field by field, shot by shot and whole; what fires says in which of them."""

import pytest

from safety import screen
from safety.classifiers import parts
from safety.classifiers import prompt as words
from safety.classifiers.models import Screening
from safety.classifiers.prompt import Evidence
from safety.clearance import Answer, Asker, Clearance, Signal, Span
from safety.policies.rules import Catalogue, catalogue
from tests import cast
from tests.safety.stories import DRAFT, UNSAFE, cleared, refused

pytestmark = pytest.mark.django_db  # an operator's gazetteer is asked for

CALM = "a calm morning on a farm, hens in the yard, a dog asleep under a cart"
SHOTS = f"Shot 1: {CALM}. Shot 2: {UNSAFE}. Shot 3: {CALM}."


def ask(fields: dict[str, str], *, text: str = "") -> Answer:
    whole = text or "\n".join(fields.values())
    who = cast.person("felix").pk
    return screen.prompt(whole, digest=DRAFT, likeness=True, requester=who, job="job-1", fields=fields)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (CALM, 0),
        ("a wide shot of a farm. One part of it burns - the scene: a barn", 0),
        ("Shot 1: a farm. Shot 2: a barn.", 2),
        ("SCENE 1 - a farm\nSCENE 2 - a barn", 2),
        ("a farm. Cut to: a barn", 2),
        ("1. a farm\n2. a barn\n3. a well", 3),
        ("0-2s: a farm 2-4s: a barn", 2),
        ("Shot one: a farm. Shot two: a barn.", 2),
        ("Shot 1: a farm", 0),
        ("the shop opens at 9:30 and a 4:3 picture hangs there, 3 - 5 people come", 0),
    ],
)
def test_shots_are_told_apart_however_they_are_numbered(text: str, count: int) -> None:
    found = list(parts.shots(text))
    assert len(found) == count
    if found:
        assert "".join(text[start:end] for start, end in found) == text


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the classifier was asked to read."""
    seen: list[str] = []
    real = words.look

    def look(text: str, *, rules: Catalogue) -> Evidence:
        seen.append(text)
        return real(text, rules=rules)

    monkeypatch.setattr(words, "look", look)
    return seen


def test_a_prompt_of_one_shot_is_read_once(looks: list[str]) -> None:
    parts.look(CALM, fields={"prompt": CALM}, rules=catalogue())
    parts.look(CALM, fields={}, rules=catalogue())
    assert looks == [CALM, CALM]


def test_each_field_and_shot_is_read_apart_and_all_together(looks: list[str]) -> None:
    wish = "@olive: never without a hat."
    whole = f"{SHOTS}\n{wish}"
    parts.look(whole, fields={"prompt": SHOTS, "wishes of @olive": wish}, rules=catalogue())
    assert looks[0] == whole
    assert set(looks[1:]) == {SHOTS, wish, *(SHOTS[a:b] for a, b in parts.shots(SHOTS))}


def test_a_refusal_names_the_shot_and_points_into_the_field() -> None:
    span = refused(ask({"prompt": SHOTS})).span
    assert span is not None
    assert span.field == "prompt, shot 2"
    assert SHOTS.index("Shot 2") <= span.start < span.end <= SHOTS.index("Shot 3")
    assert Screening.objects.count() == 1


def test_a_refusal_names_the_field_and_counts_within_it() -> None:
    wish = f"@olive: {UNSAFE}."
    span = refused(ask({"prompt": CALM, "wishes of @olive": wish})).span
    assert span is not None
    assert span.field == "wishes of @olive"
    assert 0 <= span.start < span.end <= len(wish)


def test_what_is_in_no_field_is_read_in_the_whole() -> None:
    assert not isinstance(ask({"prompt": CALM}, text=f"{CALM}. {UNSAFE}"), Clearance)


def test_what_only_the_joined_shots_say_is_theirs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Shot 1: a chef hones a knife. Shot 2: the humming stops."

    def look(text: str, *, rules: Catalogue) -> Evidence:
        both = "knife" in text and "stops" in text
        return Evidence((Signal("sequence", 0.99, "m", "", Span(0, len(text), field="prompt")),) if both else ())

    monkeypatch.setattr(words, "look", look)
    (signal,) = parts.look(text, fields={"prompt": text}, rules=catalogue()).signals
    assert signal.span is not None
    assert signal.span.field == "prompt, all shots together"


def test_who_asks_is_kept_with_the_decision() -> None:
    who = cast.person("felix").pk
    asker = Asker("teen", "DE")
    cleared(screen.prompt(CALM, digest=DRAFT, likeness=False, requester=who, job="job-1", asker=asker))
    assert Screening.objects.get().context == {"band": "teen", "country": "DE"}
