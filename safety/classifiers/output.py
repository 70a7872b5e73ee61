"""What the pictures of a video give away, seen while it is encoded: signals, never a judgement.

Every frame is glanced at (a coarse grid of pixels); twice a second, and whenever the picture changes, the nudity
engine looks at the whole frame. A single frame that flashes up is therefore looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance.media import Frame, Sound
from safety import backends
from safety.classifiers import prompt as words
from safety.clearance import Signal, Span
from safety.errors import NotAvailableError, SafetyError
from safety.policies.rules import Absence, Catalogue

PACE = 0.5  # seconds between looks at a picture that hardly changes
CHANGE = 12.0  # mean difference of the grid, of 255, above which a picture counts as a new one
GRID = 24  # points a side
KEPT = 32  # strongest looks kept as signals


@dataclass(frozen=True, slots=True)
class Seen:
    """Signals from pictures and from the engine's own vocabulary, the models that looked, and what was not."""

    pictures: tuple[Signal, ...]
    vocabulary: tuple[Signal, ...]
    models: dict[str, str]
    absence: Absence


class OutputTap:
    """A ``media.Tap``: keeps scores and times, never a picture."""

    def __init__(self) -> None:
        self.seen = 0
        self.looks: list[tuple[float, float]] = []
        self.failure = ""
        self.sound: Sound | None = None
        self._last: NDArray[np.float32] | None = None
        self._due = 0.0

    def hear(self, sound: Sound) -> None:
        """Keep the sound until it is judged."""
        self.sound = sound

    def wants(self, index: int, t: float) -> bool:  # noqa: ARG002 - the Tap's signature
        """Return True: one frame is enough to show what must not be shown."""
        return True

    def see(self, frame: Frame) -> None:
        """Glance, and look when it is time or when the picture changed; a failure is kept, and refuses later."""
        self.seen += 1
        grid = _grid(frame.rgb)
        if not self.failure and (frame.t >= self._due or self._changed(grid)):
            self._look(frame)
            self._last, self._due = grid, frame.t + PACE

    def _changed(self, grid: NDArray[np.float32]) -> bool:
        return self._last is None or self._last.shape != grid.shape or float(np.abs(grid - self._last).mean()) > CHANGE

    def _look(self, frame: Frame) -> None:
        try:
            self.looks.append((frame.t, backends.nudity().score(frame.rgb)))
        except Exception as error:  # noqa: BLE001 - an engine may fail in its own ways; each of them must refuse
            self.failure = f"{type(error).__name__} at {frame.t:.2f} s"


def look(tap: OutputTap, *, engine: str, vocabulary: tuple[str, ...], rules: Catalogue) -> Seen:
    """Return what was seen; a SafetyError when the tap saw nothing or an engine failed."""
    if tap.failure:
        raise NotAvailableError(f"The picture engine failed: {tap.failure}.")
    if not tap.looks:
        raise SafetyError("No picture was shown to screening.")
    eye = backends.nudity()
    pictures = tuple(
        Signal("sexual", score, eye.name, eye.sha256, Span(t, t))
        for t, score in sorted(tap.looks, key=_strength)[:KEPT]
    )
    absence = rules.absence(engine)
    told = _told(vocabulary, rules=rules) if absence.needs_vocabulary else words.Evidence(())
    return Seen(pictures, told.signals, {eye.name: eye.sha256, **told.models}, absence)


def _told(vocabulary: tuple[str, ...], *, rules: Catalogue) -> words.Evidence:
    """Judge what the engine says that it drew by the rules for prompts, language aside: it is a list of words."""
    if not vocabulary:
        return words.Evidence(())
    evidence = words.look(", ".join(vocabulary), rules=rules)
    kept = tuple(signal for signal in evidence.signals if signal.category != words.LANGUAGE)
    return words.Evidence(kept, evidence.models)


def _grid(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = rgb.shape[:2]
    return rgb[:: max(1, height // GRID), :: max(1, width // GRID)].astype(np.float32)


def _strength(look: tuple[float, float]) -> float:
    return -look[1]
