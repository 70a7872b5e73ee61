"""What rules that do not act would have said: those in shadow, and a candidate catalogue beside the one in force.

What they say is recorded with the decision and never acts; an error in them is recorded too and changes nothing.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from safety.classifiers.verdict import Context, ruled
from safety.clearance import Signal
from safety.policies.rules import Catalogue, catalogue

log = logging.getLogger(__name__)


def beside(signals: Sequence[Signal], *, rules: Catalogue, context: Context) -> tuple[dict[str, str], ...]:
    """Return what each would have said: its version, the verdict, the policy; empty when there is nothing to try."""
    found = []
    if any(policy.is_shadow for policy in rules.policies.values()):
        found.append(_said(signals, rules=rules, context=context, shadow=True))
    if settings.POLICY_CANDIDATE:
        try:
            found.append(_said(signals, rules=candidate(), context=context, shadow=False))
        except Exception as error:  # noqa: BLE001 - a candidate is on trial: whatever it does, it must not act
            log.warning("the candidate catalogue failed: %s", type(error).__name__)
            found.append({"version": "none", "verdict": "error", "policy": ""})
    return tuple(found)


def candidate() -> Catalogue:
    """Return the catalogue on trial; PolicyError when it does not read."""
    return catalogue(Path(settings.POLICY_CANDIDATE))


def _said(signals: Sequence[Signal], *, rules: Catalogue, context: Context, shadow: bool) -> dict[str, str]:
    verdict = ruled(signals, rules=rules, context=context, shadow=shadow)
    return {"version": rules.version, "verdict": verdict.verdict, "policy": verdict.policy}
