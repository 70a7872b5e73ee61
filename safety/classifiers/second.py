"""A second opinion on a prompt that would go to a person: from a reasoning monitor, where the operator has one.

It may refuse or leave the hold; it clears only where the operator said so, and never what screening cannot read.
An error leaves the hold. What it said is kept as a signal, with the digest of the policy text it was asked by, so that
the decision can be replayed.
"""

import hashlib
import logging
from pathlib import Path

from django.conf import settings

from safety.classifiers.prompt import LANGUAGE
from safety.classifiers.verdict import MONITOR, Verdict
from safety.clearance import Signal
from safety.policies.rules import Catalogue

UNREAD = {LANGUAGE, "not-evaluated"}  # what no engine looked at is never counted as clean (I5)

log = logging.getLogger(__name__)


def opinion(text: str, *, verdict: Verdict, rules: Catalogue) -> tuple[Signal, ...]:
    """Return what the monitor says about a hold, as a signal; nothing without a monitor or a hold, or on any error."""
    if verdict.verdict != "hold" or not settings.MONITOR_URL:
        return ()
    try:
        policy = _policy(rules)
        said = _ask(text, policy=policy)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, a person decides, as without a monitor
        log.warning("the monitor gave no opinion: %s", type(error).__name__)
        return ()
    answer = said if said != "clear" or _may_clear(verdict) else "unsure"
    asked = hashlib.sha256(policy.encode()).hexdigest()
    return (Signal(MONITOR, 1.0, settings.MONITOR_MODEL, asked, note=answer),)


def _ask(text: str, *, policy: str) -> str:
    from safety.backends import monitor  # noqa: PLC0415 - loaded only where there is one

    return monitor.ask(
        text,
        policy=policy,
        url=settings.MONITOR_URL,
        model=settings.MONITOR_MODEL,
        key=settings.MONITOR_KEY,
        seconds=settings.MONITOR_SECONDS,
    )


def _may_clear(verdict: Verdict) -> bool:
    return bool(settings.MONITOR_MAY_CLEAR) and not UNREAD & set(verdict.holding)


def _policy(rules: Catalogue) -> str:
    """Return the operator's own policy text, or ours in words."""
    if settings.MONITOR_POLICY:
        return Path(settings.MONITOR_POLICY).read_text(encoding="utf-8")
    lines = [f"{each.id}: {each.sentence} For example: {'; '.join(each.examples)}." for each in rules.policies.values()]
    return "\n".join(lines)
