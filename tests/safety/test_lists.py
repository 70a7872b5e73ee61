"""Lists of phrases: what they stand for, what they need beside them, and which turns of phrase are harmless."""

import time
from pathlib import Path

import pytest

from safety.classifiers import contexts, lexicon, listed
from safety.classifiers.normalise import readings
from safety.classifiers.phrasebook import Phrasebook, forms
from safety.errors import PolicyError
from safety.policies import lists
from safety.policies.rules import catalogue


def told(text: str, *, is_named: bool = False) -> set[str]:
    """Return the categories that the lists see in a text."""
    rules = catalogue()
    ways = [contexts.plainly(way) for way in readings(text)]
    return {
        *(signal.category for way in ways for signal in listed.signals(way, rules=rules, is_named=is_named)),
        *(category for way in ways for category, _, _ in lexicon.hits(way.text, rules=rules)),
    }


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Pikachu eats noodles", "copyright"),
        ("a girl dressed as Elsa, as in the Disney castle", "copyright"),
        ("a forest in the style of Simon Stalenhag", "copyright"),
        ("a sneaker with the Nike logo", "copyright"),
        ("protesters demand that Taiwan becomes independent", "political"),
        ("a crowd storms the capitol", "political"),
        ("a wall with a swastika", "extremism"),
        ("a BBC news anchor reports breaking news", "impersonation"),
        ("P1k4chu eats noodles", "copyright"),
    ],
)
def test_listed_phrases_are_seen(text: str, category: str) -> None:
    assert category in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "Elsa and Anna bake bread by a frozen lake",
        "a flash of light over the office, a penguin in a storm",
        "Simon Stalenhag rides a bicycle",
        "a night market in Taiwan, the president of the chess club",
        "an old radio by a window in Ukraine",
        "a temple gate with a Hindu swastika",
        "a BBC documentary about whales",
        "cctv camera on an empty car park",
    ],
)
def test_ordinary_neighbours_make_them_ordinary(text: str) -> None:
    assert told(text) == set()


def test_a_recording_that_accuses_needs_somebody_who_is_named() -> None:
    assert told("bodycam footage of an arrest") == set()
    assert told("bodycam footage of an arrest", is_named=True) == {"impersonation"}


@pytest.mark.parametrize(
    "text",
    [
        "she kills the lights", "kill the engine", "friends shoot hoops at dusk", "a killer view over the bay",
        "blood orange juice", "a nude lipstick on a table", "crack an egg into the pan", "coke with ice",
        "a man weeds the garden", "a bombshell hairstyle", "a strip of land in the sea", "shooting stars above a lake",
        "the crowd watches fireworks explode", "a snowball fight", "he smashes an avocado", "a race car on a track",
    ],
)  # fmt: skip
def test_a_harmless_turn_of_phrase_is_read_as_what_it_says(text: str) -> None:
    (way, *_) = readings(text)
    plain = contexts.plainly(way)
    assert plain.text != way.text
    assert len(plain.text) == len(plain.origin)
    assert list(plain.origin) == sorted(plain.origin)
    words = {"kill", "kills", "killer", "shoot", "blood", "nude", "crack", "coke", "weeds", "bombshell", "strip",
             "shooting", "explode", "fight", "smashes", "race"}  # fmt: skip
    assert not words & set(plain.text.split())


def test_a_harmless_phrase_covers_nothing_but_itself() -> None:
    (way, *_) = readings("he kills the lights and kills the guard, kill the guard with the lights on")
    assert contexts.plainly(way).text == (
        "he switch off the lights and kills the guard, kill the guard with the lights on"
    )


@pytest.mark.parametrize(
    "text", ["shoot the man on film", "crack the skull of an egg seller", "hang friends", "a coke line"]
)
def test_a_harmful_neighbour_is_not_harmless(text: str) -> None:
    (way, *_) = readings(text)
    assert contexts.plainly(way) == way


def test_every_listed_category_is_a_policy_and_holds_or_refuses_as_it_says() -> None:
    rules = catalogue()
    for entry in lists.load().listed:
        levels = rules.policies[entry.category].text
        assert levels is not None
        score = listed._score(entry, rules=rules)
        assert (score >= levels[False].refuse) == (entry.answer == "refuse"), entry.about
        assert score >= levels[False].hold


def test_every_phrase_reads_and_no_phrase_is_left_out() -> None:
    loaded = lists.load()
    phrases = [
        phrase for entry in loaded.listed for phrase in (*entry.phrases, *entry.beside) if phrase != lists.PERSON
    ]
    assert all(forms(phrase) for phrase in (*phrases, *(phrase for phrase, _ in loaded.plain), *loaded.names.never))
    copyright_names = {p for entry in loaded.listed if entry.category == "copyright" for p in entry.phrases}
    assert len(copyright_names) > 1000


@pytest.mark.parametrize("phrase", ["", "maybe?", "*", "Kill it", "a.b", "x " + "y? " * 7])
def test_a_phrase_that_does_not_read_is_refused(phrase: str) -> None:
    with pytest.raises(PolicyError):
        Phrasebook([(phrase, None)])


def test_a_list_without_its_distance_is_refused(tmp_path: Path) -> None:
    for name in ("names", "contexts"):
        (tmp_path / f"{name}.toml").write_bytes((lists.HERE / f"{name}.toml").read_bytes())
    (tmp_path / "more.toml").write_text(
        '[[list]]\ncategory = "gore"\nanswer = "hold"\nabout = "x"\nphrases = ["y"]\nbeside = ["z"]\n'
    )
    with pytest.raises(PolicyError, match="within"):
        lists.load(tmp_path)


def test_the_work_grows_with_the_words_alone() -> None:
    rules = catalogue()
    text = "kill the the the lights a president and a flash of marvel in the style of " * 400
    started = time.process_time()
    for way in readings(text):
        list(listed.signals(contexts.plainly(way), rules=rules, is_named=True))
    assert time.process_time() - started < 5  # a tenth of it on a quiet core
