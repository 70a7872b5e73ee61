"""The addresses and bytes of C2SP tlog-tiles: pure functions, so that a client, a server and an auditor share them.

Source: c2sp.org/tlog-tiles. An address is ``tile/<L>/<N>[.p/<W>]`` or ``tile/entries/<N>[.p/<W>]``; N is written in
groups of three digits, all but the last behind an x, as in ``x001/x234/067``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provenance.errors import LogFormatError
from provenance.log.tree import HEIGHT, SIZE, WIDTH

DATA = -1  # the storey of entry bundles, below the leaves' hashes
TOP = 63
ADDRESS = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
GROUPS = 6  # 256 ** 7 leaves are more than 2 ** 55; no address is longer
LENGTH = 2  # bytes that say how long an entry is


@dataclass(frozen=True, slots=True)
class Address:
    """Which tile: its storey (``DATA`` for a bundle of entries), its index there, how many of its 256 places."""

    storey: int
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        """Return it as a path without a leading slash."""
        storey = "entries" if self.storey == DATA else str(self.storey)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{storey}/{number(self.index)}{part}"

    @property
    def is_whole(self) -> bool:
        """Return whether it will never grow."""
        return self.width == WIDTH


def number(index: int) -> str:
    """Return an index as path elements."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def address(path: str) -> Address:
    """Return the tile that a path names.

    Raises:
        LogFormatError: it is not the one way to write an address.
    """
    found = ADDRESS.fullmatch(path)
    if found is None or found[2].count("/") >= GROUPS:
        raise LogFormatError
    storey = DATA if found[1] == "entries" else int(found[1])
    wanted = Address(storey, int(re.sub(r"[x/]", "", found[2])), int(found[3] or WIDTH))
    if storey > TOP or str(wanted) != path:  # x000/001 and .p/256 are second spellings of something
        raise LogFormatError
    return wanted


def width(storey: int, index: int, size: int) -> int:
    """Return how many places of a tile a tree of this size fills: 0 to 256 (section "Partial Tiles")."""
    filled = size >> (HEIGHT * max(storey, 0))
    return max(0, min(WIDTH, filled - index * WIDTH))


def needed(size: int) -> Iterator[Address]:
    """Yield every tile of a tree of this size, storey by storey from the leaves up."""
    storey = 0
    while filled := size >> (HEIGHT * storey):
        for index in range(0, filled, WIDTH):
            yield Address(storey, index // WIDTH, min(WIDTH, filled - index))
        storey += 1


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries one after another, each behind its length in two bytes, highest first."""
    return b"".join(len(each).to_bytes(LENGTH, "big") + each for each in entries)


def unbundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        LogFormatError: it ends within an entry.
    """
    found, at = [], 0
    while at < len(data):
        start = at + LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data) or start > len(data):
            raise LogFormatError
        found.append(data[start:at])
    return found


def cut(hashes: bytes, wanted: int) -> bytes | None:
    """Return the first hashes of a tile, or None when it holds fewer."""
    return hashes[: wanted * SIZE] if 0 < wanted <= len(hashes) // SIZE else None
