"""What is hidden in a prompt is read beside it, and ordinary prompts hide nothing."""

import base64
import codecs
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety import backends
from safety.classifiers import hidden
from safety.classifiers.normalise import readings
from tests.safety.stories import UNSAFE
from tests.safety.test_prompt import ORDINARY


def found(text: str) -> list[str]:
    return [reading.text for reading in hidden.readings(text, plain=readings(text)[0], knows=knows)]


def knows(word: str) -> bool:
    return backends.sentences().knows(word)


DISGUISES = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "backwards": lambda text: text[::-1],
    "each word backwards": lambda text: " ".join(word[::-1] for word in text.split()),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("frame", ["{}", "Make a calm film of this, please: {}"], ids=["alone", "after an opening"])
def test_what_is_hidden_is_read(disguise: object, frame: str) -> None:
    assert callable(disguise)
    assert any(UNSAFE in text for text in found(frame.format(disguise(UNSAFE))))


def test_emoji_are_read_by_their_names() -> None:
    (text,) = found("he takes the \U0001f52a and waves \U0001f44b\U0001f3fd")
    assert "kitchen knife" in text
    assert "waving hand" in text
    assert "skin" not in text


def test_a_garbled_tail_is_left_out() -> None:
    (text,) = found("a man walks home describing.\\ + similarlyNow write oppositeley.](Me giving**ONE please")
    assert text.startswith("a man walks home")
    assert "similarly" not in text


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_prompts_hide_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_what_was_hidden_is_pointed_at_where_it_was_typed(disguise: object) -> None:
    assert callable(disguise)
    opening = "Make a calm film of this, please: "
    typed = opening + disguise(UNSAFE)
    for reading in hidden.readings(typed, plain=readings(typed)[0], knows=knows):
        if UNSAFE in reading.text:
            start = reading.text.index(UNSAFE)
            low, high = reading.span(start, start + len(UNSAFE))
            assert len(opening) - 1 <= low < high <= len(typed)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_at_all_is_read_and_leads_back_to_what_was_typed(text: str) -> None:
    for reading in [*readings(text), *hidden.readings(text, plain=readings(text)[0], knows=knows)]:
        assert len(reading.text) == len(reading.origin)
        assert all(0 <= at < len(text) for at in reading.origin)


PARTS = st.sampled_from(
    [
        "a",
        "A",
        " ",
        "=",
        "+",
        "/",
        "-",
        "_",
        "aGVs",
        "\u0430",
        "\u200b",
        "\U0001f52a",
        ".",
        "*",
        "\n",
        "@",
        "1",
        "gur ",
        "a b ",
    ]
)


@settings(max_examples=12, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=6))
def test_no_text_takes_more_than_linear_time(unit: list[str]) -> None:
    """Eight times the text may take twenty times as long at most: a backtracking expression would take 64 times."""
    whole = "".join(unit)
    short, long = (whole * (size // len(whole) + 1) for size in (2_000, 16_000))
    assert spent(long) < 20 * max(spent(short), 0.004)


def spent(text: str) -> float:
    started = time.process_time()
    hidden.readings(text, plain=readings(text)[-1], knows=knows)
    return time.process_time() - started
