"""Uses as a set in Python and as bits in the database, in the order in which :class:`consent.permit.Use` names them."""

from collections.abc import Iterable
from functools import lru_cache

from consent.permit import Use

BITS = {use: 1 << place for place, use in enumerate(Use)}
EVERY = sum(BITS.values())
NEVER_FOR_TEENS = frozenset({Use.ADVERTISE, Use.TRAIN})


def mask(uses: Iterable[Use]) -> int:
    """Return the bits of these uses."""
    return sum(BITS[use] for use in set(uses))


@lru_cache(maxsize=128)
def named(bits: int) -> frozenset[Use]:
    """Return the uses that these bits name."""
    return frozenset(use for use, bit in BITS.items() if bits & bit)


def words(uses: Iterable[Use]) -> str:
    """Return uses as people read them, in one order everywhere: "generate and publish"."""
    wanted = frozenset(uses)
    *most, last = [use.value for use in Use if use in wanted] or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last


@lru_cache(maxsize=128)
def said(bits: int) -> str:
    """Return the uses that these bits name as people read them."""
    return words(named(bits))
