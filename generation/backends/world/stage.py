"""A scene is set up: what stands where, in metres, and what moves when (x right, y away, z up)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.parse import Action, Scene, Thing

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
        return np.array([x, 0.0, -0.05 * np.sin(np.pi * share)]) + np.array(self.centre)


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


GROUND_BOUNCE = {"sand": 0.25, "grass": 0.6, "boards": 1.0, "asphalt": 0.95, "tiles": 0.95}
GROUND_OF = {
    "beach": "sand", "gym": "boards", "street": "asphalt", "park": "grass", "stage": "boards", "kitchen": "tiles",
}  # fmt: skip


def stage(scene: Scene, *, seed: int) -> Stage:
    """Return the scene set up for this seed: same seed, same places, colours and speeds."""
    rng = np.random.default_rng(seed)
    person = bool(scene.characters)
    ground = "boards" if person else GROUND_OF[scene.place]
    set_up = LAYOUTS[scene.action](scene, rng, person)
    people, shift = _places(len(scene.characters), juggles=set_up.fountain is not None)
    items = tuple(_put(item, shift=shift, bounce=GROUND_BOUNCE[ground]) for item in set_up.items)
    fountain = replace(set_up.fountain, centre=(shift, *set_up.fountain.centre[1:])) if set_up.fountain else None
    return replace(set_up, items=items, fountain=fountain, ground=ground, people_x=people)


def _places(people: int, *, juggles: bool) -> tuple[tuple[float, ...], float]:
    """Return where the people sit, and how far the action moves so that it is beside one or between two."""
    if people > 1:
        return ((-0.17, 0.4), -0.17) if juggles else ((-0.34, 0.34), -0.27)
    return ((0.0,), 0.0) if juggles else ((-0.2,), 0.0)


def _put(item: Item, *, shift: float, bounce: float) -> Item:
    at = (item.at[0] + shift, item.at[1], item.at[2])
    return replace(item, at=at, kind=replace(item.kind, bounce=item.kind.bounce * bounce))


def _things(scene: Scene, rng: np.random.Generator) -> list[tuple[Thing, Kind, Vector]]:
    """Return every single thing with its kind and colour; toys without a named colour get mixed ones."""
    found = []
    start = int(rng.integers(len(MIXED)))
    for thing in scene.things:
        kind = KINDS[thing.kind]
        for number in range(thing.count):
            toy = thing.kind in {"ball", "cube", "marble", "domino"}
            name = thing.colour or (MIXED[(start + number) % len(MIXED)] if toy else kind.colour)
            shade = 1 + float(rng.uniform(-0.06, 0.06))
            red, green, blue = COLOURS[name]
            found.append((thing, kind, (red * shade, green * shade, blue * shade)))
    return found


def _drop(scene: Scene, rng: np.random.Generator, person: bool) -> Stage:
    """Let things fall beside the person, one after another, apart enough to be told apart."""
    things = _things(scene, rng)
    left, right = (0.1, 0.42) if person else (-0.42, 0.42)
    places = np.linspace(left, right, len(things) + 2)[1:-1]
    bounce = scene.action is Action.BOUNCE
    items = []
    for number, (_, kind, colour) in enumerate(things):
        height = float(rng.uniform(0.4, 0.5)) if person else float(rng.uniform(0.62, 0.78))
        push = float(rng.uniform(-0.08, 0.08)) + (0.1 * float(rng.choice([-1, 1])) if bounce else 0.0)
        at = (float(places[number]), float(rng.uniform(-0.06, 0.04)), height + kind.size[2])
        spin = tuple(float(value) for value in rng.uniform(-4, 4, 3))
        items.append(
            Item(
                name=f"item{number}",
                kind=kind,
                colour=colour,
                at=at,
                start=0.45 + 0.35 * number,
                speed=(push, 0.0, 0.0),
                spin=(spin[0], spin[1], spin[2]),
                turn=float(rng.uniform(0, 1.5)),
            )  # fmt: skip
        )
    return _plain(scene, items, person=person)


def _throw(scene: Scene, rng: np.random.Generator, person: bool) -> Stage:
    """Throw things in an arc to the right, from the hand where there is one."""
    items = []
    for number, (_, kind, colour) in enumerate(_things(scene, rng)):
        at = (0.1, -0.05, 0.14) if person else (-0.62, 0.0, 0.3)
        speed = (float(rng.uniform(0.36, 0.46)) if person else float(rng.uniform(0.8, 1.0)), 0.0, 2.2)
        items.append(
            Item(
                name=f"item{number}",
                kind=kind,
                colour=colour,
                at=(at[0], at[1] - 0.1 * number, at[2]),
                start=0.9 + 0.7 * number,
                speed=speed,
                spin=(0.0, float(rng.uniform(4, 9)), 0.0),
            )  # fmt: skip
        )
    return replace(_plain(scene, items, person=person), thrower=person)


def _juggle(scene: Scene, rng: np.random.Generator, person: bool) -> Stage:
    things = _things(scene, rng)[:5]
    owners = tuple(number % 2 for number in range(len(things)))
    fountain = Fountain(centre=(0.0, 0.03, 0.15), owners=owners, flight=0.5 + float(rng.uniform(-0.02, 0.03)))
    items = []
    for number, (_, kind, colour) in enumerate(things):
        small = min(1.0, 0.06 / max(kind.size))  # what is juggled fits a hand
        size = (kind.size[0] * small, kind.size[1] * small, kind.size[2] * small)
        spin = (float(rng.uniform(-5, 5)), float(rng.uniform(-5, 5)), 0.0)
        items.append(Item(name=f"item{number}", kind=replace(kind, size=size), colour=colour, at=(0, 0, 1), spin=spin))
    return replace(_plain(scene, items, person=person), fountain=fountain)


def _topple(scene: Scene, rng: np.random.Generator, person: bool) -> Stage:
    """Stack things and let a ball roll into them."""
    x, z, items = (0.24 if person else 0.1), 0.0, []
    solid = [(t, kind if kind.shape != "sphere" else KINDS["cube"], c) for t, kind, c in _things(scene, rng)]
    for number, (_, kind, colour) in enumerate(solid):
        scale = 0.72 if person else 1.0
        size = (kind.size[0] * scale, kind.size[1] * scale, kind.size[2] * scale)
        z += size[2]
        at = (x + float(rng.uniform(-0.008, 0.008)), float(rng.uniform(-0.008, 0.008)), z + 0.0005)
        turn = float(rng.uniform(-0.2, 0.2))
        items.append(Item(name=f"item{number}", kind=replace(kind, size=size), colour=colour, at=at, turn=turn))
        z += size[2]
    ball = replace(KINDS["ball"], density=2600)
    high = (x + 0.75, -0.02, max(z * 0.55, 0.1))
    items.append(Item(name="striker", kind=ball, colour=COLOURS["red"], at=high, start=0.8, speed=(-2.0, 0.0, 1.3)))
    return _plain(scene, items, person=person)


def _stairs(scene: Scene, rng: np.random.Generator, person: bool) -> Stage:
    """Let things roll down a flight of wooden steps."""
    left, wide, rise = (0.0, 0.11, 0.055) if person else (-0.5, 0.17, 0.085)
    wood = Kind("box", (0.1, 0.1, 0.1), 600, 0.9, "wood", "wood", "pine", 0.5)
    steps = []
    for step in range(4):
        high = rise * (4 - step) / 2
        half = (wide / 2, 0.16 if person else 0.24, high)
        at = (left + wide * (step + 0.5), 0.03, high)
        steps.append(Item(name=f"step{step}", kind=replace(wood, size=half), colour=COLOURS["pine"], at=at, free=False))
    items = []
    for number, (_, kind, colour) in enumerate(_things(scene, rng)):
        y = float(rng.uniform(-0.04, 0.06)) + (0.05 * (-1) ** number if number else 0.0)
        at = (left + wide * 0.3, y, rise * 4 + kind.size[2] + 0.002)
        speed = (float(rng.uniform(0.3, 0.42)), 0.0, 0.0)
        items.append(Item(name=f"item{number}", kind=kind, colour=colour, at=at, start=0.5 + 0.6 * number, speed=speed))
    return _plain(scene, [*steps, *items], person=person)


def _dominoes(scene: Scene, rng: np.random.Generator, person: bool) -> Stage:
    """Stand dominoes in a gentle curve and tip the first."""
    things = _things(scene, rng)
    scale = 0.8 if person else 1.3
    left, right = (-0.02, 0.5) if person else (-0.55, 0.55)
    gap = min((right - left) / len(things), 0.075 * scale)
    bend, items = float(rng.uniform(0.05, 0.12)) * float(rng.choice([-1, 1])), []
    for number, (_, kind, colour) in enumerate(things):
        size = (kind.size[0] * scale, kind.size[1] * scale, kind.size[2] * scale)
        share = number / max(len(things) - 1, 1)
        at = (left + gap * (number + 0.5), bend * float(np.sin(np.pi * share)) - 0.03, size[2] + 0.0005)
        turn = float(np.arctan(bend * np.pi * np.cos(np.pi * share) / max(gap * len(things), 0.1)))
        first = {"start": 0.7, "spin": (0.0, 4.5, 0.0)} if number == 0 else {}
        items.append(
            Item(name=f"item{number}", kind=replace(kind, size=size), colour=colour, at=at, turn=turn, **first)  # type: ignore[arg-type]
        )
    return _plain(scene, items, person=person)


def _plain(scene: Scene, items: list[Item], *, person: bool) -> Stage:
    return Stage(scene=scene, items=tuple(items), ground="", half_width=0.55 if person else 0.8, person=person)


LAYOUTS: dict[Action, Callable[[Scene, np.random.Generator, bool], Stage]] = {
    Action.DROP: _drop,
    Action.BOUNCE: _drop,
    Action.THROW: _throw,
    Action.JUGGLE: _juggle,
    Action.TOPPLE: _topple,
    Action.STAIRS: _stairs,
    Action.DOMINOES: _dominoes,
}
