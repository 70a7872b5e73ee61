"""Files that wait a moment until somebody has looked for our mark in their pictures.

A page answers at once from the file alone; the search takes seconds, so the file stays for it, under a ticket that
only whoever sent it was given: 32 random bytes, of which the folder shows the digest. It is deleted as soon as it was
looked at, and after five minutes in any case.
"""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

SECONDS = 300  # a file that nobody came for is gone after so many
MOST = 16  # files that wait at a time
TICKET = re.compile(r"[\w-]{43}", re.ASCII)
eyes = threading.BoundedSemaphore()  # a search takes a processor: one at a time in each web process


class Busy(Exception):  # noqa: N818 - no error: a moment later it works
    """Another file is being looked at."""


def keep(path: Path) -> str:
    """Let a file wait and return the ticket for it; nothing when too many wait already or the disk says no."""
    forget()
    ticket, home = secrets.token_urlsafe(32), Path(settings.LOOK_HOME)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sum(1 for _ in home.iterdir()) >= MOST:
            return ""
        put(path, place(ticket))
    except OSError:
        return ""
    return ticket


def put(path: Path, target: Path) -> None:
    """Link the file into its place, or copy it where the two lie on different disks; readable by us alone."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
    target.chmod(0o600)
    os.utime(target)  # it waits from now on


def place(ticket: str) -> Path:
    """Return where the file of a ticket lies."""
    return Path(settings.LOOK_HOME) / hashlib.sha256(ticket.encode()).hexdigest()


@contextlib.contextmanager
def taken(ticket: str) -> Iterator[Path | None]:
    """Give the file of a ticket to be looked at, once, and delete it then; None when there is none (any more).

    Raises:
        Busy: another file is being looked at; this one goes on waiting.
    """
    if not eyes.acquire(blocking=False):
        raise Busy
    path = claim(ticket)
    try:
        yield path
    finally:
        if path:
            path.unlink(missing_ok=True)
        eyes.release()


def claim(ticket: str) -> Path | None:
    """Return the file of a ticket under a name that no ticket leads to: nobody else gets it now."""
    if not TICKET.fullmatch(ticket):
        return None
    path = place(ticket)
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)
        return path.rename(path.with_suffix(".looked"))
    return None


def forget(*, seconds: float = SECONDS) -> int:
    """Delete what has waited too long and return how many files that were; for the beat, and before each new one."""
    gone = 0
    with contextlib.suppress(FileNotFoundError):
        for path in Path(settings.LOOK_HOME).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > seconds:
                    path.unlink()
                    gone += 1
    return gone
