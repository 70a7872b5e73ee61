"""Stand in for a video engine where a test is not about the engine: a bar moves over a flat field, with a tone."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.backends import Order, Rendering
from generation.errors import EngineError, EngineRefusedError


class BarEngine:
    """Draws quickly, and keeps count of how often it was asked."""

    name = "bar"
    version = "1"
    licence = "Apache-2.0"
    source_type = "trainedAlgorithmicMedia"
    draws_people = True
    takes = frozenset({"image"})
    orders: list[Order] = []

    def available(self) -> str:
        """Return that it can run."""
        return ""

    def render(self, order: Order, progress: Callable[[float], None]) -> Rendering:
        """Draw what was ordered."""
        progress(0.0)
        type(self).orders.append(order)
        return Rendering(
            width=order.width,
            height=order.height,
            fps=order.fps,
            frames=self.frames(order),
            sound=lambda: tone(order.seconds),
            vocabulary=("a blue bar", "a grey field"),
        )

    def frames(self, order: Order) -> Iterator[Any]:
        """Yield every picture."""
        for index in range(order.seconds * order.fps):
            yield bar(order, index=index)


class ShortEngine(BarEngine):
    """Gives one picture too few."""

    def frames(self, order: Order) -> Iterator[Any]:
        """Yield all but the last."""
        yield from list(super().frames(order))[:-1]


class BrokenEngine(BarEngine):
    """Breaks each time."""

    def render(self, order: Order, progress: Callable[[float], None]) -> Rendering:
        """Break with one clear sentence."""
        progress(0.0)
        type(self).orders.append(order)
        raise EngineError("The model ran out of paint.")


class UnwillingEngine(BarEngine):
    """Will not, however often it is asked."""

    def render(self, order: Order, progress: Callable[[float], None]) -> Rendering:
        """Say no."""
        progress(0.0)
        type(self).orders.append(order)
        raise EngineRefusedError("The model does not draw this.")


def bar(order: Order, *, index: int) -> NDArray[np.uint8]:
    """Return one picture: soft shades, since a mark needs something to hide in, and a bar that moves."""
    ramp = np.linspace(60, 180, order.width, dtype=np.uint8)
    picture = np.repeat(np.repeat(ramp[None, :, None], order.height, axis=0), 3, axis=2)
    left = (index * 7) % (order.width - 40)
    picture[order.height // 3 : order.height // 2, left : left + 40] = (40, 120, 200)
    return np.ascontiguousarray(picture)


def tone(seconds: int) -> NDArray[np.float32]:
    """Return a quiet 440 Hz tone, float32 (samples, 2)."""
    t = np.arange(seconds * 48_000) / 48_000
    return np.repeat((0.1 * np.sin(2 * np.pi * 440 * t))[:, None], 2, axis=1).astype(np.float32)
