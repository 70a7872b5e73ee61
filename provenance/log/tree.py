"""The Merkle tree of RFC 6962, as pure functions: no Django, no database, so an auditor can run it alone.

A tree is asked through ``read(level, index)``, the hash of the complete subtree over the leaves
``[index << level, (index + 1) << level)``. Hashes are 32 bytes of SHA-256.
"""

import hashlib
from collections.abc import Callable, Iterable, MutableMapping, Sequence

Read = Callable[[int, int], bytes]
Tiles = MutableMapping[tuple[int, int], bytes]

HEIGHT = 8  # a tile holds 2 ** 8 hashes, as in C2SP tlog-tiles
WIDTH = 1 << HEIGHT
SIZE = 32
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, read: Read) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return span(0, size, read) if size else EMPTY


def span(start: int, stop: int, read: Read) -> bytes:
    """Return MTH(D[start:stop]) of RFC 6962 section 2.1; ``start`` lies where such a subtree can begin."""
    count = stop - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return read(level, start >> level)
    middle = start + split(count)
    return node_hash(span(start, middle, read), span(middle, stop, read))


def split(count: int) -> int:
    """Return the largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """Return the audit path of a leaf, from the leaf upwards (section 2.1.1).

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        msg = f"no leaf {index} in a tree of {size}"
        raise ValueError(msg)
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            path.append(span(middle, stop, read))
            stop = middle
        else:
            path.append(span(start, middle, read))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """Return the proof that the first ``old`` leaves of a tree of ``new`` were not changed (section 2.1.2).

    Raises:
        ValueError: the old tree is not within the new one.
    """
    if not 0 <= old <= new:
        msg = f"a tree of {old} is not within a tree of {new}"
        raise ValueError(msg)
    if old in {0, new}:
        return []
    path: list[bytes] = []
    start, stop, is_whole = 0, new, True
    while old != stop:
        middle = start + split(stop - start)
        if old <= middle:
            path.append(span(middle, stop, read))
            stop = middle
        else:
            path.append(span(start, middle, read))
            start, is_whole = middle, False
    if not is_whole:
        path.append(span(start, stop, read))
    return path[::-1]


def is_included(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether the audit path leads from this leaf hash to this root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(each, found)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, each)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether the proof shows the old tree to be the beginning of the new one (RFC 9162 section 2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY
    if not 0 < old < new or not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = steps[0]
    for each in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, each)
        position, last = position >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def reader(tile: Callable[[int, int], bytes]) -> Read:
    """Return ``read`` for a tree kept in tiles: ``tile(level, index)`` is up to 256 hashes of level ``8 * level``."""

    def read(level: int, index: int) -> bytes:
        storey, rest = divmod(level, HEIGHT)
        start = (index << rest) % WIDTH
        hashes = tile(storey, (index << rest) // WIDTH)[start * SIZE : (start + (1 << rest)) * SIZE]
        return fold(hashes, 1 << rest)

    return read


def asked(walk: Callable[[Read], object]) -> set[tuple[int, int]]:
    """Return which tiles a proof reads, as storey and index: whoever knows them can fetch them at once."""
    found: set[tuple[int, int]] = set()

    def note(level: int, index: int) -> bytes:
        found.add((level // HEIGHT, (index << level % HEIGHT) // WIDTH))
        return b""

    walk(note)
    return found


def fold(hashes: bytes, count: int) -> bytes:
    """Return the hash over ``count`` (a power of two) neighbours.

    Raises:
        ValueError: some of them are missing.
    """
    if len(hashes) != count * SIZE:
        msg = "a tile is shorter than the tree"
        raise ValueError(msg)
    while len(hashes) > SIZE:  # as node_hash, without taking pairs apart: most of a proof's time is spent here
        pairs = range(0, len(hashes), 2 * SIZE)
        hashes = b"".join([hashlib.sha256(b"\x01" + hashes[i : i + 2 * SIZE]).digest() for i in pairs])
    return hashes


def grow(tiles: Tiles, size: int, leaves: Iterable[bytes]) -> int:
    """Put leaf hashes after the first ``size``, filling the tiles of every storey; return the new size.

    ``tiles`` need hold only the right edge: for each storey the tile that the next hash goes into.
    """
    for leaf in leaves:
        storey, index, found = 0, size, leaf
        while True:
            key = (storey, index // WIDTH)
            tiles[key] = tiles.get(key, b"")[: index % WIDTH * SIZE] + found
            if index % WIDTH != WIDTH - 1:
                break
            storey, index, found = storey + 1, index // WIDTH, fold(tiles[key], WIDTH)
        size += 1
    return size
