"""Where each action's things stand at the start, and how they are let go; seeded."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from generation.backends.world.parse import Action, Scene, Thing
from generation.backends.world.stage import COLOURS, KINDS, MIXED, Fountain, Item, Kind, Stage, Vector


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


def _drop(scene: Scene, rng: np.random.Generator, *, person: bool) -> Stage:
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
        most = 4.0 if kind.shape == "sphere" else 0.8  # what has edges would wander off
        spin = [float(value) for value in rng.uniform(-most, most, 3)]
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
            )
        )
    return _plain(scene, items, person=person)


def _throw(scene: Scene, rng: np.random.Generator, *, person: bool) -> Stage:
    """Throw things in an arc to the right, from the hand where there is one."""
    items = []
    for number, (_, kind, colour) in enumerate(_things(scene, rng)):
        at = (0.1, -0.05, 0.14) if person else (-0.95, 0.0, 0.3)
        speed = (float(rng.uniform(0.36, 0.46)) if person else float(rng.uniform(1.2, 1.4)), 0.0, 2.2)
        items.append(
            Item(
                name=f"item{number}",
                kind=kind,
                colour=colour,
                at=at,
                start=0.9 + 0.7 * number,
                speed=speed,
                spin=(0.0, float(rng.uniform(4, 9)), 0.0),
            )
        )
    return replace(_plain(scene, items, person=person), thrower=person)


def _juggle(scene: Scene, rng: np.random.Generator, *, person: bool) -> Stage:
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


def _topple(scene: Scene, rng: np.random.Generator, *, person: bool) -> Stage:
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


def _stairs(scene: Scene, rng: np.random.Generator, *, person: bool) -> Stage:
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


def _dominoes(scene: Scene, rng: np.random.Generator, *, person: bool) -> Stage:
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
        push = 5.0 if number == 0 else 0.0  # round its foot, so its middle moves too
        items.append(
            Item(
                name=f"item{number}",
                kind=replace(kind, size=size),
                colour=colour,
                at=at,
                turn=turn,
                start=0.7 if push else 0.0,
                speed=(push * size[2], 0.0, 0.0),
                spin=(0.0, push, 0.0),
            )
        )
    return _plain(scene, items, person=person)


def _plain(scene: Scene, items: list[Item], *, person: bool) -> Stage:
    return Stage(scene=scene, items=tuple(items), ground="", half_width=0.55 if person else 0.8, person=person)


LAYOUTS: dict[Action, Callable[..., Stage]] = {
    Action.DROP: _drop,
    Action.BOUNCE: _drop,
    Action.THROW: _throw,
    Action.JUGGLE: _juggle,
    Action.TOPPLE: _topple,
    Action.STAIRS: _stairs,
    Action.DOMINOES: _dominoes,
}
