"""Files whose manifest is another's, gone, doubled, elsewhere or nonsense."""

import io
import struct

import av

from tests.provenance import material
from tests.provenance.material import box, clip, flip, sign, still, stranger, stripped
from tests.vectors.changed import boxed
from tests.vectors.vector import BMFF, DATA, MP4, Vector, foreign, ours

NOWHERE = "http://127.0.0.1:9/secret"


def moved() -> dict[str, Vector]:
    """Return files that carry a manifest made for another file."""
    one, two, theirs = ours(clip(), MP4), ours(clip(frames=20), MP4), foreign(clip(frames=16))
    picture, png = ours(still("JPEG"), "image/jpeg"), ours(still("PNG"), "image/png")
    return {
        "swapped_manifest.mp4": Vector(given(stripped(two), manifest(one)), "tampered", BMFF),
        "swapped_manifest_back.mp4": Vector(given(stripped(one), manifest(two)), "tampered", BMFF),
        "stolen_manifest.mp4": Vector(given(clip(frames=24), manifest(one)), "tampered", BMFF),
        "stolen_over_foreign.mp4": Vector(given(stripped(theirs), manifest(one)), "tampered", BMFF),
        "foreign_manifest_on_ours.mp4": Vector(given(stripped(one), manifest(theirs)), "tampered", BMFF),
        "stolen_manifest.jpg": Vector(stolen_jpeg(picture), "tampered", DATA),
        "stolen_manifest.png": Vector(stolen_png(png), "tampered", DATA),
    }


def gone() -> dict[str, Vector]:
    """Return files without their manifest, and manifests without their file."""
    sealed = ours(clip(), MP4)
    start, _ = box(sealed, b"uuid")
    named, unbound = f"remote credentials named, not fetched: {NOWHERE}", frozenset({"bytes-not-bound"})
    return {
        "manifest_stripped.mp4": Vector(stripped(sealed), "no-credentials"),
        "remuxed.mp4": Vector(remuxed(sealed), "no-credentials"),
        "manifest_renamed_free.mp4": Vector(sealed[: start + 4] + b"free" + sealed[start + 8 :], "no-credentials"),
        "manifest_alone.c2pa": Vector(store(sealed), "invalid", unbound),
        "foreign_manifest_alone.c2pa": Vector(store(foreign(clip())), "valid-unknown-signer", unbound),
        "remote_manifest.jpg": Vector(remote(NOWHERE), "no-credentials", frozenset({named})),
    }


def damaged() -> dict[str, Vector]:
    """Return files whose manifest is doubled or can no longer be read."""
    sealed = ours(clip(), MP4)
    start, end = box(sealed, b"uuid")
    jumbf = sealed.index(b"jumd")
    length = sealed.index(b"jumb") - 4
    return {
        "two_files_in_one.mp4": Vector(sealed + sealed, "invalid"),
        "ours_then_foreign.mp4": Vector(sealed + foreign(clip()), "invalid"),
        "foreign_then_ours.mp4": Vector(foreign(clip()) + sealed, "invalid"),
        "two_manifests.mp4": Vector(given(sealed, manifest(foreign(clip()))), "invalid"),
        "malformed_manifest.mp4": Vector(flip(sealed, jumbf), "invalid"),
        "manifest_of_zeros.mp4": Vector(sealed[:length] + bytes(end - length) + sealed[end:], "invalid"),
        "manifest_that_says_it_is_huge.mp4": Vector(
            sealed[:length] + b"\xff\xff\xff\xf0" + sealed[length + 4 :], "invalid"
        ),
        "nested_superboxes.mp4": Vector(
            sealed[:start] + boxed(b"uuid", sealed[start + 8 : length] + superboxes(3000)) + sealed[end:], "invalid"
        ),
        "cut_inside_the_manifest.mp4": Vector(sealed[: (start + end) // 2], "unreadable"),
        "missing_assertion.jpg": Vector(renamed_assertion(), "tampered", frozenset({"assertion.missing"})),
    }


def manifest(media: bytes) -> bytes:
    """Return the box of an mp4 that holds its manifest."""
    start, end = box(media, b"uuid")
    return media[start:end]


def given(media: bytes, carried: bytes) -> bytes:
    """Return an mp4 with this manifest box after its type."""
    where = box(media, b"ftyp")[1]
    return media[:where] + carried + media[where:]


def stolen_jpeg(sealed: bytes) -> bytes:
    """Return another picture with the manifest's segments (APP11) of this one."""
    start = place = sealed.index(b"\xff\xeb")
    while sealed[place : place + 2] == b"\xff\xeb":
        place += 2 + int.from_bytes(sealed[place + 2 : place + 4], "big")
    other = bytearray(still("JPEG"))
    other[-400] ^= 1
    return bytes(other[:start]) + sealed[start:place] + bytes(other[start:])


def stolen_png(sealed: bytes) -> bytes:
    """Return another picture with the manifest's chunk (caBX) of this one."""
    start = sealed.index(b"caBX") - 4
    end = start + 12 + int.from_bytes(sealed[start : start + 4], "big")
    other = flip(still("PNG"), len(still("PNG")) - 60)
    return other[:start] + sealed[start:end] + other[start:]


def superboxes(depth: int) -> bytes:
    """Return JUMBF superboxes within superboxes."""
    found = b""
    for _ in range(depth):
        found = struct.pack(">I4s", len(found) + 8, b"jumb") + found
    return found


def renamed_assertion() -> bytes:
    """Return a picture in whose manifest an assertion no longer has the name that was signed."""
    extra = {"label": "org.example.weather", "data": {"sun": True}}
    media = sign(still("JPEG"), "image/jpeg", stranger(), extra=[extra])
    return flip(media, media.index(b"org.example.weather") + 3)


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
    picture = material.still("JPEG")
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture[2:]
