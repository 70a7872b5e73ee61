"""Preferences in people's own words: what becomes a rule, and what honestly does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.grants.compiling import Compiled, clauses, compiled
from consent.grants.prompts import spoken
from consent.grants.rows import Rule
from consent.grants.vocabulary import forms

Kind = Rule.Kind

NEVER_IN = {
    "never put me in political scenes": "politics",
    "Never in politics.": "politics",
    "no politics": "politics",
    "No political videos, please": "politics",
    "nothing political": "politics",
    "keep me out of elections": "politics",
    "I don't want to be in propaganda": "politics",
    "no sexual content": "intimate scenes",
    "never naked": "intimate scenes",
    "don't show me in romantic scenes": "intimate scenes",
    "never in anything violent or sexual": "intimate scenes and violence",
    "no violence": "violence",
    "do not use me in war movies": "violence",
    "no drugs": "crime and drugs",
    "never depict me in criminal situations": "crime and drugs",
    "not in ads": "selling something",
    "don’t put me in advertising": "selling something",  # noqa: RUF001 - as typed
    "keep me out of commercials and religion": "selling something and religion",
    "never with children": "scenes with children",
    "no alcohol": "alcohol",
    "never drunk": "alcohol",
}
NEVER_WITH = {
    "never with a clown": {"clown", "clowns"},
    "no guns": {"gun", "guns"},
    "Never show me smoking": {"smoke", "smokes", "smoking", "smoked"},
    "don't make me dance": {"dance", "dances", "dancing", "danced"},
    "never in a swimsuit": {"swimsuit", "swimsuits"},
    "I never want to be shown with snakes or spiders": {"snake", "snakes", "spider", "spiders"},
    "avoid swimming pools": {"swimming pool", "swimming pools"},
    "you must not show me running": {"run", "running"},
    "never with @sten": {"sten"},
    "never with @red_fox9": {"red fox9"},
    "no butterflies": {"butterfly", "butterflies"},
}
NEVER_SAY = {
    "never make me say 'buy now'": {"buy now"},
    'Never let me say "I am a robot"': {"i am a robot"},
    "never make me say “moist”": {"moist"},
    "don't let me say synergy": {"synergy", "synergies"},
    "never make me say the word moist": {"moist"},
    "never let me say moist or synergy": {"moist", "synergy"},
    "do not make me shout hurray": {"hurray"},
}
ALWAYS = {
    "always a red hat": "a red hat",
    "Always wear a red hat": "wearing a red hat",
    "always wearing my red hat": "wearing their red hat",
    "I always wear glasses": "wearing glasses",
    "always smiling": "smiling",
    "only with my dog": "with their dog",
    "never without my red hat": "with their red hat",
    "always in black and white": "in black and white",
}
NOT_A_RULE = [
    "hello",
    "you can use me anywhere",
    "never",
    "no",
    "never next to my ex",
    "never with my boss",
    "nothing weird",
    "never anything embarrassing",
    "never make me look fat",
    "don't change my voice",
    "always be respectful",
    "always look good",
    "always ask me first",
    "always credit me",
    "ask me before every video",
    "no politics unless it is funny",
    "never in politics except for the greens",
    "never not smiling",
    "no political jokes",
    "never more than two people",
    "never for too long",
    "only in comedies",
    "only at night",
    "never make me say anything about politics",
    "never make me say that I love somebody I have never met in my life",
    "never make me say bad words",
    "no videos",
    "no people I do not know",
    "nie in der Politik",
    "jamais de politique",
    "never if I am asleep",
    "never 3 cats",
    "never do what sten wants",
]


def only(text: str) -> Compiled:
    (rule,) = compiled(text)
    return rule


@pytest.mark.parametrize(("text", "value"), NEVER_IN.items())
def test_a_category_is_recognised_however_it_is_put(text: str, value: str) -> None:
    rule = only(text)
    assert (rule.kind, rule.value) == (Kind.DENY_CATEGORY, value)
    assert rule.bits
    assert not rule.phrases


@pytest.mark.parametrize(("text", "phrases"), NEVER_WITH.items())
def test_a_thing_is_kept_out_in_all_its_forms(text: str, phrases: set[str]) -> None:
    rule = only(text)
    assert rule.kind == Kind.DENY_WORDS
    assert phrases <= rule.phrases


@pytest.mark.parametrize(("text", "phrases"), NEVER_SAY.items())
def test_words_that_are_never_said_are_taken_at_their_word(text: str, phrases: set[str]) -> None:
    rule = only(text)
    assert rule.kind == Kind.DENY_SAY
    assert phrases <= rule.phrases


@pytest.mark.parametrize(("text", "value"), ALWAYS.items())
def test_what_must_be_there_is_said_of_them_in_the_third_person(text: str, value: str) -> None:
    rule = only(text)
    assert (rule.kind, rule.value) == (Kind.REQUIRE, value)


@pytest.mark.parametrize("text", NOT_A_RULE)
def test_what_cannot_be_looked_up_is_not_guessed_at(text: str) -> None:
    assert only(text) == Compiled(text, Kind.ASK)


def test_there_are_enough_sentences() -> None:
    assert len({*NEVER_IN, *NEVER_WITH, *NEVER_SAY, *ALWAYS, *NOT_A_RULE}) >= 60


def test_a_text_is_taken_clause_by_clause_and_each_keeps_its_words() -> None:
    text = "No guns, no clowns and never in politics. Always a red hat!\nNever make me say 'no. never'"
    assert [(rule.clause, rule.kind.value) for rule in compiled(text)] == [
        ("No guns", "deny_words"),
        ("no clowns", "deny_words"),
        ("never in politics", "deny_category"),
        ("Always a red hat", "require"),
        ("Never make me say 'no. never'", "deny_say"),
    ]


def test_a_clause_may_become_two_rules_and_both_quote_it() -> None:
    category, thing = compiled("never in politics or with clowns")
    assert (category.kind, thing.kind) == (Kind.DENY_CATEGORY, Kind.DENY_WORDS)
    assert category.clause == thing.clause


def test_one_half_that_is_not_understood_keeps_the_whole_clause_a_question() -> None:
    assert only("never in politics or anything weird").kind == Kind.ASK


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_every_clause_becomes_something_and_nothing_breaks(text: str) -> None:
    rules = compiled(text)
    assert {rule.clause for rule in rules} == set(clauses(text))
    assert all(rule.bits or rule.kind != Kind.DENY_CATEGORY for rule in rules)
    assert all(rule.phrases or rule.kind not in {Kind.DENY_WORDS, Kind.DENY_SAY} for rule in rules)


@pytest.mark.parametrize(
    ("word", "is_one", "is_none"),
    [
        ("guns", "gun", "gunner"),
        ("smoking", "smoke", "smock"),
        ("news", "news", "new"),
        ("hat", "hats", "hate"),
        ("running", "run", "rune"),
        ("kisses", "kissing", "kiln"),
        ("red hat", "red hats", "hat"),
    ],
)
def test_forms_of_a_word_are_its_own_and_not_anothers(word: str, is_one: str, is_none: str) -> None:
    assert is_one in forms(word)
    assert is_none not in forms(word)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ('@olive says "buy now" and waves', "buy now"),
        ("@olive says buy now", "buy now"),
        ("@olive whispers: buy now. Then she leaves", "buy now"),
        ("a sign “buy now” behind @olive", "buy now"),
        ("@olive talks about moist cake", "moist cake"),
    ],
)
def test_what_is_said_is_found_with_and_without_quotation_marks(prompt: str, said: str) -> None:
    assert any(said in part.lower() for part in spoken(prompt))


def test_what_is_only_shown_is_not_said() -> None:
    assert spoken("@olive eats a moist cake in Olive's kitchen, it's late") == []
