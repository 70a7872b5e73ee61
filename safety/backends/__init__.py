"""Which engine looks: the two protocols and the chooser; no engine is imported before it is asked for."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from safety.errors import NotAvailableError


class Sentences(Protocol):
    """Sentences become vectors whose cosine says how alike their meanings are."""

    name: str
    sha256: str
    licence: str

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) character offsets of overlapping windows that together cover ``text``."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (N, 384), each row of length 1."""
        ...


class Nudity(Protocol):
    """A picture becomes one number."""

    name: str
    sha256: str
    licence: str

    def score(self, rgb: NDArray[np.uint8]) -> float:
        """Return 0 (safe to show) to 1 (nudity or a sexual act) for uint8 (H, W, 3)."""
        ...


ENGINES = {
    "sentences": ("safety.backends.minilm.MiniLM", ("minilm.onnx", "minilm-tokenizer.json")),
    "nudity": ("safety.backends.open_nsfw.OpenNsfw", ("open_nsfw.onnx",)),
}


def sentences() -> Sentences:
    """Return the sentence encoder; NotAvailableError without its weights."""
    return cast("Sentences", _engine("sentences"))


def nudity() -> Nudity:
    """Return the nudity scorer; NotAvailableError without its weights."""
    return cast("Nudity", _engine("nudity"))


def _engine(role: str) -> object:
    path, weights = ENGINES[role]
    chosen = getattr(settings, "SAFETY_ENGINES", {}).get(role, path)
    found = [settings.WEIGHTS.get(name) for name in weights]
    if not all(found):
        raise NotAvailableError(f"The screening engine for {role} is not available; its weights were not fetched.")
    return _loaded(chosen, *found)


@cache
def _loaded(path: str, *weights: Path) -> object:
    """Load once a process: a session costs a quarter of a second, a look a few milliseconds."""
    try:
        return import_string(path)(*weights)
    except NotAvailableError:
        raise
    except Exception as error:
        raise NotAvailableError(f"The screening engine {path.rpartition('.')[2]} does not load.") from error
