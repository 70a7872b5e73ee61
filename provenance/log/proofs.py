"""Proving entries: where one of them stands in the log, up to a signed checkpoint that anyone can check."""

import functools
import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from provenance.backends import keys
from provenance.errors import LogFormatError
from provenance.log import checkpoint, sequencer, tree
from provenance.log.models import Checkpoint, Entry, commit


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in the log: its leaf, the audit path, and the signed checkpoint it leads to.

    ``salt`` and ``body`` open the commitment that the leaf holds; whoever has all this needs no database of ours.
    """

    entry: int
    index: int
    size: int
    salt: bytes
    body: str
    commitment: bytes
    path: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Known:
    """The newest checkpoint somebody knows of: how many entries, and when it was signed by our own clock."""

    size: int
    signed_at: datetime


def latest() -> Checkpoint | None:
    """Return the newest checkpoint."""
    return Checkpoint.objects.order_by("-size").first()


def prove(entry: int) -> Proof | None:
    """Return the proof of an entry; None while it is pending or when there is no such entry."""
    row, last = Entry.objects.filter(pk=entry).first(), latest()
    if row is None or last is None or row.leaf_index is None or row.leaf_index >= last.size:
        return None
    read = tree.reader(functools.cache(sequencer.stored))
    return Proof(
        entry=entry,
        index=row.leaf_index,
        size=last.size,
        salt=bytes(row.salt),
        body=row.body,
        commitment=bytes(row.commitment),
        path=tuple(tree.inclusion(row.leaf_index, last.size, read)),
        note=last.note,
    )


def holds(proof: Proof) -> bool:
    """Return whether a proof leads to a checkpoint that our log's key signed. Asks no database."""
    public = keys.log_public()
    if public is None or commit(proof.salt, proof.body) != proof.commitment:
        return False
    try:
        head = checkpoint.read(proof.note, origin=settings.LOG_ORIGIN, public=public)
    except LogFormatError:
        return False
    leaf = tree.leaf_hash(proof.commitment)
    return head.size == proof.size and tree.is_included(
        leaf, index=proof.index, size=head.size, path=proof.path, root=head.root
    )


def kept() -> Known | None:
    """Return the checkpoint left beside the keys, if it is signed by our log. Asks no database, makes nothing."""
    public = keys.log_public()
    try:
        found = json.loads(keys.place(sequencer.KEPT).read_text(encoding="utf-8"))
        head = checkpoint.read(found["note"], origin=settings.LOG_ORIGIN, public=public or b"")
        return Known(size=head.size, signed_at=datetime.fromisoformat(found["signed_at"]))
    except (OSError, ValueError, KeyError, TypeError, LogFormatError):
        return None
