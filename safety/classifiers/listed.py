"""The lists of phrases at work: what a phrase stands for, and whether what it needs stands beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from safety.classifiers.normalise import Reading
from safety.classifiers.phrasebook import WORD, Phrasebook
from safety.clearance import Signal, Span
from safety.policies import lists
from safety.policies.lists import PERSON, Listed
from safety.policies.rules import Catalogue

MODEL = "word-lists"
CERTAIN = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One list with its neighbours' book; ``beside`` is None where the phrase is enough by itself."""

    listed: Listed
    beside: Phrasebook[None] | None


def signals(way: Reading, *, rules: Catalogue, is_named: bool) -> Iterator[Signal]:
    """Yield what listed phrases stand for in a reading; ``is_named``: somebody is named in it, or cast with @."""
    found = [(match.group(), match.start(), match.end()) for match in WORD.finditer(way.text)]
    words, sha256 = [word for word, _, _ in found], lists.load().sha256
    for entry, first, end in _book().find(words):
        if _stands(entry, words=words, first=first, end=end, is_named=is_named):
            span = Span(*way.span(found[first][1], found[end - 1][2]), field="prompt")
            yield Signal(entry.listed.category, _score(entry.listed, rules=rules), MODEL, sha256, span)


def _stands(entry: Entry, *, words: Sequence[str], first: int, end: int, is_named: bool) -> bool:
    if entry.beside is None or (is_named and PERSON in entry.listed.beside):
        return True
    before = words[max(0, first - entry.listed.within) : first]
    behind = words[end : end + entry.listed.within]
    return any(True for side in (before, behind) for _ in entry.beside.find(side))


def _score(listed: Listed, *, rules: Catalogue) -> float:
    """Return 1 for a list that refuses, and just what a hold takes for one that holds: alone it never refuses."""
    policy = rules.policies.get(listed.category)
    return policy.text[False].hold if listed.answer == "hold" and policy and policy.text else CERTAIN


@cache
def _book() -> Phrasebook[Entry]:
    return Phrasebook(_entries(lists.load().listed))


def _entries(listed: Sequence[Listed]) -> Iterator[tuple[str, Entry]]:
    for one in listed:
        book = Phrasebook((phrase, None) for phrase in one.beside if phrase != PERSON) if one.beside else None
        for phrase in one.phrases:
            yield phrase, Entry(one, book)
