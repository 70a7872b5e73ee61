"""Files named by their truth or defect, each with the verdict it must get.

They are made anew for every run: ours by the keys of the day, the others by strangers who exist for one run.
``python -m pytest tests/provenance/test_vectors.py`` builds and judges them; nothing here is kept in the repository.
"""

import io
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import av

from provenance.backends import authority, keys
from provenance.backends import c2pa as engine
from provenance.manifests.claim import CREATED
from tests.provenance import material
from tests.provenance.material import Stranger, box, clip, flip, sign, still, stranger, stripped

SHORT = timedelta(seconds=5)


@dataclass(frozen=True)
class Vector:
    """A file, the verdict it must get, and codes that must be among its problems."""

    media: bytes
    verdict: str
    problems: frozenset[str] = frozenset()


def us() -> Stranger:
    """Return ourselves as a signer of anything, with the keys of the day."""
    signing = keys.signing()
    return Stranger(authority.signer(keys.leaf()), signing.chain, keys.anchors())


def ours(media: bytes, mime: str) -> bytes:
    """Return the media signed by us."""
    return sign(media, mime, us(), settings=engine.settings(keys.anchors(), CREATED))


MEDIA: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "mp4": ("video/mp4", clip),
    "mov": ("video/quicktime", lambda: clip(container="mov")),
    "jpg": ("image/jpeg", lambda: still("JPEG")),
    "png": ("image/png", lambda: still("PNG")),
    "webp": ("image/webp", lambda: still("WEBP")),
    "gif": ("image/gif", lambda: still("GIF")),
    "tif": ("image/tiff", lambda: still("TIFF")),
    "wav": ("audio/wav", material.sound),
}


def vectors() -> dict[str, Vector]:
    """Return every vector by its file's name, once the strangers' short certificates have ended."""
    end = time.monotonic() + SHORT.total_seconds() + 1
    made = {**expired(), **whole(), **changed(), **manifests(), **strange(), **lineage()}
    time.sleep(max(0.0, end - time.monotonic()))
    return made


def expired() -> dict[str, Vector]:
    """Return files signed by a stranger whose certificate ends before anyone looks; no library signs once it has."""
    late, code = stranger(ends=SHORT), "signingCredential.expired"
    made = {name: sign(make(), mime, late) for name, (mime, make) in MEDIA.items()}
    found = {f"expired_signer.{name}": Vector(media, "invalid", frozenset({code})) for name, media in made.items()}
    spoilt = flip(made["mp4"], box(made["mp4"], b"mdat")[0] + 200)
    return {**found, "edited_and_expired.mp4": Vector(spoilt, "tampered", frozenset({code}))}


def whole() -> dict[str, Vector]:
    """Return files nobody touched, of every kind: ours, a stranger's, unsigned."""
    known = stranger()
    made: dict[str, Vector] = {}
    for ending, (mime, make) in MEDIA.items():
        media = make()
        made[f"sealed.{ending}"] = Vector(ours(media, mime), "ours")
        made[f"unknown_signer.{ending}"] = Vector(sign(media, mime, known), "valid-unknown-signer")
        made[f"never_signed.{ending}"] = Vector(media, "no-credentials")
    return made


def changed() -> dict[str, Vector]:
    """Return files whose bytes were changed after signing."""
    sealed, foreign = ours(clip(), "video/mp4"), sign(clip(), "video/mp4", stranger())
    start, end = box(sealed, b"mdat")
    moov, _ = box(sealed, b"moov")
    bmff = frozenset({"assertion.bmffHash.mismatch"})
    jpeg, png = ours(still("JPEG"), "image/jpeg"), ours(still("PNG"), "image/png")
    wav = sign(material.sound(), "audio/wav", stranger())
    data = frozenset({"assertion.dataHash.mismatch"})
    claim = sealed.index(b"digitalCapture")
    return {
        "edited_after_sealing.mp4": Vector(flip(sealed, (start + end) // 2), "tampered", bmff),
        "edited_in_moov.mp4": Vector(flip(sealed, moov + 40), "tampered", bmff),
        "edited_foreign.mp4": Vector(flip(foreign, box(foreign, b"mdat")[0] + 200), "tampered", bmff),
        "zeros_appended.mp4": Vector(sealed + bytes(64), "tampered", bmff),
        "free_box_appended.mp4": Vector(sealed + struct.pack(">I4s", 108, b"free") + b"x" * 100, "tampered", bmff),
        "uuid_box_appended.mp4": Vector(sealed + struct.pack(">I4s", 124, b"uuid") + b"x" * 116, "tampered", bmff),
        "cut_by_a_byte.mp4": Vector(sealed[:-1], "tampered", bmff),
        "cut_in_half.mp4": Vector(sealed[: (start + end) // 2], "tampered", bmff),
        "junk_appended.mp4": Vector(sealed + b"\xff" * 999, "tampered", bmff),
        "edited_pixels.jpg": Vector(flip(jpeg, len(jpeg) - 500), "tampered", data),
        "edited_pixels.png": Vector(flip(png, len(png) - 60), "tampered", data),
        "edited_sound.wav": Vector(flip(wav, 400), "tampered", data),
        "edited_assertion.mp4": Vector(flip(sealed, claim), "tampered", frozenset({"assertion.hashedURI.mismatch"})),
        "edited_title_in_claim.mp4": Vector(
            sealed.replace(b"theirs", b"thelrs"), "tampered", frozenset({"claimSignature.mismatch"})
        ),
        "missing_assertion.jpg": Vector(renamed_assertion(), "tampered", frozenset({"assertion.missing"})),
        "swapped_manifest.mp4": Vector(transplanted(sealed, clip(frames=20)), "tampered", bmff),
    }


def manifests() -> dict[str, Vector]:
    """Return files whose manifest is gone, doubled, elsewhere or nonsense."""
    sealed = ours(clip(), "video/mp4")
    start, _ = box(sealed, b"uuid")
    jumbf = sealed.index(b"jumd")
    return {
        "manifest_stripped.mp4": Vector(stripped(sealed), "no-credentials"),
        "remuxed.mp4": Vector(remuxed(sealed), "no-credentials"),
        "manifest_renamed_free.mp4": Vector(sealed[: start + 4] + b"free" + sealed[start + 8 :], "no-credentials"),
        "two_files_in_one.mp4": Vector(sealed + sealed, "invalid"),
        "malformed_manifest.mp4": Vector(flip(sealed, jumbf), "invalid"),
        "manifest_alone.c2pa": Vector(store(sealed), "invalid", frozenset({"bytes-not-bound"})),
        "foreign_manifest_alone.c2pa": Vector(
            store(sign(clip(), "video/mp4", stranger())), "valid-unknown-signer", frozenset({"bytes-not-bound"})
        ),
        "remote_manifest.jpg": Vector(
            remote("http://127.0.0.1:9/secret"),
            "no-credentials",
            frozenset({"remote credentials named, not fetched: http://127.0.0.1:9/secret"}),
        ),
    }


def strange() -> dict[str, Vector]:
    """Return what is no file of media, or one by its first bytes alone."""
    return {
        "empty.mp4": Vector(b"", "unreadable"),
        "text.mp4": Vector(b"this is no video\n" * 50, "unreadable"),
        "zeros.mp4": Vector(bytes(4096), "unreadable"),
        "first_bytes_alone.mp4": Vector(clip()[:32], "unreadable"),
        "half_unsigned.mp4": Vector(clip()[: len(clip()) // 2], "unreadable"),
        "first_bytes_alone.jpg": Vector(b"\xff\xd8\xff", "unreadable"),
        "first_bytes_alone.png": Vector(still("PNG")[:40], "unreadable"),
        "box_bomb.mp4": Vector(clip()[:32] + struct.pack(">I4sQ", 1, b"moov", 2**62), "unreadable"),
        "nested_boxes.mp4": Vector(clip()[:32] + nested(3000), "unreadable"),
    }


def lineage() -> dict[str, Vector]:
    """Return remixes: what is wrong with a parent is told and never changes the class of the seal on top."""
    foreign, known = sign(clip(), "video/mp4", stranger()), us()
    spoilt = flip(foreign, box(foreign, b"mdat")[0] + 200)

    def over(parent: bytes, by: Stranger = known) -> bytes:
        settings = engine.settings(keys.anchors(), CREATED) if by is known else None
        return sign(clip(frames=20), "video/mp4", by, parents=[(parent, "video/mp4")], settings=settings)

    named = "ingredient: {}".format
    return {
        "remix_of_ours.mp4": Vector(over(ours(clip(), "video/mp4")), "ours"),
        "laundered_tampered_parent.mp4": Vector(
            over(spoilt), "ours", frozenset({named("assertion.bmffHash.mismatch")})
        ),
        "laundered_unknown_parent.mp4": Vector(
            over(foreign), "ours", frozenset({named("signingCredential.untrusted")})
        ),
        "laundered_bare_parent.mp4": Vector(over(clip()), "ours", frozenset({named("no-provenance")})),
        "laundered_twice.mp4": Vector(over(over(spoilt)), "ours", frozenset({named("assertion.bmffHash.mismatch")})),
        "stranger_over_tampered.mp4": Vector(
            over(spoilt, stranger()), "valid-unknown-signer", frozenset({named("assertion.bmffHash.mismatch")})
        ),
        "hostile_strings.mp4": Vector(sign(clip(), "video/mp4", stranger(), extra=[hostile()]), "valid-unknown-signer"),
    }


def hostile() -> dict[str, object]:
    """Return an assertion whose text wants to be something else."""
    return {"label": "org.example.<script>", "data": {"<script>alert(1)</script>": "\u202egnp.exe\x1b[2J\n"}}


def renamed_assertion() -> bytes:
    """Return a picture in whose manifest an assertion no longer has the name that was signed."""
    extra = {"label": "org.example.weather", "data": {"sun": True}}
    media = sign(still("JPEG"), "image/jpeg", stranger(), extra=[extra])
    return flip(media, media.index(b"org.example.weather") + 3)


def transplanted(sealed: bytes, other: bytes) -> bytes:
    """Return another clip carrying this one's manifest."""
    start, end = box(sealed, b"uuid")
    where = box(other, b"ftyp")[1]
    return other[:where] + sealed[start:end] + other[where:]


def store(media: bytes) -> bytes:
    """Return the manifest store out of an mp4."""
    start, end = box(media, b"uuid")
    return media[media.index(b"jumb", start) - 4 : end]


def remuxed(media: bytes) -> bytes:
    """Return the same pictures and sound in a new container, as a tool does that knows nothing of manifests."""
    out = io.BytesIO()
    with av.open(io.BytesIO(media), "r") as source, av.open(out, "w", format="mp4") as target:
        streams = {each.index: target.add_stream_from_template(each) for each in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return out.getvalue()


def remote(url: str) -> bytes:
    """Return a picture whose metadata names a manifest elsewhere."""
    said = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()
    body = b"http://ns.adobe.com/xap/1.0/\x00" + said
    picture = still("JPEG")
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture[2:]


def nested(depth: int) -> bytes:
    """Return boxes within boxes within boxes."""
    found = b""
    for _ in range(depth):
        found = struct.pack(">I4s", len(found) + 8, b"moov") + found
    return found[:-1]


def build(folder: Path) -> None:
    """Write every vector into a folder."""
    for name, vector in vectors().items():
        (folder / name).write_bytes(vector.media)
