"""Phrases found in running words: ``kill|kills the|all? lights`` is one phrase, matched word by word.

A slot is one word or several between bars; ``?`` behind it means perhaps, ``*`` stands for any one word, ``a`` for
``an`` as well. Nothing backtracks: every phrase is looked up by its first word, so the work grows with the words alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from safety.errors import PolicyError

Meaning = TypeVar("Meaning")
Slot = frozenset[str] | None
ANY = "*"
WORD = re.compile(r"[^\W_]+")
MOST_FORMS = 64  # of one phrase; four optional words make sixteen


class Phrasebook(Generic[Meaning]):
    """Phrases and what each means; built once, read by any number of threads."""

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[Slot, ...], Meaning]]] = defaultdict(list)
        for phrase, meaning in entries:
            for first, *rest in forms(phrase):
                for word in first or ():
                    self._by_first[word].append((tuple(rest), meaning))

    def find(self, words: Sequence[str]) -> Iterator[tuple[Meaning, int, int]]:
        """Yield (meaning, first word, one past the last) for every phrase that stands in ``words``."""
        for at, word in enumerate(words):
            for rest, meaning in self._by_first.get(word, ()):
                end = at + 1 + len(rest)
                if end <= len(words) and all(
                    slot is None or words[at + 1 + step] in slot for step, slot in enumerate(rest)
                ):
                    yield meaning, at, end


def forms(phrase: str) -> list[list[Slot]]:
    """Return a phrase's slots with each optional word in and out; PolicyError when it does not read."""
    made: list[list[Slot]] = [[]]
    for written in phrase.split():
        slot = _slot(written.removesuffix("?"), of=phrase)
        longer = [[*form, slot] for form in made]
        made = made + longer if written.endswith("?") else longer
    if not all(form and form[0] for form in made) or len(made) > MOST_FORMS:
        raise PolicyError(f"The phrase “{phrase}” must begin with a word that is there, and leave few words open.")
    return made


def _slot(written: str, *, of: str) -> Slot:
    if written == ANY:
        return None
    words = written.split("|")
    if not all(WORD.fullmatch(word) and word == word.casefold() for word in words):
        raise PolicyError(f"The phrase “{of}” is not made of lower-case words.")
    return frozenset([*words, "an"] if "a" in words else words)
