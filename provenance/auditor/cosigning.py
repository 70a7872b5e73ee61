"""What a witness decides about a checkpoint it is shown: C2SP tlog-witness, ``add-checkpoint``; no Django, no database.

It remembers the largest tree of each log that it cosigned, cosigns only trees that begin with that one, and writes
down that it did before it says so: killed at any moment, it has never cosigned what it does not remember.
"""

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenance.errors import LogFormatError
from provenance.log import checkpoint, cosignature, tree
from provenance.log.checkpoint import DECIMAL, Head, decode

PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
PROOF_LINES = 63
FORGOT = "What this witness remembers cannot be read; it cosigns nothing."


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, its type and its text."""

    status: int
    text: str
    kind: str = PLAIN


@dataclass(frozen=True, slots=True)
class Request:
    """An ``add-checkpoint``: the size its sender thinks we know, the consistency proof, the checkpoint."""

    old: int
    path: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of a log that was cosigned, and the checkpoint with both signatures."""

    size: int = 0
    root: bytes = tree.EMPTY
    note: str = ""


class Memory:
    """The file in which a witness keeps what it saw; replaced whole, durable before anybody hears of it."""

    def __init__(self, path: Path) -> None:
        """Keep it at this path; two processes take turns."""
        self.path, self.turn = path, threading.Lock()

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Let nobody else look or write meanwhile."""
        with self.turn, self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def of(self, origin: str) -> Seen:
        """Return what was seen of a log.

        Raises:
            LogFormatError: the file is damaged; a witness that forgot must not cosign.
        """
        found = self.everything().get(origin)
        try:
            return Seen(int(found["size"]), bytes.fromhex(found["root"]), str(found["note"])) if found else Seen()
        except (KeyError, TypeError, ValueError) as error:
            raise LogFormatError(FORGOT) from error

    def everything(self) -> dict[str, Any]:
        """Return all that was seen, by the log's name."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise LogFormatError(FORGOT) from error
        if not isinstance(found, dict):
            raise LogFormatError(FORGOT)
        return found

    def keep(self, origin: str, seen: Seen) -> None:
        """Write down what was seen, and return when the disk has it."""
        now = {**self.everything(), origin: {"size": seen.size, "root": seen.root.hex(), "note": seen.note}}
        fresh = self.path.with_name(f"{self.path.name}.new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(now, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness: its name and key, the logs it knows (name to public bytes), its memory."""

    name: str
    key: Ed25519PrivateKey
    logs: Mapping[str, bytes]
    memory: Memory

    def add(self, body: str, *, now: int) -> Answer:
        """Return what is answered to an ``add-checkpoint``; ``now`` is POSIX time in seconds."""
        try:
            asked = parsed(body)
            origin = asked.note.partition("\n")[0]
        except LogFormatError:
            return Answer(400, "This is not an add-checkpoint request.\n")
        if origin not in self.logs:
            return Answer(404, "This witness does not know that log.\n")
        try:
            head = checkpoint.read(asked.note, origin=origin, public=self.logs[origin])
        except LogFormatError:
            return Answer(403, "The checkpoint is not signed by that log.\n")
        with self.memory.hold():
            return self.judged(asked, head, now=now)

    def judged(self, asked: Request, head: Head, *, now: int) -> Answer:
        """Return what is answered to a checkpoint that the log signed; cosign it if it only adds to what was seen."""
        try:
            seen = self.memory.of(head.origin)
        except LogFormatError as error:
            return Answer(500, f"{error}\n")
        refusal = refused(asked, head, seen)
        if refusal:
            return refusal
        text = checkpoint.signed(asked.note)
        line = cosignature.cosign(text, name=self.name, key=self.key, at=now)
        note = f"{text}\n{signatures(asked.note, by=head.origin)}{line}"
        self.memory.keep(head.origin, Seen(head.size, head.root, note))  # before anybody hears of it
        return Answer(200, line)


def signatures(note: str, *, by: str) -> str:
    """Return the signature lines of a note that bear this name."""
    lines = note.rpartition("\n\n")[2].split("\n")
    return "".join(f"{line}\n" for line in lines if line.removeprefix(checkpoint.DASH).partition(" ")[0] == by)


def parsed(body: str) -> Request:
    """Return the parts of a request.

    Raises:
        LogFormatError: it is not written as tlog-witness has it.
    """
    above, gap, note = body.partition("\n\n")
    first, *proof = above.split("\n")
    word, _, old = first.partition(" ")
    if not gap or word != "old" or not DECIMAL.fullmatch(old) or len(proof) > PROOF_LINES or "\n\n" not in note:
        raise LogFormatError
    path = tuple(map(decode, proof))
    if any(len(each) != tree.SIZE for each in path):
        raise LogFormatError
    return Request(int(old), path, note)


def refused(asked: Request, head: Head, seen: Seen) -> Answer | None:
    """Return why a checkpoint is not cosigned, in the order and with the statuses of tlog-witness."""
    if asked.old > head.size:
        return Answer(400, "The old size is larger than the checkpoint's.\n")
    if asked.old != seen.size:
        return Answer(409, f"{seen.size}\n", SIZE)
    is_empty_as_it_says = head.size > 0 or head.root == tree.EMPTY
    if not is_empty_as_it_says or not tree.is_consistent(
        old=seen.size, new=head.size, old_root=seen.root, new_root=head.root, path=asked.path
    ):
        return Answer(422, "The tree does not begin with the one that this witness cosigned.\n")
    return None
