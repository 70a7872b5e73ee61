"""Which engine looks: the protocols and the chooser; no engine is imported before it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
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

    def knows(self, word: str) -> bool:
        """Return whether a lower-case word stands in the vocabulary as a whole."""
        ...


class Meanings(Protocol):
    """Sentences of many languages become vectors; the same meaning lies close by in each."""

    name: str
    sha256: str
    licence: str
    languages: frozenset[str]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (N, 512), each row of length 1."""
        ...


class Tongue(Protocol):
    """A text is written in some language."""

    name: str
    sha256: str
    licence: str

    def rank(self, text: str) -> dict[str, float]:
        """Return ISO 639 codes and how likely each is, likeliest first; the numbers sum to 1."""
        ...


class Nudity(Protocol):
    """A picture becomes one number."""

    name: str
    sha256: str
    licence: str

    def score(self, rgb: NDArray[np.uint8]) -> float:
        """Return 0 (safe to show) to 1 (nudity or a sexual act) for uint8 (H, W, 3)."""
        ...


class Names(Protocol):
    """The names of people, found in English words."""

    name: str
    sha256: str
    licence: str

    def people(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) character offsets of every person's name."""
        ...


class Letters(Protocol):
    """Text in a picture is found and read."""

    name: str
    sha256: str
    licence: str

    def find(self, rgb: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Return the boxes of text in uint8 (H, W, 3): each float32 (4, 2), pixels, clockwise, in reading order."""
        ...

    def read(self, rgb: NDArray[np.uint8], corners: NDArray[np.float32]) -> tuple[str, float]:
        """Return what stands in one box, and how sure that is, 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Utterance:
    """Some words of a sound track, from ``start`` to ``end`` in seconds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """For how many seconds somebody speaks, and the words that were understood."""

    voiced: float
    utterances: tuple[Utterance, ...]


class Speech(Protocol):
    """A sound track is written down."""

    name: str
    sha256: str
    licence: str

    def hear(self, samples: NDArray[np.float32]) -> Heard:
        """Return what is said in mono 16 kHz sound, float32 (N,) in -1..1."""
        ...


class Scenes(Protocol):
    """A picture is compared with sentences."""

    name: str
    sha256: str
    licence: str

    def match(self, rgb: NDArray[np.uint8], sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (N,), summing to 1: how well each sentence describes uint8 (H, W, 3)."""
        ...


ENGINES = {
    "sentences": ("safety.backends.minilm.MiniLM", ("minilm.onnx", "minilm-tokenizer.json")),
    "names": ("safety.backends.spacy_names.SpacyNames", ("en_core_web_md",)),
    "meanings": ("safety.backends.use.Use", ("use-multilingual.npz", "use-multilingual.model")),
    "tongue": ("safety.backends.langid.Langid", ()),
    "nudity": ("safety.backends.open_nsfw.OpenNsfw", ("open_nsfw.onnx",)),
    "letters": ("safety.backends.ppocr.PpOcr", ("ocr_detection.onnx", "ocr_recognition.onnx")),
    "speech": ("safety.backends.whisper.Whisper", ("whisper-base",)),
    "scenes": ("safety.backends.clip.Clip", ("clip.pt",)),  # an opt-in
}


def sentences() -> Sentences:
    """Return the sentence encoder; NotAvailableError without its weights."""
    return cast("Sentences", _engine("sentences"))


def meanings() -> Meanings:
    """Return the multilingual sentence encoder; NotAvailableError without its weights."""
    return cast("Meanings", _engine("meanings"))


def tongue() -> Tongue:
    """Return the language identifier; its model comes with its package."""
    return cast("Tongue", _engine("tongue"))


def nudity() -> Nudity:
    """Return the nudity scorer; NotAvailableError without its weights."""
    return cast("Nudity", _engine("nudity"))


def names() -> Names:
    """Return the recogniser of people's names; NotAvailableError without its weights."""
    return cast("Names", _engine("names"))


def letters() -> Letters:
    """Return the reader of text in pictures; NotAvailableError without its weights."""
    return cast("Letters", _engine("letters"))


def speech() -> Speech:
    """Return the engine that writes down speech; NotAvailableError without its weights."""
    return cast("Speech", _engine("speech"))


def scenes() -> Scenes:
    """Return what compares pictures with sentences; NotAvailableError without its weights."""
    return cast("Scenes", _engine("scenes"))


def is_installed(role: str) -> bool:
    """Return whether there is an engine for a role and its weights are here, without loading it."""
    return role in ENGINES and all(settings.WEIGHTS.get(name) for name in ENGINES[role][1])


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
