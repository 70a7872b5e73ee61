"""What is no file of media, what wants to exhaust its reader, and texts that want to be something else."""

import struct

from tests.provenance.material import box, clip, sign, sound, still, stranger
from tests.vectors.changed import boxed
from tests.vectors.vector import MP4, Vector, ours

MANY = 2000
CROWD = 30_000
TITLE = "\u202egnp.exe<script>alert(1)</script>\x1b[2J\n\x00' OR 1=1 --"


def strange() -> dict[str, Vector]:
    """Return what is no file of media, or one by its first bytes alone."""
    found = {
        "empty.mp4": b"",
        "text.mp4": b"this is no video\n" * 50,
        "zeros.mp4": bytes(4096),
        "first_bytes_alone.mp4": clip()[:32],
        "half_unsigned.mp4": clip()[: len(clip()) // 2],
        "first_bytes_alone.jpg": b"\xff\xd8\xff",
        "first_bytes_alone.png": still("PNG")[:40],
        "first_bytes_alone.wav": sound()[:16],
    }
    return {name: Vector(media, "unreadable") for name, media in found.items()}


def bombs() -> dict[str, Vector]:
    """Return files that say they are far larger or deeper than they are."""
    head, jpeg = clip()[:32], still("JPEG")
    found = {
        "box_of_64_bits.mp4": head + struct.pack(">I4sQ", 1, b"moov", 2**62),
        "box_of_64_bits_that_overflow.mp4": head + struct.pack(">I4sQ", 1, b"moov", 2**64 - 1),
        "box_of_4_gigabytes.mp4": head + struct.pack(">I4s", 2**32 - 1, b"mdat") + bytes(64),
        "box_shorter_than_its_head.mp4": head + struct.pack(">I4s", 4, b"moov") + bytes(64),
        "uuid_of_64_bits.mp4": head + struct.pack(">I4sQ", 1, b"uuid", 2**62) + bytes(64),
        "nested_boxes.mp4": head + nested(3000)[:-1],
        "chunk_of_4_gigabytes.wav": sound()[:36] + b"C2PA" + b"\xff" * 4,
        "segment_beyond_its_end.jpg": jpeg[:2] + b"\xff\xeb\xff\xff" + bytes(40),
        "chunk_of_2_gigabytes.png": still("PNG")[:33] + b"\x7f\xff\xff\xffcaBX" + bytes(40),
    }
    return {name: Vector(media, "unreadable") for name, media in (found | crowds()).items()}


def crowds() -> dict[str, bytes]:
    """Return small files of very many boxes: a reader that looks at all for each takes minutes for a few more."""
    crowd, (start, end) = boxed(b"free", b"") * CROWD, box(clip(), b"moov")
    return {
        "thirty_thousand_boxes.mp4": ours(clip(), MP4) + crowd,
        "thirty_thousand_boxes_within.mp4": clip()[:start] + boxed(b"moov", clip()[start + 8 : end] + crowd),
    }


def nested(depth: int) -> bytes:
    """Return boxes within boxes within boxes."""
    found = b""
    for _ in range(depth):
        found = boxed(b"moov", found)
    return found


def hostile() -> dict[str, Vector]:
    """Return intact files whose texts are not meant to be read, and one with very much to say."""
    them = stranger()
    label, data = "org.example.<script>", {"<script>alert(1)</script>": "\u202egnp.exe\x1b[2J\n"}
    said = sign(clip(), MP4, them, extra=[{"label": label, "data": data}], title=TITLE)
    many = [{"label": f"org.example.note{number}", "data": {"n": number}} for number in range(MANY)]
    return {
        "hostile_strings.mp4": Vector(said, "valid-unknown-signer"),
        "two_thousand_assertions.jpg": Vector(
            sign(still("JPEG"), "image/jpeg", them, extra=many), "valid-unknown-signer"
        ),
        "sealed_with_a_64_bit_box.mp4": Vector(ours(widened(clip()), MP4), "ours"),
    }


def widened(media: bytes) -> bytes:
    """Return an mp4 that ends in a box whose length stands in 64 bits, as in files of more than 4 GB."""
    return media + struct.pack(">I4sQ", 1, b"free", 16 + 8) + bytes(8)
