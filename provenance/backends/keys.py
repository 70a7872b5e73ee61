"""The key store: files of mode 0600 in ``settings.KEY_HOME``, made at first use.

Nothing here is kept in PostgreSQL or its backups. A file appears whole or not at all: it is written beside its
place and linked into it, so two processes at first use read the same bytes.

Production names its own keys by path (``SIGNING_CHAIN``, ``SIGNING_KEY``, ``TRUST_ANCHORS``, ``LOG_KEY``); without
them a development authority is made here, which ``check --deploy`` refuses.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from provenance.backends import authority
from provenance.errors import KeyStoreError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,95}")
AUTHORITY = "development-authority.pem"
LEAF = "development-leaf.pem"
LOG = "log-ed25519"


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs manifests: ``chain`` is leaf and intermediates in PEM (no root); ``sign`` is raw ES256.

    ``sign(data)`` returns r || s (64 bytes) of ECDSA P-256 over SHA-256: all that a hardware module needs to offer.
    """

    chain: str
    sign: Callable[[bytes], bytes]


def secret(name: str, size: int = 32) -> bytes:
    """Return the secret of this name, made at first use.

    Args:
        name: lower-case letters, digits, dots, dashes and underscores; it becomes the file's name.
        size: how many random bytes a new secret has.

    Raises:
        KeyStoreError: the folder cannot be used, or the stored secret has another size.
    """
    found = stored(name, lambda: secrets.token_bytes(size))
    if len(found) != size:
        msg = f"The key {name} has {len(found)} bytes where {size} are expected; restore it from your backup."
        raise KeyStoreError(msg)
    return found


def signing() -> Signing:
    """Return the chain and the callback that sign manifests today.

    Raises:
        KeyStoreError: the keys cannot be read, or the configured ones are not ECDSA P-256 in PEM.
    """
    if settings.SIGNING_KEY:
        chain, bundle = text(settings.SIGNING_CHAIN), text(settings.SIGNING_KEY).encode()
    else:
        bundle = leaf()
        chain = authority.chain(bundle)
    try:
        key = authority.signer(bundle)
    except ValueError as error:
        msg = "The signing key is not an ECDSA P-256 key in PEM."
        raise KeyStoreError(msg) from error
    return Signing(chain=chain, sign=lambda data: raw_es256(key, data))


def raw_es256(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Return r || s as COSE wants it."""
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def leaf() -> bytes:
    """Return the development leaf in PEM, replaced well before it ends."""
    issuer = stored(AUTHORITY, authority.make)
    bundle = stored(LEAF, lambda: authority.issue(issuer))
    if authority.is_due(bundle, timezone.now()):
        bundle = authority.issue(issuer)
        replace(LEAF, bundle)
    return bundle


def anchors() -> str:
    """Return the roots we stand under, in PEM; empty when no key was made here yet. Makes nothing."""
    if settings.TRUST_ANCHORS:
        return text(settings.TRUST_ANCHORS)
    with contextlib.suppress(FileNotFoundError):
        return authority.root(place(AUTHORITY).read_bytes())
    return ""


def log_key() -> Ed25519PrivateKey:
    """Return the key that signs checkpoints, made at first use.

    Raises:
        KeyStoreError: the configured key is not Ed25519 in PEM.
    """
    if not settings.LOG_KEY:
        return Ed25519PrivateKey.from_private_bytes(secret(LOG))
    try:
        key = serialization.load_pem_private_key(text(settings.LOG_KEY).encode(), password=None)
    except ValueError as error:
        msg = "The log key is not an Ed25519 key in PEM."
        raise KeyStoreError(msg) from error
    if not isinstance(key, Ed25519PrivateKey):
        msg = "The log key is not an Ed25519 key in PEM."
        raise KeyStoreError(msg)
    return key


def log_public() -> bytes | None:
    """Return the 32 bytes that checkpoints are checked with, or None when no log was begun here. Makes nothing."""
    if not settings.LOG_KEY and not place(LOG).exists():
        return None
    return log_key().public_key().public_bytes_raw()


def is_development() -> bool:
    """Return whether seals or checkpoints would be signed by keys made here for development."""
    if not (settings.SIGNING_KEY and settings.SIGNING_CHAIN and settings.TRUST_ANCHORS and settings.LOG_KEY):
        return True
    roots = x509.load_pem_x509_certificates(anchors().encode())
    return any(authority.ORGANISATION in root.subject.rfc4514_string() for root in roots)


def place(name: str) -> Path:
    """Return where a key lies."""
    if not NAME.fullmatch(name):
        msg = f"{name!r} is not a key's name."
        raise KeyStoreError(msg)
    return Path(settings.KEY_HOME) / name


def text(path: str | Path) -> str:
    """Return what a configured file holds."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The key file {Path(path).name} cannot be read."
        raise KeyStoreError(msg) from error


def stored(name: str, make: Callable[[], bytes]) -> bytes:
    """Return the bytes kept under this name; the first of several callers at once decides them."""
    path = place(name)
    try:
        if not path.exists():
            with draft(name, make()) as fresh, contextlib.suppress(FileExistsError):
                os.link(fresh, path)
        return path.read_bytes()
    except OSError as error:
        msg = f"The key {name} cannot be read or made: {error.strerror}."
        raise KeyStoreError(msg) from error


def replace(name: str, content: bytes) -> None:
    """Put new bytes under a name in one step: a reader sees the old ones or the new ones.

    Raises:
        KeyStoreError: the folder cannot be written.
    """
    try:
        with draft(name, content) as fresh:
            fresh.replace(place(name))
    except OSError as error:
        msg = f"The key {name} cannot be written: {error.strerror}."
        raise KeyStoreError(msg) from error


@contextlib.contextmanager
def draft(name: str, content: bytes) -> Iterator[Path]:
    """Write bytes beside their place, durable and readable by us alone; what is left over is removed."""
    home = Path(settings.KEY_HOME)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        yield path
    finally:
        path.unlink(missing_ok=True)
