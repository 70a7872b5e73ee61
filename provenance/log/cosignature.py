"""What a witness puts under a checkpoint: C2SP tlog-cosignature with Ed25519; no Django, no database.

It says *as of this time this is the largest tree of this log that I have seen, and it only ever grew*. Checkpoints
with cosignatures cannot be shown to one reader and hidden from another without the witness's help.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provenance.errors import LogFormatError
from provenance.log.checkpoint import DASH, decode, signed

KIND = b"\x04"  # "timestamped Ed25519 witness cosignature" in c2sp.org/signed-note
ID, STAMP, SIGNATURE = 4, 8, 64  # bytes
PUBLIC = 32


@dataclass(frozen=True, slots=True)
class Witness:
    """Who cosigns: a name without spaces or plus signs, and the 32 bytes of an Ed25519 public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the 4 bytes by which a signature line names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + KIND + self.public).digest()[:ID]

    def __str__(self) -> str:
        """Return the key as others are told it: ``name+id+key``."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(KIND + self.public).decode()}"


def witness(key: str) -> Witness:
    """Return the witness whose key is written ``name+id+key``.

    Raises:
        LogFormatError: it is not the key of a witness.
    """
    name, _, rest = key.partition("+")
    said, _, encoded = rest.partition("+")
    raw = decode(encoded)
    found = Witness(name, raw[1:])
    if not name or any(char.isspace() for char in name) or raw[:1] != KIND or len(found.public) != PUBLIC:
        raise LogFormatError
    if said != found.id.hex():
        raise LogFormatError
    return found


def message(text: str, at: int) -> bytes:
    """Return what is signed: a header, the POSIX time, the checkpoint's text (everything above its signatures)."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosign(text: str, *, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """Return the signature line of a witness under a checkpoint's text; ``at`` is POSIX time in seconds."""
    me = Witness(name, key.public_key().public_bytes_raw())
    signature = me.id + at.to_bytes(STAMP, "big") + key.sign(message(text, at))
    return f"{DASH}{name} {base64.b64encode(signature).decode()}\n"


def when(line: str, text: str, *, by: Witness) -> int | None:
    """Return at what POSIX time this witness cosigned the text by this line; None if it is somebody else's line.

    Raises:
        LogFormatError: it names this witness and does not hold.
    """
    name, _, encoded = line.removeprefix(DASH).rstrip("\n").partition(" ")
    if not line.startswith(DASH) or name != by.name:
        return None
    found = decode(encoded)
    if found[:ID] != by.id:
        return None
    if len(found) != ID + STAMP + SIGNATURE:
        raise LogFormatError
    at = int.from_bytes(found[ID : ID + STAMP], "big")
    try:
        Ed25519PublicKey.from_public_bytes(by.public).verify(found[ID + STAMP :], message(text, at))
    except (InvalidSignature, ValueError) as error:
        raise LogFormatError from error
    return at


def seen(note: str, *, by: Iterable[Witness]) -> Mapping[str, int]:
    """Return which of these witnesses cosigned a checkpoint, and when (POSIX seconds).

    Raises:
        LogFormatError: a line bears the name and key of one of them and does not hold; the note is malformed then.
    """
    found: dict[str, int] = {}
    for each in by:
        for line in note.rpartition("\n\n")[2].split("\n"):
            at = when(line, signed(note), by=each)
            if at is not None:
                found[each.name] = at
    return found
