"""The judge as ``evaluate liveness`` asks it: the product's own functions on a file; no row is read or written.

Here alone a check can be left out, for measuring; enrolment never passes ``without``.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from consent.cameos import challenge as challenges
from consent.cameos import liveness, movement, observation, speech, things
from consent.cameos.challenge import Challenge
from consent.cameos.liveness import FAILED, UNSURE
from consent.cameos.observation import Observation, observe
from consent.trials.attacks.borrowed import Handed
from consent.trials.measure import Answer
from provenance.media import MediaError, probe

LASTING: Final = frozenset({"length", "pace", "no_face", "small", "silence"})  # without them nothing can be measured
CHECKS: Final = tuple(name for name in liveness.SENTENCES if name not in LASTING | {"alternative"})
METADATA: Final = frozenset({"device", "even"})  # read what a file says of itself, labels and times, and nothing else
LONGEST: Final = 60.0  # seconds


def challenge(rng: np.random.Generator, *, path: challenges.Path = "standard") -> dict[str, Any]:
    """Return a challenge drawn as the product draws it, from a seed."""

    def below(most: int) -> int:
        return int(rng.integers(most))

    return challenges.make(path, below=below).told()


def looked(path: Path) -> Observation | None:
    """Return what the product sees and hears in a recording; None where it cannot be read."""
    try:
        return observe(path)
    except MediaError:
        return None


def again(seen: Observation | None, handed: Handed) -> Observation | None:
    """Return what would be seen in a borrowed recording: only what is new in it is looked at.

    The pictures were looked at when they were filmed, and what is seen in them does not depend on what was asked.
    """
    if seen is None or handed.anew == "nothing":
        return seen
    return observation.heard_anew(seen, handed.path) if handed.anew == "sound" else _named_anew(seen, handed.path)


def answer(seen: Observation | None, told: dict[str, Any], *, without: frozenset[str] = frozenset()) -> Answer:
    """Return what the product says of a recording that should answer this challenge."""
    if seen is None:
        return Answer("spoof", ("unreadable",))
    judged = liveness.judge(seen, Challenge.of(told), without=without)
    return Answer(judged.verdict, tuple(name for name, result in judged.results.items() if result in {FAILED, UNSURE}))


def _named_anew(seen: Observation, path: Path) -> Observation:
    return replace(seen, tags=probe(path, limits=observation.LIMITS).tags)


def thing(path: Path) -> Answer:
    """Return what the product says of a recording of an animal or a thing, which should show no person."""
    try:
        looked = things.look(path)
    except MediaError:
        return Answer("spoof", ("unreadable",))
    return Answer(looked.verdict, tuple(finding.check for finding in looked.findings))


def unasked(path: Path) -> dict[str, Any]:
    """Return what the checks that need no challenge find in a recording of a real person; raises MediaError."""
    seen = observe(path)
    if first := liveness.unusable(seen, longest=LONGEST):
        return {**_described(seen), "rejected_by": [first]}
    straight = movement.straightened(seen)
    results = {name: check() for name, check in liveness.unasked(seen, straight).items()}
    return {**_described(seen), "rejected_by": [name for name, result in results.items() if result == FAILED]}


def _described(seen: Observation) -> dict[str, Any]:
    step = float(np.median(np.diff(seen.times))) if seen.times.size > 1 else 0.0
    return {
        "face_coverage": round(float(seen.present.mean()), 4) if seen.times.size else 0.0,
        "yaw_range": _range(seen.pose[:, 0]),
        "pitch_range": _range(seen.pose[:, 1]),
        "blinks": movement.blinks(seen) if seen.present.any() else 0,
        "speech_s": round(step * int(speech.speaking(seen).sum()), 2),
    }


def _range(degrees: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    known = degrees[~np.isnan(degrees)]
    return [round(float(known.min()), 1), round(float(known.max()), 1)] if known.size else []
