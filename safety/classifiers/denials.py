"""Refused prompts that come again in other words: counted by sketch, answered with a wait that grows.

The prompt is never kept; its sketch (see ``backends.sketch``) tells near-duplicates of it for a day and nothing else.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.utils import timezone

from safety.backends import sketch
from safety.classifiers.models import Denial
from safety.classifiers.normalise import readings
from safety.classifiers.verdict import Verdict
from safety.policies.rules import Catalogue

POLICY: Final = "probing"
SHINGLE = 5  # letters; of two prompts that differ in a word or two about two thirds are the same
NEAR = 0.45  # from this likeness on a prompt is taken for another try at the same thing
TRIES = 3  # refused tries before the first wait: people correct a prompt once or twice
WINDOW = timedelta(days=1)  # what is older does not count; retention.toml deletes it
MOST = 64  # latest refusals compared
WAITS: Final = (
    (timedelta(minutes=5), "five minutes"),
    (timedelta(minutes=20), "twenty minutes"),
    (timedelta(hours=1), "an hour"),
    (timedelta(hours=6), "six hours"),
    (WINDOW, "a day"),
)


def wait(text: str, *, requester: int, rules: Catalogue) -> Verdict | None:
    """Return the refusal for another try at what this person was refused several times; None to go on."""
    rows = _latest(requester)
    if len(rows) < TRIES:
        return None
    near = _near(text, requester=requester, rows=rows)
    if len(near) < TRIES:
        return None
    left = near[0].at + WAITS[min(len(near) - TRIES, len(WAITS) - 1)][0] - timezone.now()
    if left <= timedelta(0):
        return None
    words = next(words for length, words in WAITS if left <= length)
    advice = f"Ask for something else now, or for something like this again in about {words}."
    return Verdict("refuse", POLICY, rules.policies[POLICY].sentence, advice)


def remember(text: str, *, requester: int, policy: str) -> int:
    """Keep the sketch of a refused prompt; return how many tries at the same thing that makes."""
    near = _near(text, requester=requester, rows=_latest(requester))
    kept = sketch.sketch(_shingles(text), owner=requester)
    Denial.objects.create(requester_id=requester, sketch=kept, policy=policy, at=timezone.now())
    return len(near) + 1


def forget(requester: int) -> None:
    """Delete all sketches of a person."""
    Denial.objects.filter(requester_id=requester).delete()


def _latest(requester: int) -> list[Denial]:
    recent = Denial.objects.filter(requester_id=requester, at__gt=timezone.now() - WINDOW)
    return list(recent.order_by("-at", "-pk")[:MOST])


def _near(text: str, *, requester: int, rows: Iterable[Denial]) -> list[Denial]:
    mine = sketch.sketch(_shingles(text), owner=requester)
    return [row for row in rows if sketch.likeness(mine, bytes(row.sketch)) >= NEAR]


def _shingles(text: str) -> set[str]:
    """Return every run of five letters, disguises undone, spaces and signs left out."""
    letters = "".join(filter(str.isalnum, readings(text)[0].text))
    return {letters[at : at + SHINGLE] for at in range(max(1, len(letters) - SHINGLE + 1))}
