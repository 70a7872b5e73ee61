"""Giving entries their place in the tree and signing what it then is: one sequencer at a time.

Three steps, each one transaction under the same advisory lock: places and tiles, the map of standings, the signature.
Whatever is signed was durable before, so a crash at any line leaves entries still pending, or a map that is behind
the tree, or a tree that is not signed yet; the next run goes on from there.
"""

import contextlib
import functools
import json
from collections.abc import Collection, Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from provenance.backends import keys
from provenance.errors import LedgerError
from provenance.log import checkpoint, standing, tree
from provenance.log.models import Checkpoint, Entry, Tile

LOCK = 0x636F_756E_7431  # any number nobody else locks
BATCH = 10_000
KEPT = "checkpoint.json"  # beside the keys: what the log last was, for those who have no database

TILES = """
SELECT storey, index, hashes FROM provenance_tile JOIN unnest(%s::integer[], %s::bigint[]) AS wanted (storey, index)
USING (storey, index)"""

Place = tuple[int, int]


def sequence() -> int:
    """Take every pending entry, oldest first, and sign the tree; return how many entries were taken."""
    taken = 0
    while count := place():
        taken += count
    seal()
    return taken


@transaction.atomic
def place() -> int:
    """Give up to one batch of pending entries their indices and put them into the tiles."""
    lock()
    # Never "id above the last one": ids are drawn before their transactions commit, so a lower one may come late.
    pending = list(Entry.objects.filter(leaf_index=None).order_by("id").values_list("id", "commitment")[:BATCH])
    if not pending:
        return 0
    size = placed()
    tiles = edge(size)
    tree.grow(tiles, size, (tree.leaf_hash(bytes(commitment)) for _, commitment in pending))
    number([pk for pk, _ in pending], size)
    keep(tiles)
    return len(pending)


@transaction.atomic
def note_standings() -> int:
    """Bring the map of standings up to the entries that have their place, some at a time; return how many."""
    lock()
    return standing.advance(placed())


def seal() -> Checkpoint | None:
    """Bring the map of standings up to the tree, and sign both; return the newest checkpoint."""
    while note_standings():
        pass
    return sign()


@transaction.atomic
def sign() -> Checkpoint | None:
    """Sign the tree as far as the map of standings takes it in, if that grew; return the checkpoint.

    Raises:
        LedgerError: the tree no longer contains what was signed before; nothing is signed then.
    """
    lock()
    size, last = standing.mapped(), Checkpoint.objects.order_by("-size").first()
    if size == (last.size if last else 0):
        return last
    if last and (size < last.size or root(last.size) != bytes(last.root)):
        msg = "The log's tiles no longer match its last checkpoint; nothing more is signed until a person has looked."
        raise LedgerError(msg)
    head = checkpoint.Head(origin=settings.LOG_ORIGIN, size=size, root=root(size), standing=standing.root())
    note, now = checkpoint.sign(head, keys.log_key()), timezone.now()
    transaction.on_commit(lambda: publish(note, now), robust=True)
    return Checkpoint.objects.create(size=size, root=head.root, note=note, created_at=now)


def root(size: int) -> bytes:
    """Return the root over the first entries, from the tiles."""
    tiles = stored(tree.asked(functools.partial(tree.root, size)))
    return tree.root(size, tree.reader(lambda storey, index: tiles.get((storey, index), b"")))


def lock() -> None:
    """Wait for the other sequencers; released with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@contextlib.contextmanager
def still() -> Iterator[None]:
    """Read in one transaction while no sequencer works; others may read at the same time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        yield


def placed() -> int:
    """Return how many entries have their place."""
    last = Entry.objects.exclude(leaf_index=None).order_by("-leaf_index").values_list("leaf_index", flat=True).first()
    return 0 if last is None else last + 1


def edge(size: int) -> dict[Place, bytes]:
    """Return the right edge of the tree: for each storey the tile that the next hash goes into."""
    storeys = range(max(1, (size.bit_length() + tree.HEIGHT - 1) // tree.HEIGHT))
    return stored([(storey, size >> (tree.HEIGHT * (storey + 1))) for storey in storeys])


def number(pks: list[int], start: int) -> None:
    """Write the places in one statement; the entries themselves cannot be changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE provenance_entry SET leaf_index = new.place FROM unnest(%s::bigint[], %s::bigint[])"
            " AS new (id, place) WHERE provenance_entry.id = new.id AND leaf_index IS NULL",
            [pks, list(range(start, start + len(pks)))],
        )


def keep(tiles: dict[Place, bytes]) -> None:
    """Write the tiles that grew."""
    Tile.objects.bulk_create(
        [Tile(storey=storey, index=index, hashes=hashes) for (storey, index), hashes in tiles.items()],
        update_conflicts=True,
        unique_fields=["storey", "index"],
        update_fields=["hashes"],
    )


def stored(wanted: Collection[Place]) -> dict[Place, bytes]:
    """Return the hashes of those of these tiles that exist, by one question."""
    storeys, indices = zip(*wanted, strict=True) if wanted else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(TILES, [list(storeys), list(indices)])
        return {(storey, index): bytes(hashes) for storey, index, hashes in cursor.fetchall()}


def publish(note: str, now: datetime) -> None:
    """Leave the newest checkpoint beside the keys."""
    keys.replace(KEPT, json.dumps({"note": note, "signed_at": now.isoformat()}).encode())
