"""Videos judged as ``screen.output`` judges them, without a row: for measuring only."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from provenance.media import MediaError
from safety import backends, screen
from safety.classifiers.output import evidence, foreign
from safety.classifiers.output.tap import OutputTap
from safety.classifiers.verdict import CLEAR, Context, Verdict, ruled, unlooked
from safety.clearance import Signal
from safety.errors import SafetyError
from safety.policies.rules import catalogue

ANYBODYS = "*"  # a file says nothing of what made it that could be believed


def files(folder: Path) -> list[Path]:
    """Return the files in a folder and below, hidden ones left out; SafetyError when there are none."""
    if not folder.is_dir():
        raise SafetyError(f"There is no folder {folder}.")
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise SafetyError(f"There is no file in {folder}.")
    return found


def each(folder: Path, *, likeness: bool) -> Iterator[dict[str, Any]]:
    """Yield one row a file; a file that does not read is a row with its sentence.

    NotAvailableError when an engine is not there: then nothing can be measured.
    """
    for engine in (backends.nudity, backends.letters, backends.speech, backends.sentences):
        engine()
    for path in files(folder):
        began = time.perf_counter()
        try:
            found = judged(foreign.watched(path), likeness=likeness)
        except MediaError as problem:
            found = {"verdict": "unreadable", "policy": "", "reason": str(problem), "spans": [], "not_evaluated": []}
        ms = round((time.perf_counter() - began) * 1000)
        yield {"file": str(path.relative_to(folder)), **found, "ms": ms}


def judged(tap: OutputTap, *, likeness: bool) -> dict[str, Any]:
    """Return verdict, policy, its sentence, every place that fired and what nobody looked at; an error refuses."""
    rules = catalogue()
    context = Context(likeness, engine=ANYBODYS, is_described=False, missing=screen.missing())
    try:
        signals = evidence.look(tap, engine=ANYBODYS, vocabulary=(), rules=rules).signals
    except SafetyError:
        return {**_said(screen.ERROR), "spans": [], "not_evaluated": []}
    alone = Context(likeness)  # by the rules for signals, with nothing missing
    fired = [signal for signal in signals if ruled([signal], rules=rules, context=alone) != CLEAR]
    return {
        **_said(ruled(signals, rules=rules, context=context)),
        "spans": [_place(signal) for signal in fired],
        "not_evaluated": list(unlooked(signals, rules=rules, context=context).values()),
    }


def _said(verdict: Verdict) -> dict[str, Any]:
    return {"verdict": verdict.verdict, "policy": verdict.policy, "reason": verdict.reason}


def _place(signal: Signal) -> dict[str, Any]:
    return {"policy": signal.category, **(asdict(signal.span) if signal.span else {})}
