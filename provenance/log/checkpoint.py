"""Signed checkpoints of the log: C2SP signed-note and tlog-checkpoint with Ed25519; no Django, no database.

A checkpoint says *this log, this many entries, this root*; whoever holds two of them can ask for the proof that
the second only added to the first.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provenance.errors import LogFormatError

ED25519 = b"\x01"
DASH = "\u2014 "  # a signature line begins with an em dash and a space
HASH = 32


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: the log's name, how many entries, the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign(head: Head, key: Ed25519PrivateKey) -> str:
    """Return the signed note; the signer's name is the log's origin."""
    public = key.public_key().public_bytes_raw()
    signature = key_id(head.origin, public) + key.sign(head.text().encode())
    return f"{head.text()}\n{DASH}{head.origin} {base64.b64encode(signature).decode()}\n"


def read(note: str, *, origin: str, public: bytes) -> Head:
    """Return what a note says, after checking that the log of this name signed it.

    Raises:
        LogFormatError: it is not a checkpoint of this log, or the signature does not hold.
    """
    text, gap, signatures = note.partition("\n\n")
    body = text + "\n"
    if not gap:
        raise LogFormatError
    wanted = key_id(origin, public)
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        found = decode(encoded)
        if line.startswith(DASH) and name == origin and found[:4] == wanted:
            check(public, found[4:], body)
            return parse(body, origin)
    raise LogFormatError


def parse(body: str, origin: str) -> Head:
    """Return the fields of the signed lines; further lines are extensions and are passed over."""
    lines = body.splitlines()
    if len(lines) < 3 or lines[0] != origin or not lines[1].isascii() or not lines[1].isdecimal():  # noqa: PLR2004
        raise LogFormatError
    root = decode(lines[2])
    if len(root) != HASH or (len(lines[1]) > 1 and lines[1][0] == "0"):
        raise LogFormatError
    return Head(origin=origin, size=int(lines[1]), root=root)


def check(public: bytes, signature: bytes, body: str) -> None:
    """Refuse a signature that does not hold."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body.encode())
    except (InvalidSignature, ValueError) as error:
        raise LogFormatError from error


def decode(encoded: str) -> bytes:
    """Return the bytes of strict base64.

    Raises:
        LogFormatError: it is not base64.
    """
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise LogFormatError from error


def key_id(name: str, public: bytes) -> bytes:
    """Return the 4 bytes by which a note names its key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier(name: str, public: bytes) -> str:
    """Return the key in the text form that other verifiers take: ``name+id+key``."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"
