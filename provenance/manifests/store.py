"""The manifest store of a file of ours, as bytes: what can be given back to a video that was stripped. No Django.

The store is a JUMBF superbox (ISO 19566-5) in the mp4's ``uuid`` box of C2PA (C2PA 2.4, A.5.1); the manifest that is
active is the last one in it (C2PA 2.4, 11.1.4.2).
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from provenance.errors import ProvenanceError

C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PURPOSE: Final = b"\x00\x00\x00\x00manifest\x00"  # version and flags, and what the box is for
OFFSET: Final = 8  # bytes between the purpose and the store
BOX: Final = struct.Struct(">I4s")
MOST: Final = 32 << 20  # bytes of a store
MISSING: Final = "There is no manifest in this file."


def extract(path: Path) -> bytes:
    """Return the manifest store of an mp4 that we sealed.

    Raises:
        ProvenanceError: there is none, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            size, place = file.seek(0, os.SEEK_END), 0
            while place + BOX.size <= size:
                file.seek(place)
                length, kind = BOX.unpack(file.read(BOX.size))
                if length == 1:
                    length = int.from_bytes(file.read(8), "big")
                if kind == b"uuid" and BOX.size < length <= MOST and file.read(len(C2PA)) == C2PA:
                    return inside(file.read(length - BOX.size - len(C2PA)))
                place += length or size
    except OSError as error:
        raise ProvenanceError("This file cannot be read.") from error
    raise ProvenanceError(MISSING)


def inside(body: bytes) -> bytes:
    """Return the store in the body of a C2PA box; the zeroes after it are not part of it."""
    start = len(PURPOSE) + OFFSET
    length = int.from_bytes(body[start : start + 4], "big")
    if not body.startswith(PURPOSE) or body[start + 4 : start + 8] != b"jumb" or not 0 < length <= len(body) - start:
        raise ProvenanceError(MISSING)
    return body[start : start + length]


def active(store: bytes) -> bytes:
    """Return a store of the active manifest alone."""
    about, *manifests = boxes(store[BOX.size :])
    parts = [about, *manifests[-1:]]
    return BOX.pack(BOX.size + sum(map(len, parts)), b"jumb") + b"".join(parts)


def boxes(body: bytes) -> Iterator[bytes]:
    """Yield the boxes that fill a superbox."""
    place = 0
    while place + BOX.size <= len(body):
        length = BOX.unpack_from(body, place)[0]
        if not BOX.size <= length <= len(body) - place:
            raise ProvenanceError(MISSING)
        yield body[place : place + length]
        place += length
