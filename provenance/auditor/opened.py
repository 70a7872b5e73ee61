"""Entries of the log whose words a proof file opens: what they say, once they are proven to be in it."""

import json
from dataclasses import dataclass
from typing import Any

from provenance.errors import LogFormatError
from provenance.log import checkpoint, tlogproof
from provenance.log.checkpoint import Head
from provenance.log.tlogproof import ProofFile, Trust


@dataclass(frozen=True, slots=True)
class Entry:
    """What was proven: an entry's kind and fact, its place, and the signed tree that it is in."""

    kind: str
    fact: dict[str, Any]
    at: str
    index: int
    head: Head


def read(text: str) -> ProofFile:
    """Return what a proof file holds, not yet believed.

    Raises:
        LogFormatError: it is no proof file, or does not open its entry.
    """
    if not text.startswith(tlogproof.FIRST):
        raise LogFormatError("This is not a tlog-proof file.")
    file = tlogproof.read(text)
    if not file.body:
        raise LogFormatError("This proof file does not say what it proves.")
    return file


def prove(file: ProofFile, *, trust: Trust) -> Entry:
    """Return what a proof file proves to somebody who trusts this log's key.

    Raises:
        LogFormatError: in one sentence what does not hold.
    """
    try:
        head = checkpoint.read(file.note, origin=trust.origin, public=trust.public)
    except LogFormatError as error:
        raise LogFormatError("The checkpoint in this proof was not signed by that log's key.") from error
    proven = tlogproof.verify(file, trust=trust)
    try:
        said = json.loads(proven.body)
        return Entry(str(said["kind"]), dict(said["fact"]), str(said["at"]), proven.index, head)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LogFormatError("The entry in this proof is not a fact.") from error


def trusted(log_key: str) -> Trust:
    """Return whom to believe, from the log's key as ``name+id+key``.

    Raises:
        LogFormatError: it is not the Ed25519 key of a log.
    """
    try:
        return Trust(*checkpoint.verifying(log_key))
    except LogFormatError as error:
        raise LogFormatError("This is not the key of a log, which looks like name+id+key.") from error
