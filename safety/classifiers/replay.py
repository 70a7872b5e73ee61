"""Kept decisions judged again from their signals: by the rules of their day, and by others.

No text is kept, so word lists cannot be tried again: what is, is what follows from the signals that were seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from safety.classifiers.models import Screening
from safety.classifiers.verdict import Context, Verdict, heeded, ruled
from safety.clearance import Kind, Signal
from safety.errors import PolicyError
from safety.policies import editions
from safety.policies.rules import Catalogue

JUDGED = (Kind.PROMPT.value, Kind.OUTPUT.value, Kind.REFERENCE.value)  # captures are judged by their own room
ABSENT = "not-evaluated"
Change = tuple[str, str, str]  # policy, verdict before, verdict after


@dataclass(slots=True)
class Replayed:
    """What judging again found; ids are keys of Screening rows.

    ``left`` were not judged by rules (an error, a length); ``unkept`` have no catalogue any more; ``unlike`` are those
    that the rules of their own day answer otherwise now: something was changed, or decided outside the rules.
    """

    version: str
    count: int = 0
    left: int = 0
    unkept: int = 0
    unlike: list[int] = field(default_factory=list)
    changes: dict[Change, list[int]] = field(default_factory=lambda: defaultdict(list))

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it, the most frequent change first."""
        changes = sorted(self.changes.items(), key=lambda change: -len(change[1]))
        return {
            "catalogue": self.version,
            "decisions": self.count,
            "not_judged_by_rules": self.left,
            "catalogue_not_kept": self.unkept,
            "unlike_then": self.unlike,
            "changes": [
                {"policy": policy, "from": before, "to": after, "n": len(ids), "ids": ids}
                for (policy, before, after), ids in changes
            ],
            "totals": dict(Counter(f"{a} to {b}" for (_, a, b), ids in changes for _ in ids)),
        }


def last(count: int, *, rules: Catalogue) -> Replayed:
    """Judge the last ``count`` decisions about prompts and outputs by ``rules``."""
    rows = Screening.objects.filter(kind__in=JUDGED).order_by("-pk")[:count]
    return replayed(rows, rules=rules)


def replayed(rows: Iterable[Screening], *, rules: Catalogue) -> Replayed:
    """Judge each decision by the rules of its day and by ``rules``; say where the answers differ."""
    found = Replayed(rules.version)
    edition = cache(_edition)
    for row in rows:
        found.count += 1
        own = edition(row.policy_version, row.created_at.date())
        if own is None:
            found.unkept += 1
        if _is_outside_rules(row, own=own or rules):
            found.left += 1
            continue
        before = _then(row)
        if own is not None and again(row, rules=own).verdict != before:
            found.unlike.append(row.pk)
        after = again(row, rules=rules)
        if after.verdict != before:
            found.changes[after.policy or row.policy, before, after.verdict].append(row.pk)
    return found


def again(row: Screening, *, rules: Catalogue) -> Verdict:
    """Return what these rules say to a kept decision; a monitor's answer is taken as it was given."""
    context = Context.kept(row.context, likeness=row.likeness)
    signals = [_signal(kept) for kept in row.signals]
    return heeded(ruled(signals, rules=rules, context=context), signals=signals)


def _signal(kept: dict[str, Any]) -> Signal:
    told = {name: kept[name] for name in ("category", "score", "model", "sha256", "note")}
    return Signal(**told, medium=kept.get("medium", "text"))


def _then(row: Screening) -> str:
    """Return what the rules said; what a person cleared later had been held."""
    return "hold" if row.verdict == Screening.Verdict.CLEAR and row.case else row.verdict


def _is_outside_rules(row: Screening, *, own: Catalogue) -> bool:
    if not row.policy or row.policy == ABSENT:
        return False
    rule = own.policies.get(row.policy)
    return rule is None or (rule.text is None and rule.picture is None)


def _edition(version: str, on: date) -> Catalogue | None:
    try:
        return editions.kept(version, on=on)
    except PolicyError:
        return None
