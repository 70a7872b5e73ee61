"""What kind of file this is, by its bytes alone: names and types that others claim are never asked. No Django."""

import os
from typing import IO

from provenance.manifests import boxes

HEAD = 4096
STILLS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
TOP_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"sidx", b"moof", b"uuid"}
STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", "application/x-zip"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\xff\x0a", "image/jxl"),
)
RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/avi", b"WEBP": "image/webp"}
RIFF_CHUNKS = {"audio/wav": {b"fmt "}, "video/avi": {b"LIST"}, "image/webp": {b"VP8 ", b"VP8L", b"VP8X"}}
BOXED = {"video/mp4", "video/quicktime", "audio/mp4", "image/heic", "image/avif"}
STORE = "application/c2pa"


def sniff(head: bytes) -> str:
    """Return the type of a file that can carry credentials by its first bytes, or nothing."""
    for start, mime in STARTS:
        if head.startswith(start):
            return mime
    if head[:4] == b"RIFF":
        return RIFF.get(head[8:12], "")
    if head[4:8] == b"jumb":
        return STORE
    return boxed(head) or loose(head)


def boxed(head: bytes) -> str:
    """Return the type of a file made of boxes (ISO BMFF, QuickTime)."""
    kind, brand = head[4:8], head[8:12]
    if kind != b"ftyp":
        return "video/quicktime" if kind in TOP_BOXES else ""
    if brand in STILLS:
        return "image/heic"
    named = {b"avif": "image/avif", b"avis": "image/avif", b"qt  ": "video/quicktime", b"M4A ": "audio/mp4"}
    return named.get(brand, "video/mp4")


def loose(head: bytes) -> str:
    """Return the type of a file whose mark need not stand at its very start."""
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if b"<svg" in head and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "image/svg+xml"
    if is_sync(head):
        return "audio/mpeg"
    return ""


def parses(file: IO[bytes], mime: str) -> bool:
    """Return whether a file is whole as far as its outline shows, for the kinds where the C2PA reader does not look."""
    size = file.seek(0, os.SEEK_END)
    if mime in BOXED:
        return boxes.fill(file, size)
    file.seek(0)
    head = file.read(HEAD)
    if mime in RIFF_CHUNKS:
        return head[12:16] in RIFF_CHUNKS[mime] | {b"JUNK", b"bext"} and len(head) >= 20 and riff_size(head) <= size  # noqa: PLR2004
    if mime == "audio/flac":
        return head[4] & 0x7F == 0 and head[5:8] == b"\x00\x00\x22"
    if mime == "audio/mpeg":
        return has_frame(file, head)
    return mime != "image/svg+xml" or b"</svg" in tail(file, size) or b"/>" in tail(file, size)


def riff_size(head: bytes) -> int:
    """Return how long a RIFF file says it is."""
    return int.from_bytes(head[4:8], "little") + 8


def has_frame(file: IO[bytes], head: bytes) -> bool:
    """Return whether sound follows the tags of an MPEG audio file."""
    start = 0
    if head[:3] == b"ID3" and len(head) >= 10:  # noqa: PLR2004
        start = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(start)
    part = file.read(HEAD)
    return any(is_sync(part[i : i + 2]) for i in range(len(part) - 1))


def is_sync(pair: bytes) -> bool:
    """Return whether two bytes can begin a frame of MPEG layer 3."""
    return len(pair) > 1 and pair[0] == 0xFF and pair[1] & 0xE6 == 0xE2  # noqa: PLR2004


def tail(file: IO[bytes], size: int) -> bytes:
    """Return the end of a file."""
    file.seek(max(0, size - HEAD))
    return file.read(HEAD)
