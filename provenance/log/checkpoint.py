"""Signed checkpoints of the log: C2SP signed-note and tlog-checkpoint with Ed25519; no Django, no database.

A checkpoint says *this log, this many entries, this root*; whoever holds two of them can ask for the proof that
the second only added to the first.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provenance.errors import LogFormatError

ED25519 = b"\x01"
DASH = "\u2014 "  # a signature line begins with an em dash and a space
HASH = 32
DECIMAL = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)  # a number is written in one way, and fits 63 bits


STANDING = "standing "  # begins the extension line with the root of the map of standings


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: the log's name, how many entries, the root over them (32 bytes).

    ``standing`` is the root of the map of standings (32 bytes; see :mod:`provenance.log.sparse`), written in an
    extension line; empty where a checkpoint has none. C2SP tlog-checkpoint lets a log add such lines and warns that
    monitors cannot audit them: this one can be computed anew by whoever was given the entries' bodies.
    """

    origin: str
    size: int
    root: bytes
    standing: bytes = b""

    def text(self) -> str:
        """Return the lines that are signed."""
        more = f"{STANDING}{base64.b64encode(self.standing).decode()}\n" if self.standing else ""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{more}"


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
    body, (_, gap, signatures) = signed(note), note.rpartition("\n\n")
    if not gap:
        raise LogFormatError
    wanted = key_id(origin, public)
    for line in signatures.split("\n"):
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        found = decode(encoded)
        if line.startswith(DASH) and name == origin and found[:4] == wanted:
            check(public, found[4:], body)
            return parse(body, origin)
    raise LogFormatError


def parse(body: str, origin: str) -> Head:
    """Return the fields of the signed lines; extension lines that are not ours are passed over."""
    lines = body.removesuffix("\n").split("\n")
    if len(lines) < 3 or lines[0] != origin or not all(lines) or not DECIMAL.fullmatch(lines[1]):  # noqa: PLR2004
        raise LogFormatError
    root = decode(lines[2])
    standings = [decode(line.removeprefix(STANDING)) for line in lines[3:] if line.startswith(STANDING)]
    if any(len(each) != HASH for each in [root, *standings]) or len(standings) > 1:
        raise LogFormatError
    return Head(origin=origin, size=int(lines[1]), root=root, standing=standings[0] if standings else b"")


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


def signed(note: str) -> str:
    """Return what the signatures of a note are over: everything above its last empty line."""
    return note.rpartition("\n\n")[0] + "\n"


def verifier(name: str, public: bytes) -> str:
    """Return the key in the text form that other verifiers take: ``name+id+key``."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def verifying(key: str) -> tuple[str, bytes]:
    """Return the log's name and its 32 public bytes from the text form ``name+id+key``.

    Raises:
        LogFormatError: it is not the Ed25519 key of a log.
    """
    name, _, rest = key.strip().partition("+")
    said, _, encoded = rest.partition("+")
    raw = decode(encoded)
    if not name or len(raw) != 1 + HASH or raw[:1] != ED25519 or said != key_id(name, raw[1:]).hex():
        raise LogFormatError
    return name, raw[1:]
