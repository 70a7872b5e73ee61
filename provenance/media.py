"""Door: untrusted files become frames, sound and metadata, decoded in a limited subprocess."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: ``index`` from 0, ``t`` in seconds of presentation time, ``rgb`` uint8 (H, W, 3)."""

    index: int
    t: float
    rgb: Any


class Tap(Protocol):
    """Something that looks at a video while it is made or read, without a second decode."""

    def wants(self, index: int, t: float) -> bool:
        """Return whether this frame should be shown to the tap."""
        ...

    def see(self, frame: Frame) -> None:
        """Look at one frame; keep what is needed, copy what is kept."""
        ...
