"""The rules, read from ``catalogue/*.toml`` and ``absences.toml``: data with a version, no judgement here.

Any edit of any file changes the version, so that a kept decision names exactly what it was decided by.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from safety.errors import PolicyError

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Levels:
    """From which score on a signal refuses or holds; above 1 means never. ``hold`` <= ``refuse``."""

    refuse: float
    hold: float


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule: what is not made here, the sentence a person reads, and how sure screening must be.

    ``text`` and ``picture`` are the levels for words and for frames, each without and with a likeness;
    absent levels mean that the rule does not judge there. ``consent`` names the consent category it touches.
    """

    id: str
    title: str
    sentence: str
    advice: str
    examples: tuple[str, ...]
    since: str
    text: tuple[Levels, Levels] | None
    picture: tuple[Levels, Levels] | None
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """What an engine's output is not looked at for, and what follows: ``label`` or, with a likeness, ``hold``."""

    not_evaluated: tuple[str, ...]
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

    def absence(self, engine: str) -> Absence:
        """Return what is absent for this engine; an unknown engine is any other."""
        return self.absences.get(engine, self.absences["*"])


def fingerprint(phrase: str) -> str:
    """Return the first 16 hex digits of the sha256 under which a normalised phrase is listed."""
    return hashlib.sha256(b"countenance lexicon\0" + phrase.encode()).hexdigest()[:16]


@cache
def catalogue(folder: Path = HERE) -> Catalogue:
    """Read all rules once a process; PolicyError with one sentence when they do not read."""
    files = [*sorted((folder / "catalogue").glob("*.toml")), folder / "absences.toml"]
    try:
        raw = {path.stem: path.read_bytes() for path in files}
        data = {stem: tomllib.loads(text.decode()) for stem, text in raw.items()}
        digest = hashlib.sha256(b"\0".join(stem.encode() + b"\0" + text for stem, text in raw.items())).hexdigest()
        return _catalogue(data, digest=digest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"The policy catalogue does not read: {error}.") from error


def _catalogue(data: dict[str, dict[str, Any]], *, digest: str) -> Catalogue:
    absences, words = data.pop("absences"), data.pop("lexicon")
    policies = [_policy(entry) for family in data.values() for entry in family["policy"]]
    by_id = {policy.id: policy for policy in policies}
    if len(by_id) != len(policies):
        raise PolicyError("Two policies have one id.")
    plain, hashed = _turned(words["plain"]), _turned(words["hashed"])
    if unknown := {*plain.values(), *hashed.values()} - by_id.keys():
        raise PolicyError(f"The lexicon names no policy with {', '.join(sorted(unknown))}.")
    return Catalogue(
        version=f"{absences['version']}+{digest[:12]}",
        policies=by_id,
        plain=plain,
        hashed=hashed,
        touches=_turned(words["touches"]),
        minors=frozenset(words["minors"]),
        function_words={language: frozenset(listed.split()) for language, listed in words["function_words"].items()},
        absences={name: _absence(entry) for name, entry in absences["engine"].items()},
        unchecked={name: _unchecked(entry) for name, entry in absences["check"].items()},
    )


def _turned(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {entry: meaning for meaning, entries in lists.items() for entry in entries}


def _policy(entry: dict[str, Any]) -> Policy:
    return Policy(
        id=entry["id"],
        title=entry["title"],
        sentence=entry["sentence"],
        advice=entry["advice"],
        examples=tuple(entry["examples"]),
        since=str(entry["since"]),
        text=_levels(entry.get("text"), of=entry["id"]),
        picture=_levels(entry.get("picture"), of=entry["id"]),
        consent=entry.get("consent", ""),
    )


def _levels(entry: dict[str, Any] | None, *, of: str) -> tuple[Levels, Levels] | None:
    if entry is None:
        return None
    without, with_likeness = Levels(**entry["anyone"]), Levels(**entry["likeness"])
    if without.hold > without.refuse or with_likeness.hold > with_likeness.refuse:
        raise PolicyError(f"In {of}, a hold must not need more than a refusal.")
    if with_likeness.hold > without.hold or with_likeness.refuse > without.refuse:
        raise PolicyError(f"In {of}, a likeness must not make the rule laxer.")
    return without, with_likeness


def _absence(entry: dict[str, Any]) -> Absence:
    if entry["likeness"] not in {"label", "hold"}:
        raise PolicyError("An absence is followed by a label or a hold, never by nothing.")
    return Absence(tuple(entry["not_evaluated"]), bool(entry["needs_vocabulary"]), entry["likeness"])


def _unchecked(entry: dict[str, Any]) -> Unchecked:
    if entry["then"] not in STRICTNESS:
        raise PolicyError("What follows a check that was not made is continue, hold or refuse.")
    return Unchecked(entry["then"], str(entry["say"]))


def tightened(rule: Unchecked, *, to: str) -> Unchecked:
    """Return the rule as an operator configured it; PolicyError when that would be laxer than the catalogue."""
    if to not in STRICTNESS or STRICTNESS.index(to) < STRICTNESS.index(rule.then):
        raise PolicyError("ABSENCES_TIGHTENED may only make an absence stricter.")
    return Unchecked(to, rule.say)
