"""An operator who brings keys of their own."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils import timezone
from pytest_django import Settings

from provenance.backends import authority, keys, leaves
from tests.provenance import material


@dataclass
class Own:
    """An operator's signing key, its chain in PEM, and the log's key."""

    key: ec.EllipticCurvePrivateKey
    log: Ed25519PrivateKey
    chain: bytes


def bring(settings: Settings, folder: Path) -> Own:
    """Name keys of one's own in the settings; the leaf has 30 days left."""
    theirs, log = material.stranger(), Ed25519PrivateKey.generate()
    files = {
        "SIGNING_CHAIN": theirs.chain.encode(),
        "SIGNING_KEY": authority.private(theirs.key),
        "TRUST_ANCHORS": theirs.root.encode(),
        "LOG_KEY": pem(log),
    }
    for name, content in files.items():
        setattr(settings, name, str(material.saved(folder, content, name)))
    return Own(theirs.key, log, theirs.chain.encode())


def pem(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """Return a key in PEM."""
    if isinstance(key, Ed25519PublicKey):
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def aged(by: timedelta) -> bytes:
    """A leaf of ours that has signed for so long, in its place."""
    issuer, now = leaves.issuer(), timezone.now() - by
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        leaf = authority.issue(issuer, valid=timedelta(days=365))
    keys.replace(leaves.NAMES[False], leaf)
    return leaf
