"""The rules, read from ``catalogue/*.toml`` and ``absences.toml``: data with a version, no judgement here.

Any edit of any file changes the version, so that a kept decision names exactly what it was decided by.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from safety.errors import PolicyError
from safety.policies import policy
from safety.policies.levels import Levels
from safety.policies.policy import HARD, Policy

__all__ = ["HARD", "HERE", "STRICTNESS", "Absence", "Catalogue", "Levels", "Policy", "Unchecked", "catalogue",
           "fingerprint", "parsed", "tightened"]  # fmt: skip

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Absence:
    """What an engine's output need not be looked at for, and what follows: ``label`` or, with a likeness, ``hold``.

    ``optional`` leads from a check that may be missing to the words for it.
    """

    optional: Mapping[str, str]
    needs_vocabulary: bool
    likeness: str


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What follows when no engine makes a check: ``continue``, ``hold`` or ``refuse``; and how it is told."""

    then: str
    say: str


STRICTNESS = ("continue", "hold", "refuse")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rules in force: policies by id, phrases to what they mean, absences by engine (``*`` is any other).

    ``plain`` and ``hashed`` lead from a phrase (or its fingerprint) to a policy; ``touches`` from a phrase to
    a consent category; ``minors`` and ``function_words`` (language -> words) are read by the prompt classifier.
    """

    version: str
    policies: Mapping[str, Policy]
    plain: Mapping[str, str]
    hashed: Mapping[str, str]
    touches: Mapping[str, str]
    minors: frozenset[str]
    function_words: Mapping[str, frozenset[str]]
    absences: Mapping[str, Absence]
    unchecked: Mapping[str, Unchecked]
    files: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def absence(self, engine: str) -> Absence:
        """Return what is absent for this engine; an unknown engine is any other."""
        return self.absences.get(engine, self.absences["*"])


def fingerprint(phrase: str) -> str:
    """Return the first 16 hex digits of the sha256 under which a normalised phrase is listed."""
    return hashlib.sha256(b"countenance lexicon\0" + phrase.encode()).hexdigest()[:16]


def catalogue(folder: Path = HERE, *, on: date | None = None) -> Catalogue:
    """Return the rules of a folder in force on a day, today if none is named; PolicyError when they do not read.

    They are read once a process and day, so an edited folder needs a new process.
    """
    return _read(folder, on or timezone.now().date())


@lru_cache(maxsize=16)
def _read(folder: Path, day: date) -> Catalogue:
    paths = [*sorted((folder / "catalogue").glob("*.toml")), folder / "absences.toml"]
    try:
        return parsed({path.stem: path.read_text(encoding="utf-8") for path in paths}, on=day)
    except (OSError, ValueError) as error:
        raise PolicyError(f"The policy catalogue does not read: {error}.") from error


def parsed(files: Mapping[str, str], *, on: date) -> Catalogue:
    """Return what these files (stem -> TOML) say about a day; PolicyError with one sentence when they do not read."""
    digest = hashlib.sha256("\0".join(f"{stem}\0{text}" for stem, text in sorted(files.items())).encode()).hexdigest()
    try:
        return _catalogue({stem: tomllib.loads(text) for stem, text in files.items()}, digest=digest, on=on, of=files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PolicyError(f"The policy catalogue does not read: {error}.") from error


def _catalogue(data: dict[str, dict[str, Any]], *, digest: str, on: date, of: Mapping[str, str]) -> Catalogue:
    absences, words = data.pop("absences"), data.pop("lexicon")
    local = data.pop("countries", {}).get("rule", [])
    entries = [entry for family in data.values() for entry in family["policy"]]
    plain, hashed = _turned(words["plain"]), _turned(words["hashed"])
    if unknown := {*plain.values(), *hashed.values()} - {entry["id"] for entry in entries}:
        raise PolicyError(f"The lexicon names no policy with {', '.join(sorted(unknown))}.")
    return Catalogue(
        version=f"{absences['version']}+{digest[:12]}",
        policies=policy.read(entries, local=local, on=on),
        plain=plain,
        hashed=hashed,
        touches=_turned(words["touches"]),
        minors=frozenset(words["minors"]),
        function_words={language: frozenset(listed.split()) for language, listed in words["function_words"].items()},
        absences={name: _absence(entry) for name, entry in absences["engine"].items()},
        unchecked={name: _unchecked(entry) for name, entry in absences["check"].items()},
        files=dict(of),
    )


def _turned(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {entry: meaning for meaning, entries in lists.items() for entry in entries}


def _absence(entry: dict[str, Any]) -> Absence:
    if entry["likeness"] not in {"label", "hold"}:
        raise PolicyError("An absence is followed by a label or a hold, never by nothing.")
    return Absence(dict(entry["optional"]), bool(entry["needs_vocabulary"]), entry["likeness"])


def _unchecked(entry: dict[str, Any]) -> Unchecked:
    if entry["then"] not in STRICTNESS:
        raise PolicyError("What follows a check that was not made is continue, hold or refuse.")
    return Unchecked(entry["then"], str(entry["say"]))


def tightened(rule: Unchecked, *, to: str) -> Unchecked:
    """Return the rule as an operator configured it; PolicyError when that would be laxer than the catalogue."""
    if to not in STRICTNESS or STRICTNESS.index(to) < STRICTNESS.index(rule.then):
        raise PolicyError("ABSENCES_TIGHTENED may only make an absence stricter.")
    return Unchecked(to, rule.say)
