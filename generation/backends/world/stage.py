"""A scene is set up: what stands where, in metres, and what moves when (x right, y away, z up)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.parse import Scene

Vector = tuple[float, float, float]
GRAVITY = 9.81


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of thing is built: shape, half sizes, density in kg/m3, bounce 0..1, materials, colour."""

    shape: str
    size: Vector
    density: float
    bounce: float
    material: str
    pattern: str
    colour: str
    rough: float = 0.5


KINDS = {
    "ball": Kind("sphere", (0.055, 0.055, 0.055), 400, 0.78, "rubber", "stripe", "red", 0.35),
    "basketball": Kind("sphere", (0.1, 0.1, 0.1), 150, 0.8, "leather", "basketball", "tangerine", 0.6),
    "tennis ball": Kind("sphere", (0.036, 0.036, 0.036), 350, 0.74, "rubber", "tennis", "lime", 0.9),
    "beach ball": Kind("sphere", (0.12, 0.12, 0.12), 15, 0.66, "rubber", "beach", "white", 0.4),
    "orange": Kind("sphere", (0.042, 0.042, 0.042), 850, 0.34, "fruit", "peel", "tangerine", 0.42),
    "apple": Kind("sphere", (0.042, 0.042, 0.039), 800, 0.36, "fruit", "plain", "red", 0.25),
    "lemon": Kind("sphere", (0.042, 0.033, 0.033), 850, 0.34, "fruit", "peel", "yellow", 0.4),
    "marble": Kind("sphere", (0.026, 0.026, 0.026), 2500, 0.7, "glass", "stripe", "teal", 0.08),
    "cube": Kind("box", (0.05, 0.05, 0.05), 550, 0.25, "wood", "wood", "pine", 0.55),
    "brick": Kind("box", (0.09, 0.045, 0.03), 1900, 0.12, "stone", "plain", "brick", 0.9),
    "glass": Kind("cylinder", (0.036, 0.036, 0.055), 900, 0.3, "glass", "glass", "ice", 0.05),
    "domino": Kind("box", (0.011, 0.04, 0.08), 900, 0.15, "wood", "wood", "pine", 0.4),
}
COLOURS: dict[str, Vector] = {
    "red": (0.86, 0.16, 0.14), "orange": (0.95, 0.45, 0.08), "tangerine": (0.93, 0.42, 0.07),
    "yellow": (0.97, 0.78, 0.16), "green": (0.2, 0.62, 0.27), "lime": (0.78, 0.88, 0.22),
    "teal": (0.1, 0.55, 0.58), "blue": (0.14, 0.33, 0.8), "purple": (0.45, 0.24, 0.68),
    "pink": (0.95, 0.5, 0.62), "white": (0.93, 0.92, 0.9), "black": (0.06, 0.06, 0.07),
    "brown": (0.4, 0.24, 0.13), "gold": (0.85, 0.62, 0.2), "silver": (0.75, 0.77, 0.8),
    "pine": (0.78, 0.58, 0.36), "brick": (0.62, 0.27, 0.2), "ice": (0.82, 0.92, 0.95),
}  # fmt: skip
MIXED = ("red", "teal", "yellow", "blue", "pink", "green", "purple", "orange")


@dataclass(frozen=True, slots=True)
class Item:
    """One body: free ones are held at ``at`` until ``start`` seconds, then let go with ``speed`` and ``spin``."""

    name: str
    kind: Kind
    colour: Vector
    at: Vector
    free: bool = True
    start: float = 0.0
    speed: Vector = (0.0, 0.0, 0.0)
    spin: Vector = (0.0, 0.0, 0.0)
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Fountain:
    """A juggling pattern that keeps clear of the face: each hand throws its own things in a column.

    ``flight`` and ``dwell`` are seconds in the air and in the hand; ``owners`` says which hand (0, 1) each
    item belongs to. Positions are relative to ``centre``.
    """

    centre: Vector
    owners: tuple[int, ...]
    flight: float = 0.5
    dwell: float = 0.22
    inner: float = 0.2
    outer: float = 0.31

    def period(self, hand: int) -> float:
        """Return the seconds from one throw of this hand to its next."""
        return (self.flight + self.dwell) / max(self.owners.count(hand), 1)

    def phase(self, item: int, t: float) -> float:
        """Return the seconds since this item was last caught, modulo its round trip."""
        hand = self.owners[item]
        turn = self.owners[:item].count(hand)
        return (t + turn * self.period(hand) + 0.17 * hand) % (self.flight + self.dwell)

    def held(self, item: int, t: float) -> NDArray[np.float64] | None:
        """Return where the hand holds this item, or None while it flies."""
        phase = self.phase(item, t)
        return self._hold(self.owners[item], phase / self.dwell) if phase < self.dwell else None

    def throw(self, item: int) -> Vector:
        """Return the speed at release that lands the item in the same hand, ``flight`` seconds later."""
        side = -1 if self.owners[item] == 0 else 1
        return (side * (self.outer - self.inner) / self.flight, 0.0, GRAVITY * self.flight / 2)

    def flying(self, item: int) -> NDArray[np.float64]:
        """Return where this item is in the air at 0 seconds."""
        t = self.phase(item, 0.0) - self.dwell
        fall: NDArray[np.float64] = np.array([0.0, 0.0, -GRAVITY * t * t / 2])
        return self._hold(self.owners[item], 1.0) + np.array(self.throw(item)) * t + fall

    def hand(self, hand: int, t: float) -> NDArray[np.float64]:
        """Return where the palm is: under the item it holds, or on its way back to the next catch."""
        mine = [item for item, owner in enumerate(self.owners) if owner == hand]
        for item in mine:
            held = self.held(item, t)
            if held is not None:
                return held
        away = min((self.phase(item, t) for item in mine), default=self.dwell) - self.dwell
        idle = max(self.period(hand) - self.dwell, 1e-6)
        share = float(np.clip(away / idle, 0, 1))
        share = share * share * (3 - 2 * share)
        start, end = self._hold(hand, 1.0), self._hold(hand, 0.0)
        return np.asarray(start + (end - start) * share + np.array([0, 0, -0.03 * np.sin(np.pi * share)]))

    def _hold(self, hand: int, share: float) -> NDArray[np.float64]:
        side = -1 if hand == 0 else 1
        smooth = share * share * (3 - 2 * share)
        x = side * (self.outer + (self.inner - self.outer) * smooth)
        offset: NDArray[np.float64] = np.array([x, 0.0, -0.05 * np.sin(np.pi * share)])
        return np.asarray(offset + np.array(self.centre))


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that the physics, the picture and the sound need to agree on."""

    scene: Scene
    items: tuple[Item, ...]
    ground: str
    half_width: float
    person: bool
    people_x: tuple[float, ...] = ()
    fountain: Fountain | None = None
    thrower: bool = False
