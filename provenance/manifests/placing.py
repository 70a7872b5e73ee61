"""Putting a sealed file where it belongs: whole or not at all, whatever happens in between."""

import hashlib
import os
import secrets
from pathlib import Path


def draft(destination: Path) -> Path:
    """Return a name beside the destination that nobody else uses and nobody is served."""
    return destination.with_name(f".{destination.name}.{secrets.token_hex(8)}")


def settle(fresh: Path, destination: Path) -> None:
    """Put the file in place in one step and make both durable: a reader has the old bytes or the new ones."""
    fresh.chmod(0o600)
    sync(fresh)
    fresh.replace(destination)
    sync(destination.parent)


def sync(path: Path) -> None:
    """Wait until what was written is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
