"""Finding entries by what is public of them: their place and their commitment; and what else has a name in the log."""

import base64
import binascii
import re
from dataclasses import dataclass

from provenance.log import proofs, sparse, standing
from provenance.log.models import HASH, Checkpoint, Entry

PLACE = re.compile("[0-9]{1,18}", re.ASCII)
NAME = re.compile(r"[!-~]{1,200}", re.ASCII)  # of a receipt or a seal: it has to fit into one line of a proof
PAGE = 25


@dataclass(frozen=True, slots=True)
class Leaf:
    """What everybody sees of an entry: its place and the 32 bytes that stand for it."""

    index: int
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a search leads to: an entry's place, or the name of a receipt or seal; nothing, where both are empty."""

    index: int | None = None
    name: str = ""


def find(words: str) -> Found:
    """Return what somebody looks for by place, commitment (hex or base64), receipt's digest or manifest's label."""
    words = words.strip()
    if PLACE.fullmatch(words):
        return Found(index=int(words))
    digest = bytes_of(words)
    name = words.lower() if len(words) == 2 * HASH and digest else words
    if is_name(name) and standing.look_up(name)[0] != sparse.Standing():
        return Found(name=name)
    return Found(index=place_of(digest) if digest else None)


def bytes_of(words: str) -> bytes:
    """Return the 32 bytes that are written in hex or base64; none where they are not."""
    try:
        found = bytes.fromhex(words) if len(words) == 2 * HASH else base64.b64decode(words, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return found if len(found) == HASH else b""


def is_name(words: str) -> bool:
    """Return whether something could be the name of a receipt or a seal."""
    return NAME.fullmatch(words) is not None


def place_of(commitment: bytes) -> int | None:
    """Return the place of a commitment in the signed tree, or None."""
    last = proofs.latest()
    rows = Entry.objects.filter(commitment=commitment, leaf_index__lt=last.size if last else 0)
    return rows.values_list("leaf_index", flat=True).first()


def commitment(index: int) -> bytes:
    """Return the 32 bytes at a place in the signed tree; none where there is no such place."""
    found = page(before=index + 1, length=1)
    return found[0].commitment if found and found[0].index == index else b""


def page(*, before: int | None = None, length: int = PAGE) -> list[Leaf]:
    """Return the entries before a place, newest first, as far as a checkpoint covers them."""
    last = proofs.latest()
    size = last.size if last else 0
    top = size if before is None else max(0, min(before, size))
    rows = Entry.objects.filter(leaf_index__lt=top, leaf_index__gte=top - length).order_by("-leaf_index")
    found = rows.values_list("leaf_index", "commitment")
    return [Leaf(index, bytes(each)) for index, each in found if index is not None]


def since(index: int) -> Checkpoint | None:
    """Return the first checkpoint that covers a place."""
    return Checkpoint.objects.filter(size__gt=index).order_by("size").first()
