"""Counting: what became of attempts, and which checks stopped them. Who judges is handed in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from consent.trials.rates import interval
from consent.trials.species import ATTACKS, BONA_FIDE

Verdict = Literal["live", "spoof", "unsure"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge said of one recording, and every check that spoke against it."""

    verdict: Verdict
    against: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What became of all attempts of one species."""

    verdicts: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    named: int = 0

    def add(self, answer: Answer, *, metadata: frozenset[str]) -> None:
        """Count one answer; ``metadata`` names the checks that only read what a file says of itself."""
        self.verdicts[answer.verdict] += 1
        self.stopped.update(set(answer.against))
        if len(set(answer.against)) == 1:
            self.alone.update(answer.against[:1])
        if answer.verdict != "live" and set(answer.against) and set(answer.against) <= metadata:
            self.named += 1

    @property
    def n(self) -> int:
        """Return how many were judged."""
        return sum(self.verdicts.values())

    @property
    def is_covered(self) -> bool:
        """Return whether what stopped this species was more than a name in the file, but for a few by chance."""
        stopped = self.n - self.verdicts["live"]
        return not (stopped and self.named > stopped / 2)


def told(tallies: dict[str, Tally], clips: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the result as JSON: error rates with exact 95 % intervals; unsure lets nobody in and rejects nobody."""
    attacks = {species: _attack(tallies[species]) for species in ATTACKS if species in tallies}
    return {"attacks": attacks, "bona_fide": _bona_fide(tallies.get(BONA_FIDE, Tally())), "clips": clips}


def _attack(tally: Tally) -> dict[str, Any]:
    accepted = tally.verdicts["live"]
    rate, ends = _rate(accepted, tally.n)
    return {"n": tally.n, "accepted": accepted, "apcer": rate, "ci95": ends, "is_covered": tally.is_covered}


def _bona_fide(tally: Tally) -> dict[str, Any]:
    rejected = tally.verdicts["spoof"]
    rate, ends = _rate(rejected, tally.n)
    return {"n": tally.n, "rejected": rejected, "unsure": tally.verdicts["unsure"], "bpcer": rate, "ci95": ends}


def _rate(count: int, n: int) -> tuple[float | None, list[float]]:
    return (round(count / n, 5) if n else None), [round(end, 5) for end in interval(count, n)]


def lines(tallies: dict[str, Tally]) -> Iterable[str]:
    """Yield the table people read: a line for each species, then one for each check."""
    yield f"{'species':18} {'n':>4} {'live':>5} {'unsure':>6} {'spoof':>5}  error (95 %)            stopped by"
    for species, tally in tallies.items():
        wrong = tally.verdicts["spoof" if species == BONA_FIDE else "live"]
        low, high = interval(wrong, tally.n)
        counts = " ".join(f"{tally.verdicts[verdict]:>{wide}}" for verdict, wide in COLUMNS)
        error = f"{wrong / max(1, tally.n):7.2%} ({low:.2%} to {high:.2%})"
        by = ", ".join(f"{check} {count}" for check, count in tally.stopped.most_common())
        covered = "" if tally.is_covered else "  NOT COVERED: only the file's own words stop it"
        yield f"{species:18} {tally.n:>4} {counts}  {error:24} {by}{covered}"
    yield from _checks(tallies)


COLUMNS = (("live", 5), ("unsure", 6), ("spoof", 5))


def _checks(tallies: dict[str, Tally]) -> Iterable[str]:
    names = sorted({check for tally in tallies.values() for check in tally.stopped})
    yield ""
    yield "What each check stops that no other does:"
    for name in names:
        alone = {species: tally.alone[name] for species, tally in tallies.items() if tally.alone[name]}
        shown = ", ".join(f"{species} {count}" for species, count in alone.items() if species != BONA_FIDE)
        harm = f"; honest people: {alone[BONA_FIDE]}" if BONA_FIDE in alone else ""
        yield f"  {name:14} {shown or 'nothing'}{harm}"


CAVEAT = (
    "What this does not prove: honest people and attacks are both simulated, from two portraits and one voice, by one"
    " program. No real print, display, mask or deepfake was filmed, and no level of ISO 30107-3 is claimed. A figure"
    " here says that a check does what it is for; how often people get past it, only people can show."
)
