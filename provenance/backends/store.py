"""The key store: files of mode 0600 in ``settings.KEY_HOME``, made at first use.

Nothing here is kept in PostgreSQL or its backups. A file appears whole or not at all: it is written beside its
place and linked into it, so two processes at first use read the same bytes.
"""

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from provenance.errors import KeyStoreError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,95}")


def secret(name: str, size: int = 32) -> bytes:
    """Return the secret of this name, made at first use.

    Args:
        name: lower-case letters, digits, dots, dashes and underscores; it becomes the file's name.
        size: how many random bytes a new secret has.

    Raises:
        KeyStoreError: the folder cannot be used, or the stored secret has another size.
    """
    found = stored(name, lambda: secrets.token_bytes(size))
    if len(found) != size:
        msg = f"The key {name} has {len(found)} bytes where {size} are expected; restore it from your backup."
        raise KeyStoreError(msg)
    return found


def place(name: str) -> Path:
    """Return where a key lies."""
    if not NAME.fullmatch(name):
        msg = f"{name!r} is not a key's name."
        raise KeyStoreError(msg)
    return Path(settings.KEY_HOME) / name


def text(path: str | Path) -> str:
    """Return what a configured file holds."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The key file {Path(path).name} cannot be read."
        raise KeyStoreError(msg) from error


def stored(name: str, make: Callable[[], bytes]) -> bytes:
    """Return the bytes kept under this name; the first of several callers at once decides them."""
    path = place(name)
    try:
        if not path.exists():
            with draft(name, make()) as fresh, contextlib.suppress(FileExistsError):
                os.link(fresh, path)
        return path.read_bytes()
    except OSError as error:
        msg = f"The key {name} cannot be read or made: {error.strerror}."
        raise KeyStoreError(msg) from error


def replace(name: str, content: bytes) -> None:
    """Put new bytes under a name in one step: a reader sees the old ones or the new ones.

    Raises:
        KeyStoreError: the folder cannot be written.
    """
    try:
        with draft(name, content) as fresh:
            fresh.replace(place(name))
    except OSError as error:
        msg = f"The key {name} cannot be written: {error.strerror}."
        raise KeyStoreError(msg) from error


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Wait until nobody else on this machine is here under this name; the kernel lets go when a process dies.

    Raises:
        KeyStoreError: the folder cannot be used.
    """
    home = Path(settings.KEY_HOME)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(home / f".{name}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        msg = f"The key folder cannot be used: {error.strerror}."
        raise KeyStoreError(msg) from error
    with os.fdopen(descriptor, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def draft(name: str, content: bytes) -> Iterator[Path]:
    """Write bytes beside their place, durable and readable by us alone; what is left over is removed."""
    home = Path(settings.KEY_HOME)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        yield path
    finally:
        path.unlink(missing_ok=True)
