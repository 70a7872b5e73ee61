"""Who is named or described: ours (``gazetteer/people.tsv``) and the operator's own, matched in a reading.

Names written with spaces are matched word by word; Chinese, Japanese, Korean and Thai ones inside a run of signs.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from safety.classifiers.descriptions import Descriptions
from safety.classifiers.normalise import fold
from safety.classifiers.own import OwnGazetteer
from safety.classifiers.people import FEW_SIGNS, SIGN, WORD, Figure, read
from safety.classifiers.phrasebook import Phrasebook
from safety.errors import GazetteerError
from safety.policies import lists

SURNAME = 4  # letters of a surname that a title makes a name: not “in”, not “li”
FILE = Path(__file__).parent / "gazetteer" / "people.tsv"


@dataclass(frozen=True, slots=True)
class Hit:
    """A figure at character offsets of a reading."""

    figure: Figure
    start: int
    end: int


class Gazetteer:
    """One list, ready to be matched; ``sha256`` is that of the file it was read from."""

    def __init__(self, figures: Sequence[Figure], *, sha256: str) -> None:
        self.figures, self.sha256 = figures, sha256
        names = lists.load().names
        self._particles = frozenset(letter for word in names.particles for letter in fold(word).text)
        self._names = Phrasebook(_spelled(figures))
        self._signs: dict[str, list[tuple[str, bool, Figure]]] = defaultdict(list)
        for figure in figures:
            for called in figure.called:
                if SIGN.search(called):
                    signs = "".join(WORD.findall(fold(called).text))
                    self._signs[signs[:2]].append((signs, len(called) <= FEW_SIGNS, figure))
        told = [(fold(phrase).text, figure) for figure in figures for phrase in figure.described]
        self._descriptions = Descriptions(told, alike=names.alike)
        self.surnames = frozenset(
            words[-1]
            for figure in figures
            if len(words := WORD.findall(fold(figure.name).text)) > 1 and len(words[-1]) >= SURNAME
        )

    def find(self, text: str) -> Iterator[Hit]:
        """Yield everybody who is named or described in a folded text."""
        found = [(match.group(), match.start(), match.end()) for match in WORD.finditer(text)]
        words = [word for word, _, _ in found]
        for book in (self._names, self._descriptions):
            for figure, first, end in book.find(words):
                yield Hit(figure, found[first][1], found[end - 1][2])
        yield from self._in_signs(text)

    def _in_signs(self, text: str) -> Iterator[Hit]:
        if not SIGN.search(text):
            return
        for at in range(len(text) - 1):
            for signs, is_short, figure in self._signs.get(text[at : at + 2], ()):
                end = at + len(signs)
                if text.startswith(signs, at) and not (is_short and self._is_inside(text, at, end)):
                    yield Hit(figure, at, end)

    def _is_inside(self, text: str, start: int, end: int) -> bool:
        """Return whether more signs than a particle's touch a short name: it may be a part of another word."""
        beside = (text[start - 1 : start], text[end : end + 1])
        return any(SIGN.match(letter) and letter not in self._particles for letter in beside)


def _spelled(figures: Sequence[Figure]) -> Iterator[tuple[str, Figure]]:
    """Yield each name in words, with initials joined and with them left out."""
    for figure in figures:
        for called in figure.called:
            words = WORD.findall(fold(called).text)
            if words and not SIGN.search(called):
                yield from ((form, figure) for form in {" ".join(words), _joined(words), _short(words)})


def _joined(words: Sequence[str]) -> str:
    """``j r r tolkien`` as people write it: ``jrr tolkien``."""
    count = next((at for at, word in enumerate(words) if len(word) > 1), 0)
    return " ".join(["".join(words[:count]), *words[count:]] if count > 1 else words)


def _short(words: Sequence[str]) -> str:
    """``john f kennedy`` without the letter in the middle."""
    short = [word for at, word in enumerate(words) if len(word) > 1 or at in {0, len(words) - 1}]
    return " ".join(short if len(short) > 1 else words)


@cache
def shipped() -> Gazetteer:
    """Return ours, read once a process."""
    content = FILE.read_bytes()
    return Gazetteer(read(content.decode(), source=FILE.name), sha256=hashlib.sha256(content).hexdigest())


def own() -> Gazetteer | None:
    """Return the operator's, or None; what is in force is asked each time, what it holds is read once a process."""
    found = OwnGazetteer.objects.filter(is_current=True).values_list("pk", flat=True).first()
    return None if found is None else _read(found)


@lru_cache(maxsize=2)
def _read(key: int) -> Gazetteer:
    row = OwnGazetteer.objects.get(pk=key)
    if hashlib.sha256(row.content.encode()).hexdigest() != row.sha256:
        raise GazetteerError("The operator's gazetteer was altered outside the importer.")
    return Gazetteer(read(row.content, source=row.source), sha256=row.sha256)
