"""Door: append facts to the public log and prove that they are in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from provenance.log import entries, proofs, standingproof
from provenance.log.models import Checkpoint
from provenance.log.proofs import Growth, Proof
from provenance.log.standingproof import StandingFile

JSON = str | int | float | bool | None | Sequence["JSON"] | Mapping[str, "JSON"]

__all__ = [
    "JSON",
    "Checkpoint",
    "Fact",
    "Growth",
    "Proof",
    "StandingFile",
    "append",
    "append_many",
    "checkpoint",
    "growth",
    "growth_between",
    "holds",
    "proof",
    "proof_file",
    "standing",
    "standing_file",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, as ``noun.past-tense`` and plain JSON: digests and opaque ids, never a person's data."""

    kind: str
    body: Mapping[str, JSON]


def append(fact: Fact) -> int:
    """Write a fact inside the caller's transaction and return its entry; it gets its place after the commit.

    Raises:
        LedgerError: outside ``atomic()``, of an unknown kind, or with a body that is not plain JSON.
    """
    return int(entries.append(fact.kind, fact.body).pk)


def append_many(facts: Sequence[Fact]) -> list[int]:
    """Write many facts at once, in this order, inside the caller's transaction; return their entries.

    Raises:
        LedgerError: as ``append`` does, of any of them; nothing is written then.
    """
    return entries.append_many([(fact.kind, fact.body) for fact in facts])


def proof(entry: int) -> Proof | None:
    """Return the proof that an entry is in the log, or None while it is pending."""
    return proofs.prove(entry)


def holds(proof: Proof) -> bool:
    """Return whether a proof leads to a checkpoint that our log signed."""
    return proofs.holds(proof)


def checkpoint() -> Checkpoint | None:
    """Return the newest signed checkpoint, or None before the first entry was given its place."""
    return proofs.latest()


def proof_file(proof: Proof, *, is_open: bool) -> str:
    """Return a proof as a file (``c2sp.org/tlog-proof@v1``, suffix ``.tlog-proof``) that anybody checks offline.

    Args:
        proof: from ``proof``.
        is_open: whether the entry's words and salt go into it; only for whom the fact concerns.
    """
    return proofs.file(proof, is_open=is_open)


def standing(name: str) -> StandingFile | None:
    """Return how a receipt (by digest) or a seal (by its manifest's label) stands at the newest checkpoint, proven.

    ``None`` before the first checkpoint, and for the moment in which one is being made.
    """
    return proofs.prove_standing(name)


def standing_file(standing: StandingFile) -> str:
    """Return a proven standing as a file; its form is described in :mod:`provenance.log.standingproof`."""
    return standingproof.write(standing)


def growth(old: int, new: int) -> Growth | None:
    """Return the proof that the log of one signed size is the beginning of that of another; None unless both are."""
    return proofs.grew(old, new)


def growth_between(start: datetime, end: datetime) -> Growth | None:
    """Return the proof that nothing was changed from one time to another; None when nothing was signed by then."""
    return proofs.between(start, end)
