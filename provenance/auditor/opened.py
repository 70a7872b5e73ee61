"""Entries of the log whose words a proof file opens: what they say, once they are proven to be in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provenance.errors import LogFormatError
from provenance.log import checkpoint, cosignature, tlogproof
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
    witnesses: int


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
        return Entry(str(said["kind"]), dict(said["fact"]), str(said["at"]), proven.index, head, len(proven.cosigned))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LogFormatError("The entry in this proof is not a fact.") from error


def trusted(log_key: str, witnesses: Sequence[str] = ()) -> Trust:
    """Return whom to believe: the log's key as ``name+id+key``, and witnesses' keys, each of which must have cosigned.

    Raises:
        LogFormatError: one of them is no such key.
    """
    try:
        wanted = [cosignature.witness(each) for each in witnesses]
        return Trust(*checkpoint.verifying(log_key), wanted, quorum=len(wanted))
    except LogFormatError as error:
        raise LogFormatError("This is not the key of a log or a witness, which looks like name+id+key.") from error
