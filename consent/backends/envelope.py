"""Sealing with keys that never leave the place that keeps them: a KMS, a hardware module.

Such places wrap some bytes at a time and are slow, so each template has a data key of its own: it seals the template
here and lies beside it, wrapped by the person's key there. Destroying that key unmakes every data key, and with them
every copy of every template. For a KMS, subclass :class:`Envelope` with five short methods and name the class in
``settings.PERSON_KEYS``.
"""

import secrets
from abc import ABC, abstractmethod

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consent.errors import TemplateError

NONCE, LENGTH = 12, 2  # bytes; the wrapped key's length comes first


class Envelope(ABC):
    """Data keys here, people's keys elsewhere. Implements :class:`consent.backends.KeyStore`."""

    @abstractmethod
    def wrap(self, key: bytes, *, name: str, binding: str) -> bytes:
        """Return 32 bytes wrapped under the person's key, made at first use, and bound to ``binding``."""

    @abstractmethod
    def unwrap(self, wrapped: bytes, *, name: str, binding: str) -> bytes:
        """Return what was wrapped; raise TemplateError when it cannot be: the key is gone, a byte differs."""

    @abstractmethod
    def destroy(self, name: str) -> None:
        """Destroy the person's key for good. Safe to repeat; raise when it may still exist."""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of all keys that exist."""

    @abstractmethod
    def made_at(self, name: str) -> float:
        """Return when the key was made, in seconds since 1970; infinity when there is none."""

    def seal(self, plain: bytes, *, name: str, binding: str) -> bytes:
        """Return the wrapped data key, nonce and ciphertext."""
        key, nonce = AESGCM.generate_key(256), secrets.token_bytes(NONCE)
        wrapped = self.wrap(key, name=name, binding=binding)
        return (
            len(wrapped).to_bytes(LENGTH, "big") + wrapped + nonce + AESGCM(key).encrypt(nonce, plain, binding.encode())
        )

    def unseal(self, sealed: bytes, *, name: str, binding: str) -> bytes:
        """Return what was sealed; raises TemplateError."""
        end = LENGTH + int.from_bytes(sealed[:LENGTH], "big")
        key = self.unwrap(sealed[LENGTH:end], name=name, binding=binding)
        try:
            return AESGCM(key).decrypt(sealed[end : end + NONCE], sealed[end + NONCE :], binding.encode())
        except (ValueError, InvalidTag) as surprise:
            raise TemplateError from surprise
