"""What our own records say about a seal: in the log, and still standing? Works, and says so, without a database."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import Error, transaction

from provenance.errors import LogFormatError, ProvenanceError
from provenance.log import cosignature, ours, proofs, standingproof
from provenance.log.proofs import Proof
from provenance.manifests.models import Manifest, Stamping
from provenance.manifests.parts import DIFFERS, Record

__all__ = ["DIFFERS", "Record", "look_up", "receipts", "released", "sha256", "unknown"]

UNHOLDING = "the log's proof does not hold"


def look_up(label: str, digest: Callable[[], str]) -> Record:
    """Return what is recorded about the seal of this label.

    Args:
        label: the active manifest's.
        digest: returns the SHA-256 (hex) of the file at hand, to be compared with what was released.
    """
    try:
        with transaction.atomic():
            row = Manifest.objects.select_related("entry", "withdrawn_entry").filter(label=label).first()
            return absent() if row is None else known(row, digest())
    except Error:
        return Record(ledger="unknown", standing=unknown())


def absent() -> Record:
    """Return that our records do not know this seal."""
    return Record(ledger="absent", standing=unknown(), problems=("no record of this seal",))


def known(row: Manifest, digest: str) -> Record:
    """Return what a seal's own record says."""
    problems: tuple[str, ...] = () if digest in released_digests(row) else (DIFFERS,)
    ledger, proof = attest(row.entry_id, lambda said: names(said, row.label))
    if ledger == "unknown":
        problems += (UNHOLDING,)
    return Record(
        ledger=ledger,
        standing="withdrawn" if row.withdrawn_entry else "standing",
        problems=problems,
        render=row.render,
        is_broken=ledger == "unknown",
        withdrawn_at=row.withdrawn_entry.created_at if row.withdrawn_entry else None,
        index=proof.index if proof else None,
        size=proof.size if proof else None,
        witnesses=len(cosignature.seen(proof.note, by=ours.witnesses())) if proof else 0,
        standing_size=None if row.withdrawn_entry else stood(row.label),
    )


def stood(label: str) -> int | None:
    """Return the size of the log at whose newest checkpoint a seal is proven to stand; None where that has no proof."""
    trust, file = ours.trust(), proofs.prove_standing(label)
    try:
        proven = standingproof.verify(file, trust=trust) if file and trust else None
    except LogFormatError:
        return None
    return proven.head.size if proven and proven.standing.stands else None


def released_digests(row: Manifest) -> set[str]:
    """Return the digests of the files we released under a seal: a timestamp that came late made a second one."""
    late = Stamping.objects.filter(manifest=row).values_list("sealed_sha256", flat=True)
    return {row.file_sha256, *late}


def names(said: Mapping[str, Any], label: str) -> bool:
    """Return whether an entry reports the sealing of this very manifest."""
    return bool(said["kind"] == "asset.sealed" and said["fact"].get("manifest") == label)


def attest(entry: int, is_it: Callable[[Mapping[str, Any]], bool]) -> tuple[str, Proof | None]:
    """Return included, with the proof, only for one that leads from the right entry to a checkpoint the log signed."""
    try:
        proof = proofs.prove(entry)
    except (ProvenanceError, ValueError):  # tiles that are short or gone
        return "unknown", None
    if proof is None:
        return "pending", None
    holds = is_it(json.loads(proof.body)) and proofs.holds(proof)
    return ("included", proof) if holds else ("unknown", None)


def receipts(named: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return the receipts a seal names, each with whether the log proves it (included, pending, unknown) and where."""
    try:
        with transaction.atomic():
            return tuple({**each, **attested(each)} for each in named)
    except Error:
        return tuple({**each, "ledger": "unknown", "index": None} for each in named)


def attested(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return included, and the entry's place, only for a proof of an entry that names this very receipt."""
    entry, digest = receipt.get("entry"), receipt.get("receipt")
    if not isinstance(entry, int) or not isinstance(digest, str) or not digest:
        return {"ledger": "unknown", "index": None}
    ledger, proof = attest(entry, lambda said: digest in json.dumps(said["fact"]))
    return {"ledger": ledger, "index": proof.index if proof else None}


def unknown() -> str:
    """Return that the standing is not known, and since when, by the checkpoint left beside the keys."""
    kept = proofs.kept()
    if kept is None:
        return "unknown since no checkpoint is known here"
    return f"unknown since checkpoint {kept.size} of {kept.signed_at:%Y-%m-%dT%H:%M:%SZ}"


def released(render: str) -> str:
    """Return the label of the seal of a render, or nothing."""
    try:
        with transaction.atomic():
            return Manifest.objects.filter(render=render).values_list("label", flat=True).first() or ""
    except Error:
        return ""


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex, or nothing when it can no longer be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
