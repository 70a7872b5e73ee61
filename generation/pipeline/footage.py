"""What passes between the steps of the road: pictures not yet encoded, and an encoded file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Reel:
    """What an engine gives, not yet encoded: see ``generation.backends.Rendering``.

    ``frames`` yields uint8 RGB (height, width, 3); ``sound`` returns float32 (samples, 2) at 48 kHz or None.
    """

    width: int
    height: int
    fps: int
    seconds: int
    frames: Iterator[Any]
    sound: Callable[[], Any]
    vocabulary: tuple[str, ...]
    engine: str
    engine_version: str
    source_type: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished mp4 at ``path`` and the digest (hex SHA-256) of its packets."""

    path: Path
    digest: str
