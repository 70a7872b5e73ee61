"""Which keys sign, and what our seals stand under: three ways to keep a key, chosen by settings.

* a **file** in PEM (``SIGNING_KEY``, ``LOG_KEY``);
* a **token** that speaks PKCS#11, or a **callback** of the operator's own, such as a KMS (``SIGNING_KEEPER``,
  ``LOG_KEEPER``: a class by dotted path): the key never comes here;
* leaves that an **authority** issues and renews by itself (``SIGNING_AUTHORITY``; see ``leaves``).

Without any of them a development authority is made in ``KEY_HOME``, which ``check --deploy`` refuses.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from provenance.backends import authority, kept, leaves
from provenance.backends.kept import raw_es256
from provenance.backends.leaves import AUTHORITY
from provenance.backends.store import alone, draft, place, replace, secret, stored, text
from provenance.errors import KeyStoreError

__all__ = ["alone", "draft", "place", "raw_es256", "replace", "secret", "stored", "text"]

LOG = "log-ed25519"


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs manifests: ``chain`` is leaf and intermediates in PEM (no root); ``sign`` is raw ES256.

    ``sign(data)`` returns r || s (64 bytes) of ECDSA P-256 over SHA-256: all that a hardware module needs to offer.
    It raises KeyStoreError when the key does not answer, or is not the chain's.
    """

    chain: str
    sign: Callable[[bytes], bytes]


def signing(*, is_stamped: bool = False) -> Signing:
    """Return the chain and the callback that sign manifests today.

    Args:
        is_stamped: whether a timestamp authority will say when; a leaf that we issue can then be short-lived.

    Raises:
        KeyStoreError: the keys cannot be read, or the configured ones are not ECDSA P-256 in PEM.
    """
    if is_issued_here():
        bundle = leaf(is_stamped=is_stamped)
        return Signing(chain=authority.chain(bundle), sign=kept.by_file(bundle))
    chain = text(settings.SIGNING_CHAIN)
    if settings.SIGNING_KEEPER:
        return Signing(chain=chain, sign=kept.by_keeper(settings.SIGNING_KEEPER, chain=chain))
    return Signing(chain=chain, sign=kept.by_file(text(settings.SIGNING_KEY).encode(), chain=chain))


def is_issued_here() -> bool:
    """Return whether leaves are issued and renewed here; an operator's own chain never is."""
    return not (settings.SIGNING_KEY or settings.SIGNING_KEEPER)


def leaf(*, is_stamped: bool = False) -> bytes:
    """Return the leaf of the day in PEM: key, leaf, intermediates; renewed when it has signed long enough."""
    return leaves.current(is_stamped=is_stamped)


def anchors() -> str:
    """Return the roots we stand under, in PEM; empty when no key was made here yet. Makes nothing."""
    if settings.TRUST_ANCHORS:
        return text(settings.TRUST_ANCHORS)
    with contextlib.suppress(FileNotFoundError):
        return authority.root(place(AUTHORITY).read_bytes())
    return ""


def time_anchors() -> str:
    """Return the roots of the timestamp authorities we believe, in PEM; empty when there are none."""
    return text(settings.TIMESTAMP_ANCHORS) if settings.TIMESTAMP_ANCHORS else ""


def log_key() -> Ed25519PrivateKey:
    """Return the key that signs checkpoints, made at first use; with ``LOG_KEEPER`` it stays where it is kept.

    Raises:
        KeyStoreError: the configured key is not Ed25519 in PEM.
    """
    if settings.LOG_KEEPER:
        return kept.LogKey(settings.LOG_KEEPER, public=public_log_key())
    if not settings.LOG_KEY:
        return Ed25519PrivateKey.from_private_bytes(secret(LOG))
    try:
        key = serialization.load_pem_private_key(text(settings.LOG_KEY).encode(), password=None)
    except (ValueError, TypeError) as error:
        msg = "The log key is not an Ed25519 key in PEM."
        raise KeyStoreError(msg) from error
    if not isinstance(key, Ed25519PrivateKey):
        msg = "The log key is not an Ed25519 key in PEM."
        raise KeyStoreError(msg)
    return key


def public_log_key() -> Ed25519PublicKey:
    """Return the public half that ``LOG_KEY`` names where a keeper has the private one."""
    msg = "LOG_KEEPER keeps the log's key, so LOG_KEY has to name its public half: Ed25519 in PEM."
    if not settings.LOG_KEY:
        raise KeyStoreError(msg)
    try:
        key = serialization.load_pem_public_key(text(settings.LOG_KEY).encode())
    except ValueError as error:
        raise KeyStoreError(msg) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyStoreError(msg)
    return key


def log_public() -> bytes | None:
    """Return the 32 bytes that checkpoints are checked with, or None when no log was begun here. Makes nothing."""
    if not settings.LOG_KEY and not settings.LOG_KEEPER and not place(LOG).exists():
        return None
    return log_key().public_key().public_bytes_raw()


def is_development() -> bool:
    """Return whether seals or checkpoints would be signed by keys made here for development."""
    has_chain = settings.SIGNING_CHAIN and (settings.SIGNING_KEY or settings.SIGNING_KEEPER)
    is_own = settings.SIGNING_AUTHORITY if is_issued_here() else has_chain
    if not (is_own and settings.TRUST_ANCHORS and settings.LOG_KEY):
        return True
    roots = certificates(anchors(), name="TRUST_ANCHORS")
    return any(authority.ORGANISATION in root.subject.rfc4514_string() for root in roots)


def certificates(pem: str, *, name: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM text; ``name`` is the setting that names it.

    Raises:
        KeyStoreError: there is none in it.
    """
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        msg = f"There is no certificate in PEM where {name} points."
        raise KeyStoreError(msg) from error
