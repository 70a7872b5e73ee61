"""Harmless turns of phrase, read as what they say: “kill the lights” becomes “switch off the lights”, there alone.

What stands beside it stays as it is, so a harmless phrase covers no harm but its own words.
"""

from functools import cache

from safety.classifiers.normalise import Reading
from safety.classifiers.phrasebook import WORD, Phrasebook
from safety.policies import lists


def plainly(way: Reading) -> Reading:
    """Return the reading with each harmless turn of phrase in plain words, each letter still leading back."""
    text: list[str] = []
    origin: list[int] = []
    done = 0
    for said, start, end in _found(way.text):
        text += [way.text[done:start], said]
        origin += [*way.origin[done:start], *_spread(way, start, end, length=len(said))]
        done = end
    return Reading("".join([*text, way.text[done:]]), (*origin, *way.origin[done:])) if done else way


def _found(text: str) -> list[tuple[str, int, int]]:
    """Return (plain words, start, end) from left to right, the longest first where two begin, none inside another."""
    words = [(match.group(), match.start(), match.end()) for match in WORD.finditer(text)]
    found = sorted(_book().find([word for word, _, _ in words]), key=lambda hit: (hit[1], -hit[2]))
    kept: list[tuple[str, int, int]] = []
    for said, first, end in found:
        if not kept or words[first][1] >= kept[-1][2]:
            kept.append((said, words[first][1], words[end - 1][2]))
    return kept


def _spread(way: Reading, start: int, end: int, *, length: int) -> list[int]:
    """Lead the letters of the plain words back to the phrase, in order, from its first letter to its last."""
    return [way.origin[start + step * (end - 1 - start) // max(length - 1, 1)] for step in range(length)]


@cache
def _book() -> Phrasebook[str]:
    return Phrasebook(lists.load().plain)
