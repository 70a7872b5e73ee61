"""People's keys as files of mode 0600 in ``KEY_HOME/people``: the key store that needs nothing else.

Whoever can read the folder can open what its keys seal, so it belongs on a disk of its own, outside the backups of
PostgreSQL and of media. A store that never lets a key out is ``consent.backends.token``.
"""

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from consent.errors import TemplateError

NONCE = 12


class Folder:
    """One file a person; AES-256-GCM under it directly. Implements :class:`consent.backends.KeyStore`."""

    def seal(self, plain: bytes, *, name: str, binding: str) -> bytes:
        """Return nonce and ciphertext under the person's key, which is made at first use."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(made(_path(name))).encrypt(nonce, plain, binding.encode())

    def unseal(self, sealed: bytes, *, name: str, binding: str) -> bytes:
        """Return what was sealed; raises TemplateError."""
        try:
            key = _path(name).read_bytes()
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], binding.encode())
        except (OSError, ValueError, InvalidTag) as surprise:
            raise TemplateError from surprise

    def destroy(self, name: str) -> None:
        """Overwrite and remove the person's key."""
        path = _path(name)
        with contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def names(self) -> list[str]:
        """Return the names of all keys that exist."""
        return sorted(path.stem for path in _folder().glob("*.key"))

    def made_at(self, name: str) -> float:
        """Return when the key was made, in seconds since 1970; infinity when there is none."""
        try:
            return _path(name).stat().st_mtime
        except FileNotFoundError:
            return float("inf")


def _folder() -> Path:
    return Path(settings.KEY_HOME) / "people"


def _path(name: str) -> Path:
    return _folder() / f"{name}.key"


def made(path: Path) -> bytes:
    """Return the 256-bit key in a file; two processes at first use get the same one, and never half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(f".{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(AESGCM.generate_key(256))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()
