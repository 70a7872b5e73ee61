"""What a video may be about, as names in Python and as bits in the database.

The names are those of ``safety.screen.categories``, which reads them out of a prompt; one that is not known here
counts as ``other``, which nothing but a yes to the exact prompt gives. I18: a sensitive category is off unless a grant
names it; an audience gives none.
"""

from collections.abc import Iterable
from functools import lru_cache

NAMES = (
    "politics",
    "intimate",
    "violence",
    "crime",
    "commercial",
    "minors",
    "religion",
    "alcohol",
    "hate",
    "harassment",
    "privacy",
    "self-harm",
    "other",
)
"""In the order of their bits; a name is added at the end and never moved, because rows hold the bits."""

BITS = {name: 1 << place for place, name in enumerate(NAMES)}
EVERY_CATEGORY = sum(BITS.values())

LABELS = {
    "politics": "politics",
    "intimate": "intimate scenes",
    "violence": "violence",
    "crime": "crime and drugs",
    "commercial": "selling something",
    "minors": "scenes with children",
    "religion": "religion",
    "alcohol": "alcohol",
}
"""What an owner may rule out, in their words."""

PLAIN = frozenset({"alcohol"})
"""Allowed with any grant, unless the owner rules it out; everything else is sensitive."""

GIVEABLE = ("politics", "intimate", "violence", "crime", "commercial", "minors", "religion")
"""Sensitive categories that a grant may name. The others are given by a yes to an exact prompt alone."""

FOR_TEENS = ("politics", "commercial", "minors", "religion")
"""What a person under 18 may give; the rest is refused whoever asks, the teen included."""


def mask(names: Iterable[str]) -> int:
    """Return the bits of these categories; an unknown name is ``other``."""
    return sum({BITS.get(name, BITS["other"]) for name in names})


def named(bits: int) -> frozenset[str]:
    """Return the categories that these bits name."""
    return frozenset(name for name, bit in BITS.items() if bits & bit)


def words(names: Iterable[str]) -> str:
    """Return categories as people read them, in one order everywhere: "politics and violence"."""
    wanted = frozenset(names)
    *most, last = [LABELS.get(name, name) for name in NAMES if name in wanted] or ["nothing in particular"]
    return f"{', '.join(most)} and {last}" if most else last


@lru_cache(maxsize=128)
def said(names: frozenset[str]) -> str:
    """Return the same, for what is said again and again."""
    return words(names)


SENSITIVE = EVERY_CATEGORY & ~mask(PLAIN)
NEVER_FOR_TEENS = EVERY_CATEGORY & ~mask(FOR_TEENS)
