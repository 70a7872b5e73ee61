"""What is hidden in a prompt: words as emoji, as base64, as rot13, backwards, or behind a garbled tail.

Each finding is one more reading that is judged beside the plain one. Every step is linear in the length of the
text; a text in which nothing is hidden gets no reading more.
"""

import base64
import binascii
import itertools
import re
from collections.abc import Callable, Iterator

import emoji

from safety.classifiers.normalise import Reading, fold, join

Knows = Callable[[str], bool]

ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
DEEPEST = 3  # encodings inside one another
TONES = re.compile(r"_(?:medium-light|medium-dark|light|medium|dark)_skin_tone")
WORD = re.compile(r"[^\W\d_]+")
TOKEN = re.compile(r"\S+")
SHORTEST = 3  # shorter words stand in the vocabulary both ways
TELLING = 12  # letters in words that only make sense turned; English turns to English by chance in fewer
PLAIN = 0.75  # of what was decoded must be letters and spaces
ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz",
    "nopqrstuvwxyzabcdefghijklm",
)
MARKS = frozenset("\\[]{}|<>*^~=`_#$%()/+;")
FEWEST = 2  # garbled words that are worth a reading without them


def readings(text: str, *, plain: Reading, knows: Knows) -> list[Reading]:
    """Return what is hidden in ``text``, whose folded reading is ``plain``; ``knows`` says what is a word."""
    found = [*_pictures(text), *_encoded(text)]
    found += [*_rotated(plain, knows=knows), *_backwards(plain, knows=knows), *_ungarbled(text, knows=knows)]
    return [reading for reading in found if reading.text.strip() and reading.text != plain.text]


def refold(derived: str, *, origin: list[int]) -> Reading:
    """Fold a text that was made from the typed one; ``origin[i]`` is where its character i came from."""
    folded = join(fold(derived))
    return Reading(folded.text, tuple(origin[at] for at in folded.origin))


def _pictures(text: str) -> Iterator[Reading]:
    """Say emoji by their names."""
    pictures = [] if text.isascii() else emoji.emoji_list(text)
    if not pictures:
        return
    out, origin, at = [], [], 0
    for picture in pictures:
        start, end = picture["match_start"], picture["match_end"]
        name = f" {_name(picture['emoji'])} "
        out += [text[at:start], name]
        origin += [*range(at, start), *[start] * len(name)]
        at = end
    yield refold("".join([*out, text[at:]]), origin=[*origin, *range(at, len(text))])


def _name(picture: str) -> str:
    named = str(emoji.EMOJI_DATA.get(picture, {}).get("en", ""))
    return TONES.sub("", named).strip(":").replace("_", " ")


def _encoded(text: str) -> Iterator[Reading]:
    """Decode base64; what comes out counts when it is mostly letters."""
    for match in ENCODED.finditer(text):
        decoded = _decoded(match.group())
        if decoded:
            step = len(match.group()) / len(decoded)
            yield refold(decoded, origin=[match.start() + int(at * step) for at in range(len(decoded))])


def _decoded(word: str) -> str:
    found = ""
    for _ in range(DEEPEST):
        try:
            body = word.rstrip("=").translate(str.maketrans("-_", "+/"))
            word = base64.b64decode(body + "=" * (-len(body) % 4)).decode()
        except (binascii.Error, ValueError):
            break
        if sum(sign.isalpha() or sign.isspace() for sign in word) < PLAIN * max(len(word), 1):
            break
        found = word
    return found


def _rotated(plain: Reading, *, knows: Knows) -> Iterator[Reading]:
    stretch = _stretch(plain.text, turned=lambda word: word.translate(ROT13), knows=knows)
    if stretch:
        start, end = stretch
        text = plain.text[:start] + plain.text[start:end].translate(ROT13) + plain.text[end:]
        yield Reading(text, plain.origin)


def _backwards(plain: Reading, *, knows: Knows) -> Iterator[Reading]:
    """Turn a stretch as a whole, and each of its words for itself."""
    stretch = _stretch(plain.text, turned=lambda word: word[::-1], knows=knows)
    if stretch:
        start, end = stretch
        whole = [*range(start), *reversed(range(start, end)), *range(end, len(plain.text))]
        words = list(range(len(plain.text)))
        for match in WORD.finditer(plain.text, start, end):
            words[match.start() : match.end()] = reversed(range(*match.span()))
        for order in (whole, words):
            yield Reading("".join(plain.text[at] for at in order), tuple(plain.origin[at] for at in order))


def _stretch(text: str, *, turned: Callable[[str], str], knows: Knows) -> tuple[int, int] | None:
    """Return the stretch in which turning makes most words of no words (the greatest sum of a run, Kadane)."""
    best = total = start = 0
    first = last = -1
    spans = [match.span() for match in WORD.finditer(text)]
    for at, (low, high) in enumerate(spans):
        word = text[low:high]
        if len(word) >= SHORTEST:
            if total <= 0:
                total, start = 0, at
            total += len(word) * (knows(turned(word)) - knows(word))
            if total > best:
                best, first, last = total, start, at
    if best < TELLING:
        return None
    while first > 0 and _is_short(spans[first - 1]):  # a short word could belong to either side: it is turned, too
        first -= 1
    while last + 1 < len(spans) and _is_short(spans[last + 1]):
        last += 1
    return spans[first][0], spans[last][1]


def _is_short(span: tuple[int, int]) -> bool:
    return span[1] - span[0] < SHORTEST


def _ungarbled(text: str, *, knows: Knows) -> Iterator[Reading]:
    """Leave out tokens that signs and pieces of words are glued together in (the tail of a jailbreak)."""
    keep = [True] * len(text)
    garbled = 0
    for match in TOKEN.finditer(text):
        if _is_garbled(match.group(), knows=knows):
            garbled += 1
            keep[match.start() : match.end()] = [False] * (match.end() - match.start())
    if garbled >= FEWEST:
        origin = [at for at, stays in enumerate(keep) if stays]
        yield refold("".join(text[at] for at in origin), origin=origin)


def _is_garbled(token: str, *, knows: Knows) -> bool:
    inner = token.strip(".,:!?\"'()-@#")
    letters = sum(sign.isalpha() for sign in inner)
    if not letters or not inner.isascii():
        return not inner.isalnum() and len(token) >= SHORTEST
    has_marks = any(sign in MARKS for sign in inner)
    has_hump = any(a.islower() and b.isupper() for a, b in itertools.pairwise(inner))
    return has_marks or (has_hump and not knows(inner.lower()))
