"""Which engine marks: the protocols and the chooser; no engine is imported before it is asked for."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

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
