"""Secrets that no one had to choose: made at first use, kept in files of mode 0600, the same for every process."""

import contextlib
import os
import secrets
from pathlib import Path


def kept(home: Path, name: str) -> str:
    """Return the text of ``secrets/<name>`` under this home, made of 384 random bits at first use.

    Two processes that ask at once get the same: the file appears whole, by a hard link, or not at all.
    """
    folder = home / "secrets"
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8")
