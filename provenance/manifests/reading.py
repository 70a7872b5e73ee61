"""Reading credentials out of any file: in a child process that has little memory, little time and no way out.

A file from a stranger goes through a large parser, so this process never parses it. The child (this very module,
forked by ``readers``) gets the open file as standard input and never learns its path, it fetches nothing, and what it
says is taken for text. No Django here: an auditor runs it alone.
"""

import contextlib
import io
import json
import re
import resource
import socket
import sys
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from stat import S_ISREG
from typing import IO, Any

from provenance.manifests import boxes, containers, readers, status

ROOT = readers.ROOT
NURSERY = readers.Nursery("provenance.manifests.reading")
SECONDS = 20
MEMORY = 2 << 30
ANSWER = 32 << 20  # bytes the child may write
REMOTE = "must fetch remote manifests from url "
BOUND, UNLIKE = "assertion.bmffHash.match", "assertion.bmffHash.mismatch"
CREDENTIALS = re.compile(r"jumbf|algorithm|claim|assertion|manifest|signature|certificate|cbor", re.IGNORECASE)
MALFORMED = "There are credentials in this file, but they are malformed."
TIMES = "\n# timestamp authorities\n"  # between the roots of seals and those of times, in what the child is told
NAKED = "naked codestream cannot contain"  # a JPEG XL without boxes


class Outcome(StrEnum):
    """What came of reading."""

    READ = "read"  # credentials were found and checked; ``report`` holds what was said
    NONE = "none"  # the file parses; no credentials are in it
    INCOMPLETE = "incomplete"  # credentials are in it, and an assertion they vouch for is missing
    MALFORMED = "malformed"  # credentials are in it but cannot be parsed
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw answer: ``report`` is the C2PA reader's JSON, ``remote`` an address the file names, not fetched."""

    outcome: Outcome
    note: str = ""
    mime: str = ""
    remote: str = ""
    report: dict[str, Any] = field(default_factory=dict)


def read(path: Path, *, anchors: str, times: str = "", seconds: float = SECONDS) -> Reading:
    """Return what a file's credentials say under these trust anchors (PEM; empty: nobody is trusted).

    ``times`` are the roots of timestamp authorities: they vouch for when, never for who (see ``status.is_known``).
    Never raises for any file: what cannot be read is an outcome.
    """
    try:
        if not S_ISREG(path.stat().st_mode):
            return unreadable("This is not a file.")
        if path.stat().st_size == 0:
            return unreadable("This file is empty.")
        with path.open("rb") as file:
            return ask(file, anchors=anchors + TIMES + times, seconds=seconds)
    except FileNotFoundError:
        return unreadable("There is no file of this name.")
    except (OSError, ValueError):
        return unreadable("This file cannot be opened.")


def read_own(path: Path, *, anchors: str, times: str = "") -> Reading:
    """Return the same about a file that this very process has just written: nobody needs a child against oneself.

    Raises:
        OSError: the file is gone.
    """
    with path.open("rb") as file:
        return understand(json.dumps(report(file, anchors + TIMES + times)).encode(), 0)


def unreadable(note: str) -> Reading:
    """Return the outcome of a file that cannot be read."""
    return Reading(Outcome.UNREADABLE, note=note)


def ask(file: IO[bytes], *, anchors: str, seconds: float) -> Reading:
    """Let a child read the open file and return its answer."""
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as wish:
        wish.write(anchors.encode())
        wish.seek(0)
        code = NURSERY.run(file.fileno(), wish.fileno(), answer.fileno(), seconds=seconds)
        if code == readers.LATE:
            return unreadable(f"Reading this file took more than {seconds:.0f} seconds, so we stopped.")
        answer.seek(0)
        return understand(answer.read(ANSWER), code)


def understand(answer: bytes, code: int) -> Reading:
    """Return the child's answer; a child that died or babbled read nothing."""
    if code:
        return unreadable("Reading this file took more memory or time than we allow, so we stopped.")
    try:
        found = json.loads(answer)
        report = found["report"]
        if not isinstance(report, dict):
            raise TypeError  # noqa: TRY301
        return Reading(
            Outcome(found["outcome"]),
            note=str(found["note"]),
            mime=str(found["mime"]),
            remote=str(found["remote"]),
            report=report,
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return unreadable("Reading this file gave an answer that makes no sense.")


# -- what follows runs in the child


def main() -> None:
    """Read the file on standard input under the anchors on descriptor 3, and write one JSON object."""
    limit()
    with open(3, encoding="utf-8") as wish, open(0, "rb") as file, open(1, "w", encoding="utf-8") as answer:
        json.dump(report(file, wish.read()), answer)


def limit() -> None:
    """Give up what reading does not need."""
    wanted = ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, ANSWER))
    for which, most in wanted:
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on address space
            resource.setrlimit(which, (most, most))


def report(file: IO[bytes], anchors: str) -> dict[str, Any]:
    """Return the answer about one file."""
    mime = containers.sniff(file.read(containers.HEAD))
    file.seek(0)
    if not mime:
        return answer_of(Outcome.UNREADABLE, note="This is not a kind of file that can carry credentials.")
    if mime in containers.BOXED and (refused := outside(file)):
        return {**refused, "mime": mime}
    file.seek(0)
    found = credentials(file, mime, anchors)
    is_boxed = mime in containers.BOXED
    if found["outcome"] == Outcome.UNREADABLE and is_boxed and (part := boxes.whole_part(file)):
        found = broken(credentials(io.BytesIO(part), mime, anchors), otherwise=found)
    if found["outcome"] == Outcome.NONE and not found["remote"] and not containers.parses(file, mime):
        found = answer_of(
            Outcome.UNREADABLE, note="This file is damaged or incomplete, so nothing can be said about it."
        )
    return {**found, "mime": mime}


def outside(file: IO[bytes]) -> dict[str, Any] | None:
    """Return the answer about a file of boxes that the library is not given at all."""
    if boxes.are_too_many(file):
        return answer_of(Outcome.UNREADABLE, note="This file has more parts than we read.")
    return answer_of(Outcome.MALFORMED, note=MALFORMED) if boxes.overflow(file) else None


def answer_of(outcome: Outcome, *, note: str = "", remote: str = "", found: str = "{}") -> dict[str, Any]:
    """Return an answer in the child's terms."""
    return {"outcome": outcome, "note": note, "mime": "", "remote": remote, "report": json.loads(found)}


def credentials(file: IO[bytes], mime: str, anchors: str) -> dict[str, Any]:
    """Read the credentials under these anchors, fetching nothing."""
    from c2pa import C2paError, Context, Reader  # noqa: PLC0415

    offline = {"remote_manifest_fetch": False, "ocsp_fetch": False}
    try:
        context = Context.from_dict({"version": 1, "trust": {"anchors": trust(anchors)}, "verify": offline})
        with Reader(mime, file, context=context) as reader:
            return answer_of(Outcome.READ, found=reader.json(), remote=reader.get_remote_url() or "")
    except C2paError as error:
        return explain(str(error))


def trust(anchors: str) -> list[dict[str, str]]:
    """Return the lists of anchors in the reader's terms, each under the name by which its answer tells them apart."""
    seals, _, times = anchors.partition(TIMES)
    lists = (("manifest", status.SEALS, seals), ("tsa", status.STAMPS, times))
    return [{"trust_kind": kind, "trust_uri": name, "trust_anchors": pem} for kind, name, pem in lists if pem.strip()]


def broken(found: dict[str, Any], *, otherwise: dict[str, Any]) -> dict[str, Any]:
    """Return what a file that breaks off, or goes on too long, says of itself: its bytes are not all those signed.

    The library gives up on it before it compares the hash; that hash is over the whole file, so it cannot match.
    """
    active = found["report"].get("validation_results", {}).get("activeManifest")
    if found["outcome"] != Outcome.READ or not isinstance(active, dict):
        return otherwise
    active["success"] = [each for each in active.get("success", []) if each.get("code") != BOUND]
    active.setdefault("failure", []).append(
        {"code": UNLIKE, "url": "", "explanation": "the file does not end where its boxes do"}
    )
    return found


def explain(said: str) -> dict[str, Any]:
    """Return the answer for credentials that could not be read; ``said`` is the library's ``Kind: text``."""
    kind, _, text = said.partition(": ")
    if kind == "Remote":
        return answer_of(Outcome.NONE, remote=text.removeprefix(REMOTE).strip())
    if kind == "ManifestNotFound" or NAKED in text:
        return answer_of(Outcome.NONE)
    if kind == "AssertionNotFound":
        return answer_of(Outcome.INCOMPLETE, note="assertion.missing")
    if kind in {"Io", "NotSupported", "FileNotFound"} or (kind == "Other" and not CREDENTIALS.search(text)):
        return answer_of(Outcome.UNREADABLE, note="This file is damaged, so nothing can be said about it.")
    return answer_of(Outcome.MALFORMED, note=MALFORMED)


if __name__ == "__main__":
    import c2pa  # noqa: F401 - loaded before any child is forked and its memory limited, and never in the parent

    readers.serve(socket.socket(fileno=int(sys.argv[1])), main)
