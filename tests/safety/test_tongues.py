"""A prompt is read in its own language, or waits for a person; it never passes unread."""

import json
from pathlib import Path

import pytest

from safety.classifiers import measure, tongues
from safety.policies.rules import catalogue

HELDOUT = Path(measure.__file__).parent / "heldout" / "languages.jsonl"
LINES = [json.loads(line) for line in HELDOUT.read_text(encoding="utf-8").splitlines()]
FEW = [
    "Anna and Piet",
    "Taylor Swift",
    "red panda",
    "sunset",
    "Mo juggles",
    "two dogs run",
    "a samurai in Kyoto",
    "tiramisu, close up",
    "drone shot of Sao Paulo",
    "cafe noir",
    "4k",
    "@olive",
    "@olive waltzes",
    "",
]
UNREAD = {
    "Finnish": "nainen k\u00e4velee koiransa kanssa rannalla auringon laskiessa",
    "Hungarian": "egy n\u0151 s\u00e9t\u00e1l a kuty\u00e1j\u00e1val a parton, mik\u00f6zben lemegy a nap",
    "Hindi": "\u090f\u0915 \u0914\u0930\u0924 \u0905\u092a\u0928\u0947 \u0915\u0941\u0924\u094d\u0924\u0947 "
    "\u0915\u0947 \u0938\u093e\u0925 \u091a\u0932\u0924\u0940 \u0939\u0948",
    "Swahili": "mwanamke anatembea na mbwa wake ufukweni wakati jua linazama",
}


def told(text: str) -> tongues.Tongue:
    return tongues.told(text, rules=catalogue())


@pytest.mark.parametrize("text", FEW)
def test_a_few_words_and_names_are_english(text: str) -> None:
    assert told(text).is_english


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD)
def test_a_language_that_no_head_reads_is_not_covered(text: str) -> None:
    assert not told(text).is_covered


def test_every_held_out_line_is_told_by_its_language_or_is_not_covered() -> None:
    wrong = [
        (line["lang"], tongue) for line in LINES if (tongue := told(line["text"])).is_english != (line["lang"] == "en")
    ]
    assert wrong == []


def test_most_lines_of_the_languages_read_are_covered() -> None:
    read = [told(line["text"]).is_covered for line in LINES if line["lang"] not in {"en", "hi"}]
    assert sum(read) / len(read) > 0.9
