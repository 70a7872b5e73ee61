"""How long a likeness may be kept: the strictest law that is configured, counted from when its owner was last here.

The days are data (``laws.toml``) with their sources; ``settings.BIOMETRIC_LAWS`` says which of them apply. Adding a law
can only shorten the time. A legal hold (``holds``) is no longer time: it only delays the destruction of what nobody
can use any more.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from consent.cameos.models import Cameo, Protected
from consent.errors import ConsentError

LAWS = Path(__file__).parent / "laws.toml"
LOOKED = 1  # days between two looks (consent.tasks.retire)


@dataclass(frozen=True, slots=True)
class Law:
    """One law: its short name, how many idle days it leaves, where that is written, in one sentence."""

    name: str
    days: int
    source: str
    sentence: str


@cache
def laws() -> dict[str, Law]:
    """Return every law known here, by name."""
    read = tomllib.loads(LAWS.read_text(encoding="utf-8"))
    return {name: Law(name=name, **told) for name, told in read.items()}


def strictest() -> Law:
    """Return the law that leaves the fewest days; ConsentError when a configured one is not known, or none is."""
    known = laws()
    unknown = [name for name in settings.BIOMETRIC_LAWS if name not in known]
    if unknown or not settings.BIOMETRIC_LAWS:
        raise ConsentError(f"BIOMETRIC_LAWS must name laws of laws.toml, not {', '.join(unknown) or 'nothing'}.")
    return min((known[name] for name in settings.BIOMETRIC_LAWS), key=lambda law: (law.days, law.name))


def overdue(**only: object) -> list[Cameo]:
    """Return the cameos whose owner was here last so long ago that they must be withdrawn now."""
    kept = Cameo.objects.exclude(state__in=[Cameo.State.PENDING, Cameo.State.WITHDRAWN]).select_related("owner")
    return list(kept.filter(_away("owner"), enrolled_at__lt=_since(), **only))


def overdue_entries(**only: object) -> list[Protected]:
    """Return the entries of the protected registry that must go, counted from when whoever asked was here last."""
    kept = Protected.objects.exclude(state=Protected.State.WITHDRAWN).select_related("asked_by")
    return list(kept.filter(_away("asked_by"), created_at__lt=_since(), **only))


def _since() -> datetime:
    """Return the day before the last that the law leaves: what is due today must not wait for tomorrow's look."""
    return timezone.now() - timedelta(days=strictest().days - LOOKED)


def _away(who: str) -> Q:
    since = _since()
    never = Q(**{f"{who}__last_login": None})
    return (Q(**{f"{who}__last_login__lt": since}) | never) & Q(**{f"{who}__joined_at__lt": since})
