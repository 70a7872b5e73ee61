"""Where likenesses are locked: one key per person, kept outside PostgreSQL and its backups.

A template is sealed with AES-256-GCM under its owner's key and bound to its cameo and modality, so a
row moved to another cameo does not open. Destroying the key unmakes every copy of the template, also
those in old dumps.
"""

import contextlib
import os
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from consent.errors import TemplateError

NONCE = 12
NAME = re.compile(r"[A-Za-z0-9_-]{4,32}")


def seal(plain: bytes, *, name: str, binding: str) -> bytes:
    """Return nonce and ciphertext under the person's key, which is made at first use (mode 0600)."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_made(name)).encrypt(nonce, plain, binding.encode())


def unseal(sealed: bytes, *, name: str, binding: str) -> bytes:
    """Return what was sealed; raises TemplateError when the key is gone or a byte or the binding differs."""
    try:
        key = _path(name).read_bytes()
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], binding.encode())
    except (OSError, ValueError, InvalidTag) as surprise:
        raise TemplateError from surprise


def destroy(name: str) -> None:
    """Overwrite and remove the person's key; nothing sealed under it opens again. Safe to repeat."""
    path = _path(name)
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def names() -> list[str]:
    """Return the names of all keys that exist."""
    return sorted(path.stem for path in _folder().glob("*.key"))


def _folder() -> Path:
    return Path(settings.KEY_HOME) / "people"


def _path(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise TemplateError
    return _folder() / f"{name}.key"


def _made(name: str) -> bytes:
    """Return the person's key; two processes at first use get the same one, and never half of it."""
    path = _path(name)
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
