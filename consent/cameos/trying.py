"""How often somebody may try: at most five failures in three minutes, then a pause that grows.

At most two of somebody's recordings wait for a person at a time.

What is still being judged counts as a failure until it is not, so that sending many at once gains nothing. The count
is the person's, whichever path they take and whichever browser they use.
"""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from consent.cameos.models import Capture

FAILURES: Final = 5
WITHIN: Final = timedelta(minutes=3)
FIRST_PAUSE: Final = timedelta(minutes=3)
LONGEST_PAUSE: Final = timedelta(hours=8)
REMEMBERED: Final = timedelta(hours=24)
UNDECIDED: Final = 2

State = Capture.State


def pause(person: int) -> timedelta:
    """Return how long this person (primary key) has to wait before the next attempt; zero or less means: now."""
    now = timezone.now()
    failed = _failed(person, since=now - REMEMBERED)
    if len(failed) < FAILURES or failed[-1] - failed[-FAILURES] > WITHIN:
        return timedelta(0)
    rounds = len(failed) // FAILURES
    wait: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (rounds - 1))
    return failed[-1] + wait - now


def is_waiting(person: int) -> bool:
    """Return whether a person has as many of their recordings to decide as may wait at once."""
    return Capture.objects.filter(person_id=person, state=State.UNSURE).count() >= UNDECIDED


def _failed(person: int, *, since: datetime) -> list[datetime]:
    """Return when attempts failed, oldest first."""
    mine = Capture.objects.filter(person_id=person)
    failed = list(mine.filter(state=State.SPOOF, judged_at__gt=since).values_list("judged_at", flat=True))
    open_ones = list(mine.filter(state=State.JUDGING, received_at__gt=since).values_list("received_at", flat=True))
    return sorted(when for when in (*failed, *open_ones) if when is not None)
