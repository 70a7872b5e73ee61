"""Engines that see and hear people, and the store of their keys: what each takes and gives, and the chooser.

Nothing heavy is imported here; an engine's own file is imported when it is first asked for. An
engine whose weights are missing raises :class:`~consent.errors.EngineMissingError`: whoever asked
must then answer *no* or *not yet*, never *yes*.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from consent.errors import EngineMissingError

Picture = NDArray[np.uint8]
"""RGB, shape (H, W, 3)."""


CERTAIN = 0.7  # the finder's score from which something is a face; on the six talking heads every frame is above 0.8


@dataclass(frozen=True, slots=True)
class Face:
    """One face found: ``box`` (left, top, right, bottom) and ``points`` (5, 2) in pixels, ``score`` 0 to 1."""

    box: tuple[float, float, float, float]
    points: NDArray[np.float32]
    score: float

    @property
    def is_certain(self) -> bool:
        """Return whether this is a face, and not something that only looks a little like one."""
        return self.score >= CERTAIN

    @property
    def size(self) -> float:
        """Return the longer side of the box in pixels."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


@dataclass(frozen=True, slots=True)
class Mesh:
    """One face read closely.

    ``landmarks``: (478, 3) float32, pixels of the picture, z on the scale of x, smaller is nearer.
    ``yaw``, ``pitch``, ``roll``: degrees; yaw > 0 looks to the person's own left, pitch > 0 looks up,
    roll > 0 leans to the person's own left. ``blink`` and ``jaw`` (mouth open) run from 0 to 1.
    """

    landmarks: NDArray[np.float32]
    yaw: float
    pitch: float
    roll: float
    blink: float
    jaw: float


class FaceEngine(Protocol):
    """Finds faces and turns one into a vector by which people can be told apart."""

    name: str
    licence: str
    sha256: str

    def find(self, picture: Picture, *, strict: bool = True) -> list[Face]:
        """Return the faces in a picture, largest first; not ``strict``, also what may well be none."""
        ...

    def vector(self, picture: Picture, face: Face) -> NDArray[np.float32]:
        """Return the face's vector, unit length, float32 (128,); the dot product of two is their likeness."""
        ...


class LandmarkEngine(Protocol):
    """Reads pose, landmarks and expression of one face."""

    name: str
    licence: str
    sha256: str

    def read(self, picture: Picture) -> Mesh | None:
        """Return the face in a single picture, or None when there is none."""
        ...

    def follow(self, pictures: Iterable[tuple[float, Picture]]) -> Iterator[tuple[float, Picture, Mesh | None]]:
        """Follow one face through pictures with their times in seconds, in order; each is handed back with its mesh."""
        ...


class SpeechEngine(Protocol):
    """Writes down what is said."""

    name: str
    licence: str
    sha256: str

    def transcribe(self, samples: NDArray[np.float32], *, hint: str = "") -> str:
        """Return the words in mono sound at 16 kHz; an empty string when nobody speaks."""
        ...

    def is_voiced(self, samples: NDArray[np.float32], *, rate: int) -> bool:
        """Return whether a human voice may be in mono sound, in any language; in doubt it is."""
        ...


class PadEngine(Protocol):
    """Says from one picture whether a face is there or only shown."""

    name: str
    licence: str
    sha256: str

    def score(self, picture: Picture, face: Face) -> float:
        """Return how live the face looks: 0 an imitation, 1 live."""
        ...


class KeyStore(Protocol):
    """Keeps one key per person, by name, outside PostgreSQL; what a destroyed key sealed never opens again."""

    def seal(self, plain: bytes, *, name: str, binding: str) -> bytes:
        """Return what only this key opens again, and only with the same ``binding``; the key is made at first use."""
        ...

    def unseal(self, sealed: bytes, *, name: str, binding: str) -> bytes:
        """Return what was sealed; raises TemplateError when the key is gone or a byte or the binding differs."""
        ...

    def destroy(self, name: str) -> None:
        """Destroy a key for good. Safe to repeat; raises when it may still exist."""
        ...

    def names(self) -> list[str]:
        """Return the names of all keys that exist."""
        ...

    def made_at(self, name: str) -> float:
        """Return when a key was made, in seconds since 1970; infinity when there is none."""
        ...


NEEDS: dict[str, Sequence[str]] = {
    "face": ("face_detection_yunet.onnx", "face_recognition_sface.onnx"),
    "landmarks": ("face_landmarker.task",),
    "speech": ("whisper-base",),
    "pad": ("minifasnet_v2.onnx",),
}


@cache
def _built(dotted: str, weights: tuple[Path, ...]) -> object:
    engine: object = import_string(dotted)(*weights)
    return engine


def _engine(name: str) -> object:
    weights: list[Path] = []
    for wanted in NEEDS[name]:
        path = settings.WEIGHTS.get(wanted)
        if path is None or not path.exists():
            raise EngineMissingError(f"The {name} engine is not available: {wanted} was not fetched.")
        weights.append(path)
    return _built(settings.PEOPLE_ENGINES[name], tuple(weights))


def face_engine() -> FaceEngine:
    """Return the face engine, its self-test passed; raises EngineMissingError."""
    return _engine("face")  # type: ignore[return-value]  # the class that settings name


def landmark_engine() -> LandmarkEngine:
    """Return the landmark engine; raises EngineMissingError."""
    return _engine("landmarks")  # type: ignore[return-value]  # the class that settings name


def speech_engine() -> SpeechEngine:
    """Return the speech engine; raises EngineMissingError."""
    return _engine("speech")  # type: ignore[return-value]  # the class that settings name


def is_installed(name: str) -> bool:
    """Return whether an engine's weights are there, without loading it."""
    return all(settings.WEIGHTS.get(wanted) is not None for wanted in NEEDS[name])


def pad_engine() -> PadEngine | None:
    """Return the passive engine, or None where its weights are not installed: ``absences`` says what follows.

    Weights that are there and do not load raise EngineMissingError: broken is not the same as absent.
    """
    if not is_installed("pad"):
        return None
    return _engine("pad")  # type: ignore[return-value]  # the class that settings name


def key_store() -> KeyStore:
    """Return where people's keys lie, as ``settings.PERSON_KEYS`` says; raises EngineMissingError."""
    try:
        store: KeyStore = import_string(settings.PERSON_KEYS)()
    except ImportError as missing:
        raise EngineMissingError(
            f"The key store is not available: {settings.PERSON_KEYS} cannot be imported."
        ) from missing
    return store
