"""Video engines: what one takes, what it gives, and the chooser. Reached from pipeline.render alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Cast:
    """One consented person an engine may draw (see ``consent.permit.Likeness`` for the arrays)."""

    handle: str
    portrait: Any
    landmarks: Any


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: text, size in pixels, length in seconds, frames per second, look, seed, cast."""

    prompt: str
    width: int
    height: int
    seconds: int
    fps: int
    style: str
    seed: int
    cast: tuple[Cast, ...]
    pictures: tuple[Any, ...] = ()
    """References of the kind *image*, uint8 RGB (H, W, 3): looked at, and given to engines that say they take them."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What came: ``frames`` yields uint8 RGB (height, width, 3) in order, ``fps`` a second.

    ``sound`` returns float32 (samples, 2) at 48 kHz, or None for silence; call it once, at any time.
    ``vocabulary`` is what a scene graph says is in the picture (empty for engines that have none).
    ``source_type`` is the IPTC digital source type of this one, where it differs from the engine's usual.
    """

    width: int
    height: int
    fps: int
    frames: Iterator[Any]
    sound: Callable[[], Any]
    vocabulary: tuple[str, ...] = ()
    source_type: str = ""


class Engine(Protocol):
    """A video model or simulator behind one file."""

    name: str
    version: str
    licence: str
    source_type: str
    """IPTC digital source type that is true of its output (last part of the URI)."""
    draws_people: bool
    """Whether it may be given a cast; a likeness never leaves for an engine that runs elsewhere."""

    takes: frozenset[str]
    """The kinds of references (image, video, audio) it makes something from; none, for one that draws from words."""

    def available(self) -> str:
        """Return '' when it can run now, else one sentence that says what is missing."""
        ...

    def render(self, order: Order, progress: Callable[[float], None]) -> Rendering:
        """Make the video, or raise ``generation.errors.EngineError`` with one clear sentence."""
        ...


def engine(name: str) -> Engine:
    """Return the engine that settings name, imported only now."""
    found: Engine = import_string(settings.VIDEO_ENGINES[name])()
    return found
