"""Writing the log out: everything an auditor needs, as files that ``provenance.auditor.log`` reads.

``checkpoint`` and ``tile/…`` as they are served; ``checkpoints.jsonl``, every head that was signed;
``entries.jsonl``, every entry with the words and salts that are not public. Whoever is given these sees what the log
commits to: digests and opaque ids.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from provenance.log import proofs, serving, tiles
from provenance.log.models import Checkpoint, Entry
from provenance.log.tiles import DATA, Address

AT_ONCE = 2000


def export(home: Path, *, with_words: bool = True) -> int:
    """Write the log as of its newest checkpoint into a folder; return how many entries it has.

    Raises:
        OSError: it cannot be written.
    """
    last = proofs.latest()
    if last is None:
        return 0
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for wanted in tiles.needed(last.size):
        put(home, wanted, serving.hashes(wanted))
        if wanted.storey == 0:
            below = Address(DATA, wanted.index, wanted.width)
            put(home, below, serving.bundle(below))
    write(home / "checkpoints.jsonl", map(head, Checkpoint.objects.order_by("size").iterator(AT_ONCE)))
    if with_words:
        write(home / "entries.jsonl", entries(last.size))
    (home / "checkpoint").write_text(proofs.note(last), encoding="utf-8")
    return last.size


def put(home: Path, wanted: Address, content: bytes | None) -> None:
    """Write a tile; what the log no longer has is left out, and the auditor says so."""
    path = home / str(wanted)
    if content is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(f"{json.dumps(row)}\n")


def head(signed: Checkpoint) -> dict[str, Any]:
    """Return a checkpoint as a line."""
    return {"size": signed.size, "note": signed.note, "signed_at": signed.created_at.isoformat()}


def entries(size: int) -> Iterator[dict[str, Any]]:
    """Yield the entries of the tree as lines, in their places' order."""
    for row in Entry.objects.filter(leaf_index__lt=size).order_by("leaf_index").iterator(AT_ONCE):
        yield {
            "index": row.leaf_index,
            "entry": row.pk,
            "kind": row.kind,
            "body": row.body,
            "salt": bytes(row.salt).hex(),
            "commitment": bytes(row.commitment).hex(),
        }
