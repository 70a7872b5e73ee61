"""Names that people can tell apart: one spelling each, and no two that look alike.

A handle is plain ASCII, so most of what UTS #39 calls confusable cannot be written at all. What is left looks alike
within ASCII: ``0`` and ``o``; ``1``, ``l`` and ``i``; ``rn`` and ``m``; ``vv`` and ``w``; underscores. Two handles with
the same skeleton are the same name, and the database keeps the skeleton itself, so that no writer can forget it.
"""

import re
import unicodedata

from django.db.models import F, Func, Value
from django.db.models.functions import Replace

from consent.errors import HandleError

HANDLE = r"^[a-z0-9_]{2,30}$"
ALIKE = ("01i_", "oll")  # as SQL's translate() reads it: 0 to o, 1 and i to l, underscores to nothing
PAIRS = (
    ("m", "rn"),
    ("w", "vv"),
)  # drawn apart, so that no order of replacing matters


def plain(handle: str) -> str:
    """Return a handle in its one spelling, or raise HandleError: ``@Olive`` and its full-width twin are ``olive``."""
    found = unicodedata.normalize("NFKC", handle).strip().removeprefix("@").lower()
    if not re.fullmatch(HANDLE, found) or not skeleton(found):
        raise HandleError
    return found


def skeleton(handle: str) -> str:
    """Return what a plain handle looks like; the database's own column says the same (a test holds them together)."""
    drawn = handle.translate(str.maketrans(ALIKE[0][:3], ALIKE[1], ALIKE[0][3:]))
    for letter, pair in PAIRS:
        drawn = drawn.replace(letter, pair)
    return drawn


def drawn() -> Func:
    """Return the same as SQL, for a generated column."""
    expression = Func(F("handle"), *map(Value, ALIKE), function="translate")
    for letter, pair in PAIRS:
        expression = Replace(expression, Value(letter), Value(pair))
    return expression
