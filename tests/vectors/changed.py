"""Files whose bytes were changed after signing, and payloads hidden where a careless hash does not look."""

import os
import struct

from tests.provenance import material
from tests.provenance.material import box, clip, flip, still
from tests.vectors.vector import BMFF, DATA, MP4, Vector, foreign, ours

HASHED = frozenset({"assertion.hashedURI.mismatch"})
SIGNATURE = frozenset({"claimSignature.mismatch"})


def changed() -> dict[str, Vector]:
    """Return files with a bit, an end or a whole part that is not what was signed."""
    sealed, theirs = ours(clip(), MP4), foreign(clip())
    start, end = box(sealed, b"mdat")
    moov, _ = box(sealed, b"moov")
    found = {
        "edited_after_sealing.mp4": (flip(sealed, (start + end) // 2), BMFF),
        "edited_in_moov.mp4": (flip(sealed, moov + 40), BMFF),
        "edited_foreign.mp4": (flip(theirs, box(theirs, b"mdat")[0] + 200), BMFF),
        "edited_assertion.mp4": (flip(sealed, sealed.index(b"digitalCapture")), HASHED),
        "edited_title_in_claim.mp4": (sealed.replace(b"theirs", b"thelrs"), SIGNATURE),
        "cut_by_a_byte.mp4": (sealed[:-1], BMFF),
        "cut_in_half.mp4": (sealed[: (start + end) // 2], BMFF),
        "junk_appended.mp4": (sealed + b"\xff" * 999, BMFF),
        "zeros_appended.mp4": (sealed + bytes(64), BMFF),
        "frames_dropped.mp4": (sealed[:start] + boxed(b"mdat", sealed[start + 8 : end - 500]) + sealed[end:], BMFF),
    }
    return {name: Vector(media, "tampered", codes) for name, (media, codes) in (found | others()).items()}


def others() -> dict[str, tuple[bytes, frozenset[str]]]:
    """Return the same of the other kinds of file."""
    jpeg, png = ours(still("JPEG"), "image/jpeg"), ours(still("PNG"), "image/png")
    wav, mov = foreign(material.sound(), "audio/wav"), ours(clip(container="mov"), "video/quicktime")
    return {
        "edited_frames.mov": (flip(mov, box(mov, b"mdat")[0] + 300), BMFF),
        "cut_in_half.mov": (mov[: box(mov, b"mdat")[0] + 300], BMFF),
        "edited_pixels.jpg": (flip(jpeg, len(jpeg) - 500), DATA),
        "cut_by_a_byte.jpg": (jpeg[:-1], DATA),
        "appended_after_its_end.jpg": (jpeg + b"PK\x03\x04" + bytes(40), DATA),
        "edited_pixels.png": (flip(png, len(png) - 60), DATA),
        "appended_after_its_end.png": (png + b"PK\x03\x04" + bytes(40), DATA),
        "text_inserted.png": (png[:33] + struct.pack(">I", 8) + b"tEXtA\0really" + bytes(4) + png[33:], DATA),
        "edited_sound.wav": (flip(wav, 400), DATA),
    }


def hidden() -> dict[str, Vector]:
    """Return files with a payload in a box that players skip; it lies at the end, or before the pictures.

    A stranger's tool may leave ``free`` out of its hash, as the specification allows: then the file is intact.
    """
    sealed, theirs, payload = ours(clip(), MP4), foreign(clip()), os.urandom(100)
    at = box(sealed, b"mdat")[0]
    made = {f"payload_in_{kind.decode()}.mp4": sealed + boxed(kind, payload) for kind in (b"free", b"skip", b"uuid")}
    made["payload_in_mdat.mp4"] = sealed + boxed(b"mdat", payload)
    made["payload_before_the_pictures.mp4"] = sealed[:at] + boxed(b"free", payload) + sealed[at:]
    found = {name: Vector(media, "tampered", BMFF) for name, media in made.items()}
    found["payload_in_free_of_a_stranger.mp4"] = Vector(theirs + boxed(b"free", payload), "valid-unknown-signer")
    found["payload_in_uuid_of_a_stranger.mp4"] = Vector(theirs + boxed(b"uuid", payload), "tampered", BMFF)
    return found


def boxed(kind: bytes, body: bytes) -> bytes:
    """Return a box of an mp4."""
    return struct.pack(">I4s", len(body) + 8, kind) + body
