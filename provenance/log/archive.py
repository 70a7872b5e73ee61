"""Everything that is public of the log as one archive, made while it is sent: for ``provenance.auditor.log``."""

import json
import tarfile
from collections.abc import Iterator

from provenance.log import exporting, proofs, serving, tiles
from provenance.log.models import Checkpoint
from provenance.log.tiles import DATA, Address

HEADS = 10_000  # older checkpoints that are given along; of more, every so-manieth
BLOCK = tarfile.BLOCKSIZE
FOLDER = "countenance-log"
README = """\
The public log as of the checkpoint beside this file, in the form of C2SP tlog-tiles (c2sp.org/tlog-tiles).

  checkpoint           the newest signed checkpoint, with witnesses' cosignatures where there are any
  checkpoints.jsonl    checkpoints that were signed before; of more than 10,000 every so-manieth
  tile/                the tree's tiles; tile/entries/ the entries, each a 32-byte commitment

Check all of it, with the log's key from a place you trust:

  python -m provenance.auditor.log countenance-log --key 'NAME+ID+KEY'

Keep this folder. Next time, --known countenance-log shows whether the log still begins with it.
"""


def stream(last: Checkpoint) -> Iterator[bytes]:
    """Yield a tar archive of the log as of a checkpoint: what everybody may see, so no entry's words."""
    yield from member("README.txt", README.encode())
    yield from member("checkpoint", proofs.note(last).encode())
    yield from member("checkpoints.jsonl", heads(last.size))
    for wanted in tiles.needed(last.size):
        yield from placed(wanted, serving.hashes(wanted))
        if wanted.storey == 0:
            below = Address(DATA, wanted.index, wanted.width)
            yield from placed(below, serving.bundle(below))
    yield bytes(2 * BLOCK)


def placed(wanted: Address, content: bytes | None) -> Iterator[bytes]:
    """Yield a tile; what the log no longer has is left out, and the auditor says so."""
    if content is not None:
        yield from member(str(wanted), content)


def member(name: str, content: bytes) -> Iterator[bytes]:
    """Yield one file of the archive."""
    info = tarfile.TarInfo(f"{FOLDER}/{name}")
    info.size = len(content)
    yield info.tobuf(tarfile.USTAR_FORMAT)
    yield content + bytes(-len(content) % BLOCK)


def heads(size: int) -> bytes:
    """Return checkpoints up to a size, one JSON object a line."""
    sizes = list(Checkpoint.objects.filter(size__lte=size).order_by("size").values_list("size", flat=True))
    some = sizes[:: -(-len(sizes) // HEADS)]
    rows = Checkpoint.objects.filter(size__in=some).order_by("size").iterator(exporting.AT_ONCE)
    return "".join(f"{json.dumps(exporting.head(row))}\n" for row in rows).encode()
