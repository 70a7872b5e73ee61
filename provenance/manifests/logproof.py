"""Proof files: one small text that shows, to anybody and offline, that something is in the log.

C2SP tlog-proof (``c2sp.org/tlog-proof@v1``): index, audit path, signed checkpoint. Its ``extra`` line opens the leaf:
base64 of JSON ``{"body": …, "salt": hex}``, of which the log holds SHA-256(salt || body). Nothing in it is believed
before the hashes agree. Pure: no Django, no database.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from provenance.errors import LogFormatError
from provenance.log import checkpoint, tree
from provenance.log.checkpoint import Head, decode

FIRST = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MOST = 1 << 20  # characters of a file that is still read
INDEX = re.compile("index (0|[1-9][0-9]{0,18})", re.ASCII)  # written in one way, and fits 63 bits
ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a proof file holds, not yet believed."""

    index: int
    path: tuple[bytes, ...]
    note: str
    salt: bytes
    body: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What was proven: an entry's kind and fact, its place, and the signed tree that it is in."""

    kind: str
    fact: dict[str, Any]
    at: str
    index: int
    head: Head


def write(file: ProofFile) -> str:
    """Return the text of a proof file."""
    extra = json.dumps({"body": file.body, "salt": file.salt.hex()}, sort_keys=True, separators=(",", ":"))
    lines = [FIRST, f"extra {encoded(extra.encode())}", f"index {file.index}", *map(encoded, file.path)]
    return "\n".join([*lines, "", file.note])


def encoded(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def read(text: str) -> ProofFile:
    """Return what a proof file holds.

    Raises:
        LogFormatError: it is not a proof file that opens its leaf.
    """
    above, gap, note = text.partition("\n\n")
    lines = above.split("\n")
    if len(text) > MOST or not gap or len(lines) < 3 or lines[0] != FIRST:  # noqa: PLR2004 - first line, extra, index
        raise LogFormatError("This is not a tlog-proof file.")
    found = INDEX.fullmatch(lines[2])
    if found is None or not lines[1].startswith("extra "):
        raise LogFormatError("This proof file does not say what it proves.")
    path = tuple(map(decode, lines[3:]))
    if any(len(each) != tree.SIZE for each in path):
        raise LogFormatError("This proof file is damaged.")
    salt, body = opened(lines[1].removeprefix("extra "))
    return ProofFile(int(found[1]), path, note, salt, body)


def opened(extra: str) -> tuple[bytes, str]:
    """Return the salt and the body of an extra line that is ours."""
    try:
        said = json.loads(decode(extra))
        salt, body = bytes.fromhex(said["salt"]), said["body"]
        return salt, str(json.loads(body) and body)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LogFormatError("This proof file does not say what it proves.") from error


def verify(file: ProofFile, *, origin: str, public: bytes) -> Entry:
    """Return what a proof file proves to somebody who trusts this log's key.

    Raises:
        LogFormatError: in one sentence what does not hold.
    """
    try:
        head = checkpoint.read(file.note, origin=origin, public=public)
    except LogFormatError as error:
        raise LogFormatError("The checkpoint in this proof was not signed by that log's key.") from error
    leaf = tree.leaf_hash(hashlib.sha256(file.salt + file.body.encode("utf-8", "surrogatepass")).digest())
    if not tree.is_included(leaf, index=file.index, size=head.size, path=file.path, root=head.root):
        raise LogFormatError("The entry is not in the log at this place, or was changed since.")
    said = json.loads(file.body)
    if not isinstance(said, dict) or not isinstance(said.get("fact"), dict):
        raise LogFormatError("The entry in this proof is not a fact.")
    return Entry(str(said.get("kind")), said["fact"], str(said.get("at")), file.index, head)


def verifying(key: str) -> tuple[str, bytes]:
    """Return the log's name and its 32 public bytes from the text form ``name+id+key``.

    Raises:
        LogFormatError: it is not the Ed25519 key of a log.
    """
    name, _, rest = key.strip().partition("+")
    said, _, text = rest.partition("+")
    try:
        raw = decode(text)
    except LogFormatError:
        raw = b""
    if not name or len(raw) != 1 + tree.SIZE or raw[:1] != ED25519 or said != checkpoint.key_id(name, raw[1:]).hex():
        raise LogFormatError("This is not the key of a log, which looks like name+id+key.")
    return name, raw[1:]
