"""Door: append facts to the public log and prove that they are in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenance.log import entries, proofs
from provenance.log.models import Checkpoint
from provenance.log.proofs import Proof

JSON = str | int | float | bool | None | Sequence["JSON"] | Mapping[str, "JSON"]

__all__ = ["JSON", "Checkpoint", "Fact", "Proof", "append", "checkpoint", "holds", "proof"]


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


def proof(entry: int) -> Proof | None:
    """Return the proof that an entry is in the log, or None while it is pending."""
    return proofs.prove(entry)


def holds(proof: Proof) -> bool:
    """Return whether a proof leads to a checkpoint that our log signed."""
    return proofs.holds(proof)


def checkpoint() -> Checkpoint | None:
    """Return the newest signed checkpoint, or None before the first entry was given its place."""
    return proofs.latest()
