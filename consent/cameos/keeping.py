"""How long a likeness may be kept: the strictest law that is configured, counted from when its owner was last here.

The days are data (``laws.toml``) with their sources; ``settings.BIOMETRIC_LAWS`` says which of them apply. Adding a law
can only shorten the time. A legal hold (``holds``) is no longer time: it only delays the destruction of what nobody
can use any more.
"""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from consent.cameos.models import Cameo
from consent.errors import ConsentError

LAWS = Path(__file__).parent / "laws.toml"


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


def overdue() -> list[Cameo]:
    """Return the cameos whose owner was here last so long ago that they must be withdrawn."""
    since = timezone.now() - timedelta(days=strictest().days)
    gone = (Q(owner__last_login__lt=since) | Q(owner__last_login=None)) & Q(owner__joined_at__lt=since)
    kept = Cameo.objects.exclude(state__in=[Cameo.State.PENDING, Cameo.State.WITHDRAWN]).select_related("owner")
    return list(kept.filter(gone, enrolled_at__lt=since))
