"""Proving entries: where one of them stands in the log, up to a signed checkpoint that anyone can check."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from provenance.backends import keys
from provenance.errors import LogFormatError
from provenance.log import checkpoint, sequencer, standing, tlogproof, tree
from provenance.log.models import Checkpoint, commit
from provenance.log.standingproof import StandingFile
from provenance.log.tlogproof import ProofFile

PLACED = """
SELECT entry.leaf_index, entry.salt, entry.body, entry.commitment, last.size, last.note,
       (SELECT string_agg(line, '' ORDER BY witness) FROM provenance_cosignature WHERE checkpoint_id = last.id)
  FROM provenance_entry entry, (SELECT id, size, note FROM provenance_checkpoint ORDER BY size DESC LIMIT 1) last
 WHERE entry.id = %s AND entry.leaf_index < last.size"""  # one question: asked for with every receipt and every video


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


def note(signed: Checkpoint) -> str:
    """Return a checkpoint as it is shown: the log's signature, and under it the witnesses'."""
    lines = signed.cosignatures.order_by("witness").values_list("line", flat=True)
    return signed.note + "".join(lines)


def walked(walk: Callable[[tree.Read], list[bytes]]) -> tuple[bytes, ...]:
    """Return what a walk through the tree finds; the tiles it asks for are fetched at once."""
    tiles = sequencer.stored(tree.asked(walk))
    return tuple(walk(tree.reader(lambda storey, index: tiles.get((storey, index), b""))))


def prove(entry: int) -> Proof | None:
    """Return the proof of an entry; None while it is pending or when there is no such entry."""
    with connection.cursor() as cursor:
        cursor.execute(PLACED, [entry])
        row = cursor.fetchone()
    if row is None:
        return None
    index, salt, body, commitment, size, note_, lines = row
    return Proof(
        entry=entry,
        index=index,
        size=size,
        salt=bytes(salt),
        body=body,
        commitment=bytes(commitment),
        path=path(index, size),
        note=note_ + (lines or ""),
    )


def path(index: int, size: int) -> tuple[bytes, ...]:
    """Return the audit path of a place in a tree of a size, from the tiles."""
    return walked(functools.partial(tree.inclusion, index, size))


def file(proof: Proof, *, is_open: bool) -> str:
    """Return a proof as a ``tlog-proof`` file; ``is_open`` puts the entry's words and salt into it."""
    salt, body = (proof.salt, proof.body) if is_open else (b"", "")
    return tlogproof.write(ProofFile(proof.index, proof.path, proof.note, salt=salt, body=body))


def prove_standing(name: str) -> StandingFile | None:
    """Return the standing of a receipt's digest or a seal's label, with its proof; None before the first checkpoint.

    Map and checkpoint are read in one transaction that sees one state: the map may be ahead of the checkpoint for
    the moment between two steps of the sequencer, and there is no proof then.
    """
    with sequencer.still():
        last = latest()
        if last is None or standing.mapped() != last.size or checkpoint.STANDING not in last.note:
            return None  # the last: signed before there was a map, and nothing was logged since
        found, path = standing.look_up(name)
        return StandingFile(name, found, path, note(last))


@dataclass(frozen=True, slots=True)
class Growth:
    """That a log of one checkpoint is the beginning of that of a later one: both notes, and the path between them."""

    old: Checkpoint
    new: Checkpoint
    path: tuple[bytes, ...]


def grew(old: int, new: int) -> Growth | None:
    """Return the proof that the log only grew between two signed sizes; None unless both were signed in this order."""
    found = Checkpoint.objects.in_bulk([old, new], field_name="size")
    if old > new or len(found) != len({old, new}):
        return None
    return Growth(found[old], found[new], walked(functools.partial(tree.consistency, old, new)))


def between(start: datetime, end: datetime) -> Growth | None:
    """Return the proof that the log only grew from what it was at one time to what it was at another.

    Each time stands for the last checkpoint signed until then; None when nothing was signed by ``start``.
    """
    sizes = [
        Checkpoint.objects.filter(created_at__lte=at).order_by("-size").values_list("size", flat=True).first()
        for at in (start, end)
    ]
    return None if sizes[0] is None or sizes[1] is None else grew(sizes[0], sizes[1])


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
