"""Growth files: that the log of one signed checkpoint is the beginning of that of a later one.

JSON ``{"old": note, "new": note, "path": [hex, …]}``: two checkpoints as they were signed, and the RFC 6962
consistency proof between their roots; other members are passed over. Pure: no Django, no database.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from provenance.errors import LogFormatError, ProofFileError
from provenance.log import checkpoint, tree
from provenance.log.checkpoint import Head
from provenance.log.tlogproof import MOST, Trust

LONGEST = 128  # hashes of a path: a tree of 2 ** 63 leaves needs fewer


@dataclass(frozen=True, slots=True)
class GrowthFile:
    """What such a file holds, not yet believed."""

    old: str
    new: str
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProvenGrowth:
    """What was proven: the two heads of which the first is the beginning of the second."""

    old: Head
    new: Head


def write(old: str, new: str, path: Sequence[bytes]) -> str:
    """Return the text of the file."""
    return json.dumps({"old": old, "new": new, "path": [each.hex() for each in path]}, indent=2) + "\n"


def read(text: str) -> GrowthFile:
    """Return what such a file holds.

    Raises:
        LogFormatError: it is not one.
    """
    try:
        found = json.loads(text) if len(text) <= MOST else None
        old, new, path = found["old"], found["new"], tuple(map(bytes.fromhex, found["path"]))  # type: ignore[index]  # caught
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProofFileError from error
    if not isinstance(old, str) or not isinstance(new, str) or len(path) > LONGEST:
        raise ProofFileError
    return GrowthFile(old, new, path)


def verify(file: GrowthFile, *, trust: Trust) -> ProvenGrowth:
    """Return what the file proves to somebody with this trust.

    Raises:
        LogFormatError: in one sentence what does not hold.
    """
    old, new = (checkpoint.read(each, origin=trust.origin, public=trust.public) for each in (file.old, file.new))
    if any(len(each) != tree.SIZE for each in file.path):
        raise ProofFileError
    if not tree.is_consistent(old=old.size, new=new.size, old_root=old.root, new_root=new.root, path=file.path):
        raise LogFormatError("The second checkpoint is not shown to begin with the first.")
    return ProvenGrowth(old, new)
