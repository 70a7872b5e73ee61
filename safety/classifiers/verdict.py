"""Signals and policies become one answer: the worst signal wins, and no evidence is no clearance."""

from collections.abc import Sequence
from dataclasses import dataclass

from safety.clearance import Signal, Span
from safety.policies.rules import Absence, Catalogue, Levels, Policy

RANK = {"clear": 0, "hold": 1, "refuse": 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``verdict`` is clear, hold or refuse; the rest says which policy decided, and which ones would hold."""

    verdict: str
    policy: str = ""
    reason: str = ""
    advice: str = ""
    span: Span | None = None
    holding: tuple[str, ...] = ()


CLEAR = Verdict("clear")


def judge(signals: Sequence[Signal], *, rules: Catalogue, picture: bool, likeness: bool) -> Verdict:
    """Weigh each signal by its policy's levels for words or pictures, stricter with a likeness (I4)."""
    weighed = [
        (*_weigh(signal.score, levels=levels), policy, signal)
        for signal in signals
        if (policy := rules.policies.get(signal.category)) is not None
        and (levels := _levels(policy, picture=picture, likeness=likeness)) is not None
    ]
    worst = max(weighed, key=lambda entry: (RANK[entry[0]], entry[1]), default=None)
    if worst is None or worst[0] == "clear":
        return CLEAR
    answer, _, policy, signal = worst
    holding = tuple(sorted({entry[2].id for entry in weighed if entry[0] == "hold"}))
    return Verdict(answer, policy.id, policy.sentence, policy.advice, signal.span, holding)


def absent(absence: Absence, *, likeness: bool, is_described: bool) -> Verdict:
    """Say what follows from what no engine looked at (I5)."""
    if not (likeness and (absence.likeness == "hold" or (absence.needs_vocabulary and not is_described))):
        return CLEAR
    missing = ", ".join(absence.not_evaluated)
    reason = f"It shows somebody's likeness, and nothing here can judge {missing}; a person looks first."
    return Verdict("hold", "not-evaluated", reason, holding=("not-evaluated",))


def worst(*verdicts: Verdict) -> Verdict:
    """Return the gravest of several; of equals the first, with every policy that would hold."""
    gravest = max(verdicts, key=lambda verdict: RANK[verdict.verdict])
    holding = tuple(sorted({name for verdict in verdicts for name in verdict.holding}))
    return Verdict(gravest.verdict, gravest.policy, gravest.reason, gravest.advice, gravest.span, holding)


def _levels(policy: Policy, *, picture: bool, likeness: bool) -> Levels | None:
    pair = policy.picture if picture else policy.text
    return pair[likeness] if pair else None


def _weigh(score: float, *, levels: Levels) -> tuple[str, float]:
    """Return the answer for one score and how far beyond its level it lies; what is no number refuses."""
    if not score < levels.refuse:
        return "refuse", score - levels.refuse
    return ("hold" if score >= levels.hold else "clear"), score - levels.hold
