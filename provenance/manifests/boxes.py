"""The boxes that mp4 and QuickTime files are made of (ISO/IEC 14496-12), as far as their outline shows. No Django."""

import os
import struct
from collections.abc import Iterator
from typing import IO

BOX = struct.Struct(">I4s")
WIDE = 16  # bytes of a head whose length stands in 64 bits
LARGEST_PART = 256 << 20
NESTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta", b"mvex", b"moof", b"traf", b"mfra"}
MOST = 20_000  # the C2PA reader's time grows with their square: 1 s here, half a minute for five times as many
CREDENTIALS = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # the type of a uuid box that holds a manifest
STORES = {b"manifest", b"original", b"update"}


def fill(file: IO[bytes], size: int) -> bool:
    """Return whether the boxes fill the file exactly and one of them says what is in it."""
    end, kinds = outline(file, size)
    return end == size and bool(kinds & {b"moov", b"meta", b"moof", b"styp"})


def outline(file: IO[bytes], size: int) -> tuple[int, set[bytes]]:
    """Return where the last whole top-level box ends, and the kinds of those before."""
    end, kinds = 0, set()
    for place, length, kind in top(file, size):
        end = place + length
        kinds.add(kind)
    return end, kinds


def top(file: IO[bytes], size: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield ``(place, length, kind)`` of every whole top-level box."""
    place = 0
    while place < size:
        length, kind = measure(file, place, size)
        if not length:
            return
        yield place, length, kind
        place += length


def measure(file: IO[bytes], place: int, end: int) -> tuple[int, bytes]:
    """Return a box's length and kind; a length of 0 when none fits between here and the end."""
    file.seek(place)
    head = file.read(min(WIDE, max(0, end - place)))
    if len(head) < BOX.size:
        return 0, b""
    length, kind = BOX.unpack_from(head)
    if length == 1 and len(head) == WIDE:
        length = int.from_bytes(head[8:], "big")
    elif length == 0:
        length = end - place
    return (length, kind) if BOX.size <= length <= end - place else (0, b"")


def are_too_many(file: IO[bytes]) -> bool:
    """Return whether a file has so many boxes, at whatever depth, that reading it would take too long."""
    waiting, count = [(0, file.seek(0, os.SEEK_END))], 0
    while waiting and count <= MOST:
        place, end = waiting.pop()
        length, kind = measure(file, place, end)
        if length:
            count += 1
            waiting.append((place + length, end))
            if kind in NESTS:
                waiting.append((place + BOX.size, place + length))
    return count > MOST


def overflow(file: IO[bytes]) -> bool:
    """Return whether a manifest says that it is longer than the box it lies in.

    No hash covers that length, and the library reads such a manifest nevertheless.
    """
    size = file.seek(0, os.SEEK_END)
    return any(kind == b"uuid" and is_overfull(file, place, length) for place, length, kind in top(file, size))


def is_overfull(file: IO[bytes], place: int, length: int) -> bool:
    """Return whether this uuid box holds a manifest longer than itself.

    Its body: 16 bytes of type, 4 of version and flags, the purpose up to a zero byte, 8 bytes, the manifest store
    (C2PA 2.4, appendix A.5).
    """
    file.seek(place)
    head = file.read(min(length, 96))
    start = WIDE if head[:4] == b"\0\0\0\1" else BOX.size
    purpose, _, rest = head[start + 20 :].partition(b"\0")
    if head[start : start + 16] != CREDENTIALS or purpose not in STORES or len(rest) < WIDE:
        return False
    said, room = int.from_bytes(rest[8:12], "big"), length - start - 20 - len(purpose) - 1 - 8
    return said > room


def whole_part(file: IO[bytes]) -> bytes:
    """Return the beginning of a file of boxes that breaks off, up to where it does; nothing for a whole one."""
    size = file.seek(0, os.SEEK_END)
    end = outline(file, size)[0]
    if end in {0, size} or end > LARGEST_PART:
        return b""
    file.seek(0)
    return file.read(end)
