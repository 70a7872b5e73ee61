"""Which engine marks, and what keeps a key: protocols and choosers; nothing is imported before it is asked for."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from provenance.errors import KeyStoreError

Plane = NDArray[np.uint8]
"""Luma, uint8 (H, W)."""


class Embedder(Protocol):
    """Marks the pictures of one clip."""

    def apply(self, y: Plane) -> None:
        """Add the mark to a luma plane in place."""
        ...


class Found(Protocol):
    """What a reader saw: ``ident`` is None unless proven by ``log10_fpr``, a bound on the chance of a false one."""

    @property
    def ident(self) -> int | None:
        """Return the 48-bit identifier."""
        ...

    @property
    def is_marked(self) -> bool:
        """Return whether this key marked the video, even if the identifier cannot be read."""
        ...

    @property
    def log10_fpr(self) -> float:
        """Return log10 of the bound."""
        ...

    def rectify(self, plane: Plane, *, width: int, height: int) -> Plane:
        """Return a plane that was read as it was sealed, at any size of the sealed frame's shape; needs an ident."""
        ...


class Watermark(Protocol):
    """An invisible mark of 48 bits in luma, under a key."""

    name: str
    sha256: str
    licence: str

    def embedder(self, *, width: int, height: int, ident: int, key: bytes) -> Embedder:
        """Return what marks the pictures of one clip."""
        ...

    def read(self, planes: Sequence[Plane], *, key: bytes, search: bool = True) -> Found:
        """Return what is found in luma planes of one size."""
        ...


@cache
def watermarks() -> Watermark:
    """Return the engine that settings name."""
    engine: Watermark = import_string(settings.WATERMARK_ENGINE)()
    return engine


class SealKeeper(Protocol):
    """Keeps the key of the seals and never gives it away: a token, a KMS. Named by ``settings.SIGNING_KEEPER``."""

    def sign(self, digest: bytes) -> bytes:
        """Return r || s (64 bytes) of ECDSA P-256 over this SHA-256 digest (32 bytes); may raise anything."""
        ...


class LogKeeper(Protocol):
    """Keeps the log's key and never gives it away. Named by ``settings.LOG_KEEPER``."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the Ed25519 signature of a message; may raise anything."""
        ...


def seal_keeper(dotted: str) -> SealKeeper:
    """Return what keeps the key of the seals; raises KeyStoreError."""
    return keeper(dotted)  # type: ignore[return-value]  # the class that settings name


def log_keeper(dotted: str) -> LogKeeper:
    """Return what keeps the log's key; raises KeyStoreError."""
    return keeper(dotted)  # type: ignore[return-value]  # the class that settings name


def keeper(dotted: str) -> object:
    """Return an instance of the class at a dotted path."""
    try:
        made: object = import_string(dotted)()
    except Exception as missing:
        msg = f"The key's keeper {dotted} cannot be made: {type(missing).__name__}."
        raise KeyStoreError(msg) from missing
    return made
