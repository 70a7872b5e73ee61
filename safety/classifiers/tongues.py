"""In which language a prompt is written, and whether screening reads it."""

import unicodedata
from dataclasses import dataclass

from safety import backends
from safety.classifiers.normalise import LONGEST_WORD, TWINS, readings
from safety.policies.rules import Catalogue

ENGLISH = "en"
SURE = 0.5  # below it the identifier is guessing
FOREIGN_WORDS = 3  # this many function words of another language, and more than of English
STRANGE = 0.35  # of the letters are not Latin, nor drawn like Latin ones
FAMILIAR = 0.5  # of the letters stand in words that the English encoder knows
PLAIN = 0.8  # and of so many, that the identifier must be very sure to be believed
SHORT = 25  # letters; in so few the identifier hears names as any language
SURE_OF_FEW = 0.9
PIECE = 120  # characters


@dataclass(frozen=True, slots=True)
class Tongue:
    """The likeliest language; ``is_english``: the English head may read it; ``is_covered``: some head does.

    A few words whose likeliest language is another pass for English, and are read by both heads.
    """

    language: str
    is_english: bool
    is_covered: bool


def told(text: str, *, rules: Catalogue) -> Tongue:
    """Return the language of what was typed; what no model is sure of is covered only when it looks English."""
    words, folded = typed(text), typed(readings(text)[-1].text)
    letters = sum(map(len, words))
    if not letters:
        return Tongue(ENGLISH, is_english=True, is_covered=True)
    language, sure = _likeliest(words)
    strange = sum(len(word) for word in words if not all(map(_is_latin, filter(str.isalpha, word)))) / letters
    speaks = _speaks(folded, rules=rules)
    if strange < STRANGE and speaks in {"", ENGLISH} and (_is_english(words) or _is_english(folded)):
        return Tongue(language, is_english=True, is_covered=True)
    language = speaks if speaks not in {"", language} and sure < SURE else language
    is_read = language in backends.meanings().languages and language != ENGLISH
    return Tongue(language, is_english=False, is_covered=is_read and (sure >= SURE or speaks == language))


def _likeliest(words: list[str]) -> tuple[str, float]:
    return next(iter(backends.tongue().rank(" ".join(words)).items()))


def pieces(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of overlapping pieces that cover a text, each long enough to tell its language.

    Not the encoder's windows: its tokens are single letters in most other scripts.
    """
    found, start = [], 0
    while start + PIECE < len(text):
        end = text.rfind(" ", start + PIECE // 2, start + PIECE) + 1 or start + PIECE
        found.append((start, end))
        start = text.rfind(" ", start + PIECE // 8, end - PIECE // 4) + 1 or end - PIECE // 4
    return [*found, (start, len(text))]


def typed(text: str) -> list[str]:
    """Return the words of a text as letters alone: no mentions, marks, digits or invisible signs."""
    whole = unicodedata.normalize("NFKC", text)
    words = ["".join(sign for sign in word if _belongs(sign)) for word in whole.split() if not word.startswith("@")]
    return [word for word in words if word]


def _belongs(sign: str) -> bool:
    """Return whether a sign is part of a word: letters, and the marks that Indic and Arabic words are written with."""
    return sign.isalpha() or unicodedata.category(sign) in {"Mc", "Mn"}


def has_no_end(text: str) -> bool:
    """Return whether a word is longer than any word is: no tokenizer sees what is inside."""
    return any(len(word) >= LONGEST_WORD and word.isascii() for word in text.split())


def _is_english(words: list[str]) -> bool:
    """Believe the identifier when it hears English; when it is unsure, or hears a few words only, look at the words.

    Believed too easily, for it is still read by the other head as well (``Tongue.language``).
    """
    language, sure = _likeliest(words)
    letters = sum(map(len, words))
    if language == ENGLISH or letters < SHORT:
        return language == ENGLISH or sure < SURE_OF_FEW
    known = sum(len(word) for word in words if backends.sentences().knows(word.casefold()))
    needed = SURE_OF_FEW if known >= PLAIN * letters else SURE
    return sure < needed and known >= FAMILIAR * letters


def _speaks(words: list[str], *, rules: Catalogue) -> str:
    """Return the language with most function words here, when they are enough and more than of English."""
    counts = {language: sum(word in listed for word in words) for language, listed in rules.function_words.items()}
    english = counts.pop(ENGLISH, 0)
    best = max(counts, key=lambda language: counts[language], default="")
    return best if best and counts[best] >= FOREIGN_WORDS and counts[best] > english else ""


def _is_latin(letter: str) -> bool:
    """Return whether a letter is Latin or drawn like a Latin one (those the folding translates)."""
    return letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" or letter in TWINS
