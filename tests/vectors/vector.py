"""What a vector is, and the media that vectors are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from provenance.backends import authority, keys
from provenance.backends import c2pa as engine
from provenance.manifests import claim, signing
from provenance.manifests.claim import CREATED, ReceiptRef, Statement
from tests.provenance import material
from tests.provenance.material import Stranger, clip, sign, still

MP4 = "video/mp4"
BMFF = frozenset({"assertion.bmffHash.mismatch"})
DATA = frozenset({"assertion.dataHash.mismatch"})
MEDIA: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "mp4": (MP4, clip),
    "mov": ("video/quicktime", lambda: clip(container="mov")),
    "jpg": ("image/jpeg", lambda: still("JPEG")),
    "png": ("image/png", lambda: still("PNG")),
    "webp": ("image/webp", lambda: still("WEBP")),
    "gif": ("image/gif", lambda: still("GIF")),
    "tif": ("image/tiff", lambda: still("TIFF")),
    "wav": ("audio/wav", material.sound),
}


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


def released(media: bytes, folder: Path) -> bytes:
    """Return an mp4 with the whole manifest of a video that is released."""
    plain, sealed = folder / "plain.mp4", folder / "sealed.mp4"
    plain.write_bytes(media)
    said = Statement(
        title="AI video", model="Model", model_version="1", source_type="trainedAlgorithmicMedia",
        made_at=timezone.now(), stream_digest="a" * 64, clearance_digest="b" * 64,
        receipts=(ReceiptRef("c" * 64, 1), ReceiptRef("d" * 64, 2, "passkey")),
    )  # fmt: skip
    manifest = claim.manifest(
        said, payload=bytes(range(8)), log="example.org/log", positions={1: claim.Position(bytes(32), 0)},
        moments={0: "ISCC:EEA4GQZQTY6J5DTH"},
    )  # fmt: skip
    signing.sign(plain, destination=sealed, manifest=manifest)
    return sealed.read_bytes()


def foreign(media: bytes, mime: str = MP4) -> bytes:
    """Return the media signed by somebody nobody here knows."""
    return sign(media, mime, material.stranger())
