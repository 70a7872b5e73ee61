"""A sparse Merkle map from names to standings, as pure functions: no Django, no database.

Each checkpoint commits the map's root beside the log's, so that *not ended at checkpoint N* has a short proof.

* A **name** is a receipt's digest (lower-case hex) or the label of a video's manifest. Its **key** is
  SHA-256(name in UTF-8): 256 bits that say, from the first on, left (0) or right (1).
* A **standing** is the place in the log of the entry that made the thing, and of the entry that ended it.
  Packed: two big-endian 64-bit numbers, each all ones where there is no such entry.
* hash(no name at all) = 32 zero bytes; hash(one name alone) = SHA-256(0x02 || key || packed standing), however
  deep it lies; hash(more) = SHA-256(0x03 || hash(left half) || hash(right half)).

The shape is that of Diem's Jellyfish Merkle tree: a name lies no deeper than it takes to tell it from the others,
about log2(n) steps. The prefixes differ from those of the log's own tree (0x00, 0x01).
"""

import hashlib
import json
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEY, PACKED, HASH = 32, 16, 32  # bytes
PAIR = struct.Struct(">QQ")
BITS = 256
NONE = (1 << 64) - 1
EMPTY = bytes(HASH)
NOTHING, ALONE, MANY = 0, 1, 2
HEX = frozenset("0123456789abcdef")

Leaf = tuple[bytes, bytes]  # key, packed standing
Cell = tuple[int, bytes]  # how many names lie here (NOTHING, ALONE, MANY), and their hash
VOID: Cell = (NOTHING, EMPTY)


@dataclass(frozen=True, slots=True)
class Standing:
    """The places of the entries that made a thing and ended it; None where there is none."""

    made: int | None = None
    ended: int | None = None

    @property
    def stands(self) -> bool:
        """Return whether it was made and not ended."""
        return self.made is not None and self.ended is None

    def __str__(self) -> str:
        """Return it in words: ``stands 17``, ``ended 17 40``, ``ended - 40`` or ``absent``."""
        made = "-" if self.made is None else str(self.made)
        if self.ended is not None:
            return f"ended {made} {self.ended}"
        return "absent" if self.made is None else f"stands {made}"

    def packed(self) -> bytes:
        """Return the 16 bytes that are hashed."""
        return PAIR.pack(NONE if self.made is None else self.made, NONE if self.ended is None else self.ended)


def unpacked(data: bytes) -> Standing:
    """Return the standing of 16 bytes."""
    made, ended = PAIR.unpack(data)
    return Standing(None if made == NONE else made, None if ended == NONE else ended)


def key_of(name: str) -> bytes:
    """Return where a name lies."""
    return hashlib.sha256(name.encode()).digest()


def bit(key: bytes, depth: int) -> int:
    """Return which way a key goes at a depth: 0 left, 1 right."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def leaf(key: bytes, packed: bytes) -> bytes:
    """Return the hash of one name."""
    return hashlib.sha256(b"\x02" + key + packed).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two halves of which at least one holds several names, or both hold one."""
    return hashlib.sha256(b"\x03" + left + right).digest()


def joined(left: Cell, right: Cell) -> Cell:
    """Return two halves as one."""
    if left[0] == NOTHING and right[0] != MANY:
        return right
    if right[0] == NOTHING and left[0] != MANY:
        return left
    return MANY, node(left[1], right[1])


def folded(leaves: Sequence[Leaf], depth: int) -> Cell:
    """Return the names under one place of this depth, sorted by key and alike in the bits above, as one cell."""
    if len(leaves) < 2:  # noqa: PLR2004
        return (ALONE, leaf(*leaves[0])) if leaves else VOID
    middle = split(leaves, depth)
    return MANY, node(folded(leaves[:middle], depth + 1)[1], folded(leaves[middle:], depth + 1)[1])


def split(leaves: Sequence[Leaf], depth: int) -> int:
    """Return how many of sorted names, alike in the bits above, go left at this depth."""
    return bisect_left(leaves, 1, key=lambda each: bit(each[0], depth))


def row(cells: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
    """Yield a power of two of cells, then what every two of them make, up to the one above them all."""
    yield cells
    while len(cells) > 1:
        cells = [joined(cells[i], cells[i + 1]) for i in range(0, len(cells), 2)]
        yield cells


def root(standings: Mapping[str, Standing]) -> bytes:
    """Return the root of a whole map: what an auditor computes who was given the entries' bodies."""
    return folded(sorted((key_of(name), each.packed()) for name, each in standings.items()), 0)[1]


@dataclass(frozen=True, slots=True)
class Path:
    """The proof of one name: the hashes beside the way down to it, deepest first, and the other name met there.

    ``other`` is the key and packed standing of a name that lies where this one would: the proof that it is absent.
    """

    siblings: tuple[bytes, ...]
    other: Leaf | None = None


def is_proven(name: str, standing: Standing, *, path: Path, root: bytes) -> bool:
    """Return whether a path proves that the map of this root gives this name this standing (absent, if it is empty)."""
    key, depth = key_of(name), len(path.siblings)
    if depth > BITS or (path.other and (standing != Standing() or not is_beside(path.other[0], key, depth))):
        return False
    met = path.other or (key, standing.packed())
    found = EMPTY if standing == Standing() and not path.other else leaf(*met)
    for level, each in zip(range(depth - 1, -1, -1), path.siblings, strict=True):
        found = node(each, found) if bit(key, level) else node(found, each)
    return found == root


def is_beside(other: bytes, key: bytes, depth: int) -> bool:
    """Return whether another key shares the way down to this depth."""
    return other != key and len(other) == KEY and all(bit(other, i) == bit(key, i) for i in range(depth))


def changes(kind: str, body: str) -> Iterator[tuple[str, bool]]:
    """Yield what an entry does to standings: a name, and whether it makes (True) or ends (False) it.

    An entry makes every receipt that its fact lists under ``receipts`` and ends those under ``ends``;
    ``asset.sealed`` makes its ``manifest``, ``asset.withdrawn`` ends it.
    """
    if not any(word in body for word in ('"receipts"', '"ends"', '"manifest"')):
        return  # most bodies need not be parsed
    fact: Mapping[str, Any] = json.loads(body)["fact"]
    yield from ((each, True) for each in digests(fact.get("receipts")))
    yield from ((each, False) for each in digests(fact.get("ends")))
    if kind in {"asset.sealed", "asset.withdrawn"} and isinstance(fact.get("manifest"), str):
        yield fact["manifest"], kind == "asset.sealed"


def digests(listed: object) -> list[str]:
    """Return what in a list is the hex of a SHA-256; entries' numbers, which stand there too, are none."""
    if not isinstance(listed, list):
        return []
    return [each for each in listed if isinstance(each, str) and len(each) == 2 * HASH and HEX.issuperset(each)]


def changed(before: Standing, place: int, *, makes: bool) -> Standing:
    """Return a standing after the entry at a place: what was said first stays said."""
    if makes:
        return before if before.made is not None else Standing(place, before.ended)
    return before if before.ended is not None else Standing(before.made, place)
