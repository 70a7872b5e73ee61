"""Signals and policies become one answer: the worst signal wins, and no evidence is no clearance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from safety.classifiers.unseen import doubts
from safety.clearance import Asker, Signal, Span
from safety.policies.rules import Absence, Catalogue, Levels

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
ANYBODY = Asker()


def judge(
    signals: Sequence[Signal],
    *,
    rules: Catalogue,
    picture: bool,
    likeness: bool,
    asker: Asker = ANYBODY,
    shadow: bool = False,
) -> Verdict:
    """Weigh each signal by its policy's levels for words or pictures, stricter with a likeness (I4), by who asks.

    With ``shadow``, the rules in shadow are weighed too: what they would do, which is recorded and never done.
    """
    weighed = [
        (*_weigh(signal.score, levels=levels), policy, signal)
        for signal in signals
        if (policy := rules.policies.get(signal.category)) is not None
        and (shadow or not policy.is_shadow)
        and (levels := policy.levels(picture=picture, likeness=likeness, asker=asker)) is not None
    ]
    worst = max(weighed, key=lambda entry: (RANK[entry[0]], entry[1]), default=None)
    if worst is None or worst[0] == "clear":
        return CLEAR
    answer, _, policy, signal = worst
    holding = tuple(sorted({entry[2].id for entry in weighed if entry[0] == "hold"}))
    return Verdict(answer, policy.id, policy.sentence, policy.advice, signal.span, holding)


@dataclass(frozen=True, slots=True)
class Context:
    """All that a verdict hangs on besides signals and rules; kept with the decision, so that it can be replayed.

    ``engine`` made what is judged ("" for words); ``is_described`` says whether it named what it drew from; ``missing``
    leads from each check for which there was no engine to what was configured to follow.
    """

    likeness: bool
    asker: Asker = ANYBODY
    engine: str = ""
    is_described: bool = True
    missing: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return what is kept in ``Screening.context``; the likeness has a column of its own."""
        kept: dict[str, Any] = {"band": self.asker.band, "country": self.asker.country}
        made = {"engine": self.engine, "is_described": self.is_described, "missing": dict(self.missing)}
        return kept | (made if self.engine else {})

    @classmethod
    def kept(cls, plain: Mapping[str, Any], *, likeness: bool) -> "Context":
        """Return the context that was kept; rows older than contexts were judged as an adult's without a country."""
        asker = Asker(plain.get("band", ANYBODY.band), plain.get("country", ANYBODY.country))
        missing = plain.get("missing", {})
        return cls(likeness, asker, plain.get("engine", ""), plain.get("is_described", True), missing)


def ruled(signals: Sequence[Signal], *, rules: Catalogue, context: Context, shadow: bool = False) -> Verdict:
    """Return what the rules say: of words, of pictures, and of what no engine looked at; the worst of them."""
    media = [
        judge(
            [signal for signal in signals if (signal.medium == "picture") == picture],
            rules=rules,
            picture=picture,
            likeness=context.likeness,
            asker=context.asker,
            shadow=shadow,
        )
        for picture in (True, False)
    ]
    return worst(*media, absent(signals, rules=rules, context=context))


MONITOR = "monitor"  # the category of what a reasoning monitor answered; its note is the answer


def heeded(verdict: Verdict, *, signals: Sequence[Signal]) -> Verdict:
    """Return what becomes of a hold once a reasoning monitor has answered; anything else stays as it is."""
    said = next((signal.note for signal in signals if signal.category == MONITOR), "")
    if verdict.verdict != "hold" or said not in {"refuse", "clear"}:
        return verdict
    return replace(verdict, verdict="refuse") if said == "refuse" else CLEAR


def unlooked(signals: Sequence[Signal], *, rules: Catalogue, context: Context) -> dict[str, str]:
    """Return what nobody could judge, check -> words: for want of an engine, or because the witness said so."""
    absence = _absence(rules, context=context)
    if absence is None:
        return {}
    missing = {check: say for check, say in absence.optional.items() if check in context.missing}
    return missing | doubts(signals, is_told=absence.needs_vocabulary)


def absent(signals: Sequence[Signal], *, rules: Catalogue, context: Context) -> Verdict:
    """Say what follows from what no engine looked at (I5): a label, or what is configured where that is stricter."""
    gaps, absence = unlooked(signals, rules=rules, context=context), _absence(rules, context=context)
    if not gaps or absence is None:
        return CLEAR
    what, then = ", ".join(gaps.values()), {context.missing.get(check, "continue") for check in gaps}
    if "refuse" in then:
        return Verdict("refuse", "not-evaluated", f"Nothing here can judge {what}, and unjudged it is not shown.")
    is_anybodys = absence.likeness == "hold" or not (absence.needs_vocabulary or gaps.keys() <= absence.optional.keys())
    if context.likeness and is_anybodys:
        reason = f"It shows somebody's likeness, and nothing here can judge {what}; a person looks first."
        return Verdict("hold", "not-evaluated", reason, holding=("not-evaluated",))
    if "hold" in then:
        reason = f"Nothing here can judge {what}; a person looks first."
        return Verdict("hold", "not-evaluated", reason, holding=("not-evaluated",))
    return CLEAR


def _absence(rules: Catalogue, *, context: Context) -> Absence | None:
    if not context.engine:
        return None
    absence = rules.absence(context.engine)
    return absence if context.is_described or not absence.needs_vocabulary else rules.absence("*")


def worst(*verdicts: Verdict) -> Verdict:
    """Return the gravest of several; of equals the first, with every policy that would hold."""
    gravest = max(verdicts, key=lambda verdict: RANK[verdict.verdict])
    holding = tuple(sorted({name for verdict in verdicts for name in verdict.holding}))
    return Verdict(gravest.verdict, gravest.policy, gravest.reason, gravest.advice, gravest.span, holding)


def _weigh(score: float, *, levels: Levels) -> tuple[str, float]:
    """Return the answer for one score and how far beyond its level it lies; what is no number refuses."""
    if not score < levels.refuse:
        return "refuse", score - levels.refuse
    return ("hold" if score >= levels.hold else "clear"), score - levels.hold
