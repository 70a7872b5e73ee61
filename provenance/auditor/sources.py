"""Where an auditor reads a log from: a folder that was exported, or the log's own address. Nothing read is believed."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from provenance.errors import LogFormatError
from provenance.log.tiles import Address
from provenance.log.tree import SIZE

CHECKPOINT, HISTORY, ENTRIES = "checkpoint", "checkpoints.jsonl", "entries.jsonl"
MOST = 1 << 20  # bytes of one answer
SECONDS = 30.0


class Source(Protocol):
    """Something that has a log's files under their paths."""

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""

    def lines(self, path: str) -> Iterator[dict[str, Any]] | None:
        """Return the objects of a file with one JSON object in each line; None where there is none."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A log as ``manage.py log export`` wrote it."""

    home: Path

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""
        try:
            return (self.home / path).read_bytes()
        except OSError:
            return None

    def lines(self, path: str) -> Iterator[dict[str, Any]] | None:
        """Return the objects of a file; None where there is none."""
        return objects(self.home / path) if (self.home / path).is_file() else None


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the object in each line.

    Raises:
        LogFormatError: a line holds none.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise LogFormatError(f"Line {number} of {path.name} cannot be read.") from error
            if not isinstance(found, dict):
                raise LogFormatError(f"Line {number} of {path.name} cannot be read.")
            yield found


def place_of(row: Mapping[str, Any], name: str = "index") -> int:
    """Return the number a line bears.

    Raises:
        LogFormatError: it bears none.
    """
    found = row.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise LogFormatError(f"A line bears no {name}, so it cannot be told where it belongs.")
    return found


@dataclass(frozen=True, slots=True)
class Site:
    """A log at its address: what everybody may see, so no entry's words and no older checkpoints."""

    prefix: str

    def get(self, path: str) -> bytes | None:
        """Return a file, or None where nobody has it.

        Raises:
            LogFormatError: the address is none, or nobody answers there.
        """
        if not self.prefix.startswith(("https://", "http://")):
            raise LogFormatError("A log's address begins with https:// or http://.")
        try:
            with urllib.request.urlopen(f"{self.prefix.rstrip('/')}/{path}", timeout=SECONDS) as answer:  # noqa: S310 - checked above
                return bytes(answer.read(MOST))
        except urllib.error.HTTPError as error:
            error.close()
            return None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise LogFormatError(f"Nobody answers at {self.prefix}.") from error

    def lines(self, path: str) -> None:  # noqa: ARG002 - as every source has it
        """Return None: these are not public."""
        return


def whole(source: Source, wanted: Address) -> bytes | None:
    """Return a tile or bundle, from its full form where the partial one is gone (tlog-tiles, "Partial Tiles")."""
    found = source.get(str(wanted))
    if found is None and not wanted.is_whole:
        found = source.get(str(Address(wanted.storey, wanted.index)))
        return found if found is None or wanted.storey < 0 else found[: wanted.width * SIZE]
    return found
