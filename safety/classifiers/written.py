"""How a prompt was typed: large and small letters, and handles, which the folded readings no longer show."""

from dataclasses import dataclass, field

from safety.classifiers.normalise import Reading
from safety.classifiers.people import WORD

THROUGHOUT = 0.6  # of the words begin large: then large letters tell nothing
RESTLESS = 0.3  # of the words have large letters inside: a disguise
ENDS = ".!?:|*\n\"'\u201c\u201d\u2018\u2019\u2022\u2013\u2014-"  # quotes, bullets and dashes begin one, too


@dataclass(slots=True)
class Typed:
    """What was typed; ``is_mixed``: names can be told by their large letters in it."""

    text: str
    is_mixed: bool = field(init=False)
    _is_restless: bool = field(init=False)

    def __post_init__(self) -> None:
        matches = list(WORD.finditer(self.text))
        words = [match.group() for match in matches]
        large = sum(word[0].isupper() for word in words)
        inside = sum(match.group()[0].isupper() and not self._begins(match.start()) for match in matches)
        count = max(len(words), 1)
        self._is_restless = sum(not (word[1:].islower() or word.isupper()) for word in words if len(word) > 1) > (
            RESTLESS * count
        )
        self.is_mixed = inside > 0 and large < THROUGHOUT * count and not self._is_restless

    def cased(self, way: Reading) -> str:
        """Return a reading with the large letters that were typed; in small ones where they are a disguise."""
        if self._is_restless:
            return way.text
        return "".join(
            letter.upper() if self.text[at].isupper() and len(letter.upper()) == 1 else letter
            for letter, at in zip(way.text, way.origin, strict=True)
        )

    def is_capital(self, way: Reading, offset: int) -> bool:
        """Return whether the letter of a reading was typed large."""
        return self.text[way.origin[offset]].isupper()

    def is_large(self, way: Reading, offset: int) -> bool:
        """Return whether a word was typed large where neither a sentence nor a habit asks for it."""
        return self.is_mixed and self.is_capital(way, offset) and not self._begins(way.origin[offset])

    def _begins(self, at: int) -> bool:
        """Return whether a sentence begins here."""
        while at and self.text[at - 1].isspace():
            at -= 1
        return at == 0 or self.text[at - 1] in ENDS

    def is_handle(self, way: Reading, start: int, end: int) -> bool:
        """Return whether offsets of a reading lie inside a handle (@olive)."""
        first, last = way.span(start, end)
        begin = first
        while begin and (self.text[begin - 1].isalnum() or self.text[begin - 1] in "_."):
            begin -= 1
        return begin > 0 and self.text[begin - 1] == "@" and not any(map(str.isspace, self.text[first:last]))

    @property
    def has_handle(self) -> bool:
        """Return whether somebody is cast."""
        return any(here == "@" and after.isalnum() for here, after in zip(self.text, self.text[1:], strict=False))
