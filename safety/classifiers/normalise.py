"""A prompt read the way a person reads it: look-alikes, invisible marks, spacing and leet undone.

Every character of a reading remembers where it came from, so that a refusal can point into the prompt.
Everything here is linear in the length of the text; no expression can backtrack.
"""

import re
import unicodedata
from dataclasses import dataclass

# Letters of other alphabets that are drawn like Latin ones. Ours, short, and only for the reading:
# a text truly written in another alphabet is told by the letters that have no Latin twin.
PAIRS = (
    "аa вb сc ԁd еe ɡg һh нh іi јj ӏl кk мm пn оo рp ԛq гr ѕs тt υu νv ѵv ԝw хx уy αa βb γy εe ηn ιi κk μm οo ρp τt χx "  # noqa: RUF001 - look-alikes are the point
    "ꜱs ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ᴛt ᴜu ᴠv ᴡw ʏy ᴢz Տs ոn սu ցg հh օo ɑa ıi łl đd ħh øo ƙk"  # noqa: RUF001 - look-alikes are the point
)
LOOKALIKES = {pair[0]: pair[-1] for pair in PAIRS.split()}
TWINS = frozenset(LOOKALIKES)
LEET = dict(zip("013456789@$!|+€£¢", "oieasgtbgasiitelc", strict=True))
# What is no leet: 4k, 1080p, 24fps, 16:9, 35mm, 2nd, 3d, 80s.
MEASURE = re.compile(r"\d+(?:[.:x/-]\d+)*(?:k|p|d|s|x|g|m|h|l|mm|cm|km|kg|ml|fps|hz|am|pm|min|yo|st|nd|rd|th)?")
WORD = re.compile(r"[^\s,;:?\"()\[\]{}<>]+")
TELLING = 3  # "i a" happens in good English, three single letters in a row do not
CLINGING, BINDING = ".,;:!?'\"-", "'-"  # signs that stand right behind a word, and right before one
LONGEST_WORD = 60  # the tokenizer sees nothing inside a longer one, so longer ones are cut


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a prompt; ``origin[i]`` is where character i stood in what was typed."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate offsets of the reading into offsets of what was typed."""
        if not self.origin:
            return 0, 0
        start = min(start, len(self.origin) - 1)
        part = self.origin[start : max(end, start + 1)]  # what was read backwards runs down
        return min(part), max(part) + 1


def readings(text: str) -> list[Reading]:
    """Return the text folded and its single letters joined, and, where it differs, that with leet undone."""
    joined = join(fold(text))
    plain = deleet(joined)
    return [joined] if plain.text == joined.text else [joined, plain]


def fold(text: str) -> Reading:
    """Undo compatibility forms, invisible marks, stacked accents, look-alikes and case; two spaces for many."""
    out: list[str] = []
    origin: list[int] = []
    for at, typed in enumerate(text):
        for letter in _letters(typed):
            if letter == " " and out[-2:] in ([], [" ", " "]):
                continue
            out.append(letter)
            origin.append(at)
    return _cut(Reading("".join(out), tuple(origin)))


def _letters(typed: str) -> str:
    if typed.isascii():
        return " " if typed.isspace() else typed.lower() if typed.isprintable() else ""
    kept = [part for part in unicodedata.normalize("NFKD", typed) if unicodedata.category(part)[0] not in "MC"]
    lowered = "".join(LOOKALIKES.get(part, part) for part in "".join(kept).casefold())
    return "".join(" " if part.isspace() else part for part in lowered)


def join(reading: Reading) -> Reading:
    """Join runs of three or more single letters: ``a b c``, ``a.b.c``, ``a-b-c``; one space for two."""
    text, keep = reading.text, [True] * len(reading.text)
    runs = _runs(_singles(text))
    is_spaced = sum(len(run) >= TELLING for run in runs) >= TELLING  # then the short words are spaced, too
    for run in runs:
        if len(run) >= TELLING or is_spaced:
            keep[run[0] + 1 : run[-1]] = [text[at].isalnum() for at in range(run[0] + 1, run[-1])]
    for at in _loose(text, is_spaced=is_spaced):
        keep[at] = False
    return _kept(reading, keep)


def _loose(text: str, *, is_spaced: bool) -> list[int]:
    """Return the second of two spaces and, in a spaced text, what parts a sign from its word."""
    lone = [letter == " " and text[at - 1 : at + 2].count(" ") == 1 for at, letter in enumerate(text)]
    signs = [at for at in range(1, len(text) - 1) if lone[at] and (text[at + 1] in CLINGING or text[at - 1] in BINDING)]
    return [at for at in range(1, len(text)) if text[at - 1 : at + 1] == "  "] + (signs if is_spaced else [])


def _runs(singles: list[int]) -> list[list[int]]:
    """Group positions that have exactly one character between them."""
    runs: list[list[int]] = []
    for at in singles:
        if runs and at - runs[-1][-1] == 2:  # noqa: PLR2004 - one letter, one sign
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _singles(text: str) -> list[int]:
    """Return where a letter or digit stands alone between two characters that are neither."""
    alone = [False, *(letter.isalnum() or letter in "@$!" for letter in text), False]
    return [at for at in range(len(text)) if alone[at + 1] and not alone[at] and not alone[at + 2]]


def _kept(reading: Reading, keep: list[bool]) -> Reading:
    text = "".join(letter for letter, stays in zip(reading.text, keep, strict=True) if stays)
    origin = tuple(at for at, stays in zip(reading.origin, keep, strict=True) if stays)
    return _cut(Reading(text, origin))


def deleet(reading: Reading) -> Reading:
    """Read digits and signs inside words as the letters they are drawn like, and drop signs between letters."""
    letters = list(reading.text)
    for match in WORD.finditer(reading.text):
        word = match.group()
        if any(sign.isalpha() for sign in word) and not MEASURE.fullmatch(word):
            start = match.start() + (word[0] == "@")  # a mention, not a letter
            for at in range(start, match.end() - (word[-1] in "!$")):
                letters[at] = LEET.get(letters[at], letters[at])
    keep = [not _between(letters, at) for at in range(len(letters))]
    return _kept(Reading("".join(letters), reading.origin), keep)


def _between(letters: list[str], at: int) -> bool:
    """Return whether a sign such as ``*`` or ``.`` or ``_`` stands between two letters (f*o, f.o, f_o)."""
    inside = 0 < at < len(letters) - 1
    return inside and letters[at] in "*._~^`" and letters[at - 1].isalpha() and letters[at + 1].isalpha()


def _cut(reading: Reading) -> Reading:
    """Break words longer than any word is, because the tokenizer would see nothing of them."""
    out: list[str] = []
    origin: list[int] = []
    length = 0
    for letter, at in zip(reading.text, reading.origin, strict=True):
        length = 0 if letter.isspace() else length + 1
        if length > LONGEST_WORD:
            out.append(" ")
            origin.append(at)
            length = 1
        out.append(letter)
        origin.append(at)
    return Reading("".join(out), tuple(origin))
