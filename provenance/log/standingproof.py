"""Proof files of a standing: that a receipt or a seal stood, was ended, or was unknown at a signed checkpoint.

::

    countenance.standing@v1
    name <a receipt's digest or a manifest's label>
    standing stands 17 | ended 17 40 | ended - 40 | absent
    beside <base64 of 32 bytes of another key and 16 of its standing>   (only for absent, where another name is met)
    <base64 of the hash beside the way, deepest first>                  (none or more)

    <the checkpoint, with its extension line "standing <base64 of the map's root>">

The hashing is described in :mod:`provenance.log.sparse`. Pure: no Django, no database.
"""

import re
from dataclasses import dataclass

from provenance.errors import LogFormatError, ProofFileError
from provenance.log import checkpoint, sparse
from provenance.log.checkpoint import DECIMAL, Head, decode
from provenance.log.sparse import Path, Standing
from provenance.log.tlogproof import MOST, Trust, encoded, hashes, witnessed

FIRST = "countenance.standing@v1"
NUMBER = DECIMAL.pattern
WORDS = re.compile(f"standing (?:absent|stands ({NUMBER})|ended (-|{NUMBER}) ({NUMBER}))", re.ASCII)
NAME = re.compile(r"name (\S+)")


@dataclass(frozen=True, slots=True)
class StandingFile:
    """What such a file holds, not yet believed."""

    name: str
    standing: Standing
    path: Path
    note: str


@dataclass(frozen=True, slots=True)
class ProvenStanding:
    """What was proven: the standing of a name at a checkpoint, and who cosigned that when (POSIX)."""

    standing: Standing
    head: Head
    cosigned: tuple[tuple[str, int], ...]


def write(file: StandingFile) -> str:
    """Return the text of the file."""
    beside = [f"beside {encoded(b''.join(file.path.other))}"] if file.path.other else []
    lines = [FIRST, f"name {file.name}", f"standing {file.standing}", *beside, *map(encoded, file.path.siblings)]
    return "\n".join([*lines, "", file.note])


def read(text: str) -> StandingFile:
    """Return what such a file holds.

    Raises:
        LogFormatError: it is not one.
    """
    above, gap, note = text.partition("\n\n")
    lines = above.split("\n")
    if len(text) > MOST or not gap or len(lines) < 3 or lines[0] != FIRST:  # noqa: PLR2004
        raise ProofFileError
    name, words, rest = NAME.fullmatch(lines[1]), WORDS.fullmatch(lines[2]), lines[3:]
    if name is None or words is None:
        raise ProofFileError
    other = beside(rest.pop(0)) if rest and rest[0].startswith("beside ") else None
    return StandingFile(name[1], standing(words), Path(hashes(rest), other), note)


def standing(words: re.Match[str]) -> Standing:
    """Return the standing of a line in words."""
    made = words[1] or words[2]
    return Standing(int(made) if made and made != "-" else None, int(words[3]) if words[3] else None)


def beside(line: str) -> sparse.Leaf:
    """Return the other name of such a line."""
    found = decode(line.removeprefix("beside "))
    if len(found) != sparse.KEY + sparse.PACKED:
        raise ProofFileError
    return found[: sparse.KEY], found[sparse.KEY :]


def verify(file: StandingFile, *, trust: Trust) -> ProvenStanding:
    """Return what the file proves to somebody with this trust.

    Raises:
        LogFormatError: in one sentence what does not hold.
    """
    head = checkpoint.read(file.note, origin=trust.origin, public=trust.public)
    if not head.standing:
        raise LogFormatError("This checkpoint says nothing of standings.")
    if file.path.other and file.standing != Standing():
        raise ProofFileError
    if not sparse.is_proven(file.name, file.standing, path=file.path, root=head.standing):
        raise LogFormatError("The standing is not what the log signed.")
    return ProvenStanding(file.standing, head, witnessed(file.note, trust))
