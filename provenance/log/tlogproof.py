"""Proof files: one small text that shows, to anybody and offline, that something is in the log.

``write`` and ``read`` are C2SP tlog-proof (``c2sp.org/tlog-proof@v1``): index, audit path, cosigned checkpoint. Its
``extra`` line, where there is one, opens the leaf: base64 of JSON ``{"body": …, "salt": hex}``, of which the log holds
SHA-256(salt || body). Nothing in it is believed before the hashes agree. Pure: no Django, no database.
"""

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from provenance.errors import LogFormatError, ProofFileError
from provenance.log import checkpoint, cosignature, tree
from provenance.log.checkpoint import DECIMAL, Head, decode
from provenance.log.cosignature import Witness

FIRST = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MOST = 1 << 20  # characters of a file that is still read
INDEX = re.compile(f"index ({DECIMAL.pattern})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a reader believes: the log's name and key, and the witnesses of which so many must have cosigned."""

    origin: str
    public: bytes
    witnesses: Collection[Witness] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a proof file holds, not yet believed: ``salt`` and ``body`` are empty where it does not open the leaf."""

    index: int
    path: tuple[bytes, ...]
    note: str
    salt: bytes = b""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """What was proven: an entry's place in a tree, what it says (empty if unopened), who cosigned when (POSIX)."""

    index: int
    head: Head
    body: str
    cosigned: tuple[tuple[str, int], ...]


def write(file: ProofFile) -> str:
    """Return the text of a proof file."""
    extra = json.dumps({"body": file.body, "salt": file.salt.hex()}).encode()
    lines = [FIRST, *([f"extra {encoded(extra)}"] if file.body else [])]
    return "\n".join([*lines, f"index {file.index}", *map(encoded, file.path), "", file.note])


def encoded(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def read(text: str) -> ProofFile:
    """Return what a proof file holds.

    Raises:
        LogFormatError: it is not a proof file.
    """
    above, gap, note = text.partition("\n\n")
    lines = above.split("\n")
    if len(text) > MOST or not gap or lines.pop(0) != FIRST or not lines:
        raise ProofFileError
    salt, body = opened(lines.pop(0).removeprefix("extra ")) if lines[0].startswith("extra ") else (b"", "")
    found = INDEX.fullmatch(lines.pop(0)) if lines else None
    if found is None:
        raise ProofFileError
    return ProofFile(int(found[1]), hashes(lines), note, salt, body)


def hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Return the hashes of base64 lines."""
    found = tuple(map(decode, lines))
    if any(len(each) != tree.SIZE for each in found):
        raise ProofFileError
    return found


def opened(extra: str) -> tuple[bytes, str]:
    """Return the salt and the body of an extra line that is ours."""
    try:
        said = json.loads(decode(extra))
        salt, body = bytes.fromhex(said["salt"]), said["body"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProofFileError from error
    if not isinstance(body, str):
        raise ProofFileError
    return salt, body


def verify(file: ProofFile, *, trust: Trust, commitment: bytes = b"") -> Proven:
    """Return what a proof file proves to somebody with this trust.

    Args:
        file: as it was read.
        trust: whom to believe.
        commitment: the leaf's 32 bytes, where the caller knows them; needed when the file does not open its leaf.

    Raises:
        LogFormatError: in one sentence what does not hold.
    """
    leaf = committed(file) or commitment
    if not leaf or (commitment and leaf != commitment):
        raise LogFormatError("This proof is of another entry, or does not say of which.")
    head = checkpoint.read(file.note, origin=trust.origin, public=trust.public)
    found = tree.leaf_hash(leaf)
    if not tree.is_included(found, index=file.index, size=head.size, path=file.path, root=head.root):
        raise LogFormatError("The entry is not in the log at this place, or was changed since.")
    return Proven(file.index, head, file.body, witnessed(file.note, trust))


def committed(file: ProofFile) -> bytes:
    """Return what the log holds of the words in a file; nothing where it has none."""
    try:
        return hashlib.sha256(file.salt + file.body.encode()).digest() if file.body else b""
    except UnicodeEncodeError as error:
        raise ProofFileError from error


def witnessed(note: str, trust: Trust) -> tuple[tuple[str, int], ...]:
    """Return who of the trusted witnesses cosigned, and when; raise where they are too few."""
    seen = tuple(cosignature.seen(note, by=trust.witnesses).items())
    if len(seen) < trust.quorum:
        raise LogFormatError(f"Only {len(seen)} of the {trust.quorum} witnesses that are asked for cosigned this.")
    return seen


def names(body: str) -> Iterable[str]:
    """Return what the words of an entry name: receipts' digests and a manifest's label."""
    try:
        fact = json.loads(body)["fact"]
        listed = [*fact.get("receipts", []), *fact.get("ends", []), fact.get("manifest")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProofFileError from error
    return [each for each in listed if isinstance(each, str)]
