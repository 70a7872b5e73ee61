"""Files and signers that the tests of provenance make for themselves."""

import functools
import io
import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
import c2pa
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from django.utils import timezone
from PIL import Image

from provenance.backends import authority, keys
from provenance.manifests.claim import GENERATOR

WIDTH, HEIGHT, RATE = 320, 240, 24


@functools.cache
def clip(*, frames: int = 12, container: str = "mp4") -> bytes:
    """Return a small real video with sound: H.264 and AAC in an mp4 or mov."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        video, audio = file.add_stream("libx264", rate=RATE), file.add_stream("aac", rate=48000)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(index), "rgb24")
            frame.pts = index
            file.mux(video.encode(frame))
        file.mux(video.encode())
        tone = (np.sin(np.arange(1024 * 10) * 0.05) * 0.1).astype(np.float32)[None]
        for start in range(0, tone.shape[1], 1024):
            part = av.AudioFrame.from_ndarray(np.ascontiguousarray(tone[:, start : start + 1024]), "fltp", "mono")
            part.rate, part.pts = 48000, start
            file.mux(audio.encode(part))
        file.mux(audio.encode())
    return out.getvalue()


def picture(index: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a picture with something in it."""
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:, :, 0] = (np.arange(WIDTH) + index * 4) % 256
    rgb[:, :, 1] = (np.arange(HEIGHT)[:, None] + index) % 256
    return rgb


def still(kind: str) -> bytes:
    """Return a picture as a file of this kind (JPEG, PNG, WEBP, GIF, TIFF)."""
    out = io.BytesIO()
    Image.fromarray(picture()).save(out, kind)
    return out.getvalue()


def sound() -> bytes:
    """Return half a second of a tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((np.sin(np.arange(8000) * 0.1) * 8000).astype("<i2").tobytes())
    return out.getvalue()


@dataclass(frozen=True)
class Stranger:
    """A signer nobody here knows: key, chain in PEM, root in PEM."""

    key: ec.EllipticCurvePrivateKey
    chain: str
    root: str


def stranger(
    *, starts: timedelta = timedelta(days=-1), ends: timedelta = timedelta(days=30), answers_at: str = ""
) -> Stranger:
    """Return a stranger with their own authority, whose leaf is good from ``starts`` to ``ends`` from now.

    ``answers_at`` is where the leaf says that one may ask whether it was revoked.
    """
    now = timezone.now()
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    long = timedelta(days=99)
    root = certificate(
        "Stranger Root", root_key.public_key(), by=root_key, issuer=None, start=now - long, end=now + long
    )
    leaf = certificate(
        "Stranger",
        key.public_key(),
        by=root_key,
        issuer=root,
        start=now + starts,
        end=now + ends,
        answers_at=answers_at,
    )
    return Stranger(key, authority.certificate(leaf).decode(), authority.certificate(root).decode())


def certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    *,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    start: datetime,
    end: datetime,
    answers_at: str = "",
) -> x509.Certificate:
    """Return a certificate; without an issuer it is a root."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(authority.usage(is_leaf=issuer is not None), critical=True)
    )
    if issuer:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    if answers_at:
        place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(answers_at))
        builder = builder.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    return builder.sign(by, hashes.SHA256())


def sign(
    media: bytes,
    mime: str,
    by: Stranger,
    *,
    parents: Sequence[tuple[bytes, str]] = (),
    extra: Sequence[dict[str, Any]] = (),
    settings: dict[str, Any] | None = None,
    title: str = "theirs",
    stamped_by: str | None = None,
    kept_at: str = "",
) -> bytes:
    """Return the media with a manifest signed by a stranger, made with c2pa-python directly.

    ``stamped_by`` is where a timestamp authority answers; ``kept_at`` an address that is written into the media in
    place of the manifest.
    """
    begun: dict[str, Any] = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    if parents:
        begun = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent-0"]}}
    manifest = {
        "title": title,
        "claim_generator_info": [{"name": "Somebody else's tool", "version": "9"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [begun]}}, *extra],
    }
    written = {
        "version": 1,
        "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "builder": {"thumbnail": {"enabled": False}},
        **(settings or {}),
    }
    builder = c2pa.Builder(json.dumps(manifest), context=c2pa.Context.from_dict(written))
    if kept_at:
        builder.set_no_embed()
        builder.set_remote_url(kept_at)
    for number, (parent, kind) in enumerate(parents):
        ingredient = {"title": f"parent {number}", "relationship": "parentOf", "label": f"parent-{number}"}
        builder.add_ingredient(json.dumps(ingredient), kind, io.BytesIO(parent))
    signer = c2pa.Signer.from_callback(
        lambda data: keys.raw_es256(by.key, data), c2pa.C2paSigningAlg.ES256, by.chain, stamped_by
    )
    out = io.BytesIO()
    builder.sign(signer, mime, io.BytesIO(media), out)
    return out.getvalue()


def updated(media: bytes, mime: str, by: Stranger, *, settings: dict[str, Any]) -> bytes:
    """Return the media with a manifest on top that changes nothing but what is said of it."""
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent-0"]}}
    manifest = {
        "title": "updated",
        "claim_generator_info": [GENERATOR],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [opened], "allActionsIncluded": True}}],
    }
    builder = c2pa.Builder(json.dumps(manifest), context=c2pa.Context.from_dict(settings))
    builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
    ingredient = {"title": "parent", "relationship": "parentOf", "label": "parent-0"}
    builder.add_ingredient(json.dumps(ingredient), mime, io.BytesIO(media))
    signer = c2pa.Signer.from_callback(
        lambda data: keys.raw_es256(by.key, data), c2pa.C2paSigningAlg.ES256, by.chain, None
    )
    out = io.BytesIO()
    builder.sign(signer, mime, io.BytesIO(media), out)
    return out.getvalue()


def opened(media: bytes) -> io.BytesIO:
    """Return the media as an open file."""
    return io.BytesIO(media)


def boxes(media: bytes) -> list[tuple[bytes, int, int]]:
    """Return ``(kind, start, end)`` of every top-level box of an mp4."""
    found, place = [], 0
    while place < len(media):
        length = int.from_bytes(media[place : place + 4], "big")
        found.append((media[place + 4 : place + 8], place, place + length))
        place += length
    return found


def box(media: bytes, kind: bytes) -> tuple[int, int]:
    """Return where the first box of this kind begins and ends."""
    return next((start, end) for name, start, end in boxes(media) if name == kind)


def flip(media: bytes, place: int, bit: int = 0) -> bytes:
    """Return the media with one bit flipped."""
    return media[:place] + bytes([media[place] ^ (1 << bit)]) + media[place + 1 :]


def stripped(media: bytes) -> bytes:
    """Return an mp4 without its manifest box."""
    start, end = box(media, b"uuid")
    return media[:start] + media[end:]


def saved(folder: Path, media: bytes, name: str = "file") -> Path:
    """Return where these bytes now lie."""
    path = folder / name
    path.write_bytes(media)
    return path
