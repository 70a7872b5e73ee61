"""What our own records say about a seal: in the log, and still standing? Works, and says so, without a database."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import Error, transaction

from provenance.errors import ProvenanceError
from provenance.log import proofs
from provenance.manifests.models import Manifest, Stamping

DIFFERS = "not-byte-identical"  # the seal holds, yet bytes it does not cover are not those we released


@dataclass(frozen=True, slots=True)
class Record:
    """``ledger`` is included, pending, absent or unknown; ``standing`` is standing, withdrawn or unknown since when."""

    ledger: str
    standing: str
    problems: tuple[str, ...] = ()
    render: str = ""


def look_up(label: str, path: Path) -> Record:
    """Return what is recorded about the seal of this label; the file is compared with what was released."""
    try:
        with transaction.atomic():
            row = Manifest.objects.select_related("entry").filter(label=label).first()
            return absent() if row is None else known(row, path)
    except Error:
        return Record(ledger="unknown", standing=unknown())


def absent() -> Record:
    """Return that our records do not know this seal."""
    return Record(ledger="absent", standing=unknown(), problems=("no record of this seal",))


def known(row: Manifest, path: Path) -> Record:
    """Return what a seal's own record says."""
    problems: tuple[str, ...] = () if sha256(path) in released_digests(row) else (DIFFERS,)
    ledger = prove(row)
    if ledger == "unknown":
        problems += ("the log's proof does not hold",)
    standing = "standing" if row.withdrawn_entry_id is None else "withdrawn"
    return Record(ledger=ledger, standing=standing, problems=problems, render=row.render)


def released_digests(row: Manifest) -> set[str]:
    """Return the digests of the files we released under a seal: a timestamp that came late made a second one."""
    late = Stamping.objects.filter(manifest=row).values_list("sealed_sha256", flat=True)
    return {row.file_sha256, *late}


def prove(row: Manifest) -> str:
    """Return included only for a proof that leads from this very seal to a checkpoint the log's key signed."""
    try:
        proof = proofs.prove(row.entry_id)
    except (ProvenanceError, ValueError):  # tiles that are short or gone
        return "unknown"
    if proof is None:
        return "pending"
    said = json.loads(proof.body)
    is_this = said["kind"] == "asset.sealed" and said["fact"].get("manifest") == row.label
    return "included" if is_this and proofs.holds(proof) else "unknown"


def receipts(named: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return the receipts a seal names, each with whether the log proves it: included, pending or unknown."""
    try:
        with transaction.atomic():
            return tuple({**each, "ledger": attested(each)} for each in named)
    except Error:
        return tuple({**each, "ledger": "unknown"} for each in named)


def attested(receipt: Mapping[str, Any]) -> str:
    """Return included only for a proof of an entry that names this very receipt."""
    entry, digest = receipt.get("entry"), receipt.get("receipt")
    if not isinstance(entry, int) or not isinstance(digest, str) or not digest:
        return "unknown"
    try:
        proof = proofs.prove(entry)
    except (ProvenanceError, ValueError):
        return "unknown"
    if proof is None:
        return "pending"
    return "included" if digest in proof.body and proofs.holds(proof) else "unknown"


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
