"""From which score on a rule refuses or holds, and in which contexts it is stricter; read and checked from data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from safety.clearance import Asker
from safety.errors import PolicyError

ENDLESS: Final = date.max
KNOWN: Final = {"anyone", "likeness", "teen"}


@dataclass(frozen=True, slots=True)
class Levels:
    """From which score on a signal refuses or holds; above 1 means never. ``hold`` <= ``refuse``."""

    refuse: float
    hold: float


@dataclass(frozen=True, slots=True)
class Period:
    """``since`` is the first day, ``until`` the first day no more."""

    since: date
    until: date = ENDLESS

    def __contains__(self, day: date) -> bool:
        return self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class Tighter:
    """Where a rule is stricter: for teens, or in a country; ``text`` and ``picture`` say by how much sooner it acts."""

    band: str = ""
    country: str = ""
    text: float = 0.0
    picture: float = 0.0
    why: str = ""

    def concerns(self, asker: Asker) -> bool:
        """Return whether this asker is meant; whoever is not known to be an adult is treated as a teen."""
        return (not self.band or asker.band != "adult") and (not self.country or asker.country.upper() == self.country)


def lowered(base: Levels, *, by: float) -> Levels:
    """Return levels that act sooner; one above 1 may so come into reach."""
    return Levels(base.refuse - by, base.hold - by)


def pair(entry: Mapping[str, Any] | None, *, of: str) -> tuple[Levels, Levels] | None:
    """Read the levels without and with a likeness; PolicyError when they are none or a likeness is laxer (I4)."""
    if entry is None:
        return None
    if strange := entry.keys() - KNOWN:
        raise PolicyError(f"In {of}, nobody knows the context {', '.join(sorted(strange))}.")
    without, likeness = one(entry["anyone"], of=of), one(entry["likeness"], of=of)
    if likeness.hold > without.hold or likeness.refuse > without.refuse:
        raise PolicyError(f"In {of}, a likeness must not make the rule laxer.")
    return without, likeness


def sooner(entry: Mapping[str, Any] | None, *, base: tuple[Levels, Levels] | None, of: str, who: str) -> float:
    """Read by how much sooner a rule acts; PolicyError when that is laxer, or so soon that all is held."""
    if entry is None:
        return 0.0
    by = entry["sooner"]
    if len(entry) != 1 or base is None or not 0 < by < base[True].hold:
        raise PolicyError(f"In {of}, {who} must be met sooner than everybody, though not from nothing on.")
    return float(by)


def one(entry: Mapping[str, Any], *, of: str) -> Levels:
    """Read one pair of levels; PolicyError when it is none."""
    levels = Levels(**entry)
    if not 0 < levels.hold <= levels.refuse:  # what is no number fails here as well
        raise PolicyError(f"In {of}, a hold must need more than nothing and not more than a refusal.")
    return levels


def period(entry: Mapping[str, Any], *, of: str) -> Period:
    """Read from when until when something is in force; PolicyError when that is no time at all."""
    found = Period(entry["since"], entry.get("until", ENDLESS))
    if type(found.since) is not date or type(found.until) is not date or found.since >= found.until:
        raise PolicyError(f"In {of}, since and until must be dates, the earlier one first.")
    return found


def apart(periods: list[Period], *, of: str) -> None:
    """Raise PolicyError when two of the periods share a day: nobody could say which one is in force."""
    for earlier, later in pairwise(sorted(periods, key=lambda each: each.since)):
        if later.since < earlier.until:
            raise PolicyError(f"Two versions of {of} are in force on the same day, {later.since}.")
