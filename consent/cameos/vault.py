"""Where likenesses are locked: one key per person, kept outside PostgreSQL and its backups.

A template is sealed under its owner's key and bound to its cameo and modality, so a row moved to another cameo does
not open. Destroying the key unmakes every copy of the template, also those in old dumps. Where the keys lie is
``settings.PERSON_KEYS``: a folder, a PKCS#11 token, or an operator's own KMS.
"""

import re
from typing import Final

from consent import backends
from consent.errors import EngineMissingError, TemplateError

NAME: Final = re.compile(r"[A-Za-z0-9_-]{4,32}")


def seal(plain: bytes, *, name: str, binding: str) -> bytes:
    """Return what only this person's key opens again; the key is made at first use."""
    return backends.key_store().seal(plain, name=_named(name), binding=binding)


def unseal(sealed: bytes, *, name: str, binding: str) -> bytes:
    """Return what was sealed; raises TemplateError when the key is out of reach or gone, or a byte differs."""
    try:
        return backends.key_store().unseal(sealed, name=_named(name), binding=binding)
    except EngineMissingError as missing:
        raise TemplateError(str(missing)) from missing


def destroy(name: str) -> None:
    """Destroy the person's key; nothing sealed under it opens again. Safe to repeat."""
    backends.key_store().destroy(_named(name))


def names() -> list[str]:
    """Return the names of all keys that exist."""
    return backends.key_store().names()


def made_at(name: str) -> float:
    """Return when a key was made, in seconds since 1970; infinity when there is none."""
    return backends.key_store().made_at(_named(name))


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise TemplateError
    return name
