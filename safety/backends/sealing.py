"""Sealing what is preserved: AES-256-GCM, a key for each thing in ``KEY_HOME/preserved``, outside every backup.

Destroying a key unmakes the thing in every copy of the database.
"""

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from safety.errors import PreservedError

NONCE = 12  # bytes


def seal(plain: bytes, *, name: str) -> bytes:
    """Return nonce and ciphertext under a new key of this name; FileExistsError when the name has a key."""
    key, path = AESGCM.generate_key(256), _path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, name.encode())


def unseal(sealed: bytes, *, name: str) -> bytes:
    """Return what was sealed; PreservedError when its key is gone or a byte differs."""
    try:
        return AESGCM(_path(name).read_bytes()).decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
    except (OSError, ValueError, InvalidTag) as surprise:
        raise PreservedError("What was preserved can no longer be opened.") from surprise


def destroy(name: str) -> None:
    """Overwrite and remove a key; no key is well too."""
    path = _path(name)
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _path(name: str) -> Path:
    return Path(settings.KEY_HOME) / "preserved" / f"{name}.key"
