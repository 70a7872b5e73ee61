"""What the log shows everybody, as C2SP tlog-tiles has it: the checkpoint, tiles, bundles of entries.

Only what a signed checkpoint covers is shown: what has its place and is not signed yet is nobody's to see.
"""

from provenance.log import proofs, tiles
from provenance.log.models import Entry, Tile
from provenance.log.tiles import DATA, Address
from provenance.log.tree import WIDTH


def checkpoint() -> str | None:
    """Return the newest checkpoint with its cosignatures, or None before there is one."""
    last = proofs.latest()
    return None if last is None else proofs.note(last)


def tile(wanted: Address) -> bytes | None:
    """Return a tile's bytes; None unless every place of it is covered by a signed checkpoint.

    A partial tile is the beginning of what stands there now, so it is served for every width, however long ago a
    checkpoint needed it.
    """
    last = proofs.latest()
    if last is None or tiles.width(wanted.storey, wanted.index, last.size) < wanted.width:
        return None
    return bundle(wanted) if wanted.storey == DATA else hashes(wanted)


def hashes(wanted: Address) -> bytes | None:
    """Return a tile of the tree."""
    row = Tile.objects.filter(storey=wanted.storey, index=wanted.index).values_list("hashes", flat=True).first()
    return None if row is None else tiles.cut(bytes(row), wanted.width)


def bundle(wanted: Address) -> bytes | None:
    """Return a bundle of entries: each is the 32-byte commitment, never the words."""
    start = wanted.index * WIDTH
    rows = Entry.objects.filter(leaf_index__gte=start, leaf_index__lt=start + wanted.width).order_by("leaf_index")
    found = [bytes(each) for each in rows.values_list("commitment", flat=True)]
    return tiles.bundle(found) if len(found) == wanted.width else None
