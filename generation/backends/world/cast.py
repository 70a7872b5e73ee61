"""The list of what is drawn in a frame: each solid with its matrix, its paint and its look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.head import Head
from generation.backends.world.person import BEHIND, HEAD_Z, Person, Pose, solid, tube
from generation.backends.world.simulate import Play
from generation.backends.world.stage import COLOURS, Item, Stage

Array = NDArray[np.float64]
PATTERNS = {
    "plain": 0, "stripe": 1, "basketball": 2, "peel": 3, "tennis": 4, "beach": 5, "wood": 6, "glass": 7, "planks": 8,
    "cloth": 9, "hair": 10,
}  # fmt: skip
TABLE = ((0.0, -0.02, -0.03), (2.2, 0.3, 0.03))  # middle and half sizes: its top is the ground, z = 0


@dataclass(frozen=True, slots=True)
class Solid:
    """One drawn solid: which mesh, where (4, 4), colour RGB and roughness, pattern, opacity."""

    mesh: str
    matrix: Array
    colour: tuple[float, float, float]
    rough: float
    pattern: str = "plain"
    opacity: float = 1.0

    def record(self) -> Array:
        """Return the 24 numbers of its instance record: matrix by columns, paint, look."""
        look = (PATTERNS[self.pattern], 0.0, self.opacity, 0.0)
        return np.concatenate([self.matrix.T.ravel(), self.colour, [self.rough], look])


def things(stage: Stage, play: Play, frame: int) -> list[Solid]:
    """Return the things of the play where they are at this frame, and the table if there is one."""
    found = [
        _thing(item, place=play.places[frame, number], turn=play.turns[frame, number])
        for number, item in enumerate(stage.items)
    ]
    if stage.person:
        found.append(Solid("box", solid(np.array(TABLE[0]), TABLE[1]), COLOURS["pine"], 0.42, "planks"))
    return found


def _thing(item: Item, *, place: Array, turn: Array) -> Solid:
    kind = item.kind
    size = (kind.size[0], kind.size[0], kind.size[2]) if kind.shape == "cylinder" else kind.size
    return Solid(kind.shape, solid(place, size, _matrix(turn)), item.colour, kind.rough, kind.pattern)


def _matrix(turn: Array) -> Array:
    w, x, y, z = turn
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def body(person: Person, pose: Pose, face: Head) -> list[Solid]:
    """Return the body of a character: torso, neck, the back of the head, arms and hands."""
    cloth, skin = person.clothes, face.skin
    base = np.array([person.x, BEHIND + 0.055, HEAD_Z - 0.555 + pose.chest])
    neck_top = pose.head[:3, :3] @ np.array([0, -0.05, -0.075]) + pose.head[:3, 3]
    neck_low = base + np.array([0, 0, 0.42])
    wide, top, deep = face.crown
    skull = pose.head @ solid(
        np.array([0, (top - 0.09) / 2 + 0.005, -0.1]), (wide * 0.9, (top + 0.09) / 2 * 0.92, deep)
    )
    found = [
        Solid("torso", solid(base, (1, 1, 1)), cloth, 0.85, "cloth"),
        Solid("limb", tube(neck_low, neck_top, radius=0.05), skin, 0.6),
        Solid("sphere", skull, face.hair, 0.6, "hair"),
    ]
    for shoulder, elbow, hand in pose.arms:
        found += _arm(shoulder, elbow, hand, cloth=cloth, skin=skin)
    return found


def _arm(
    shoulder: Array, elbow: Array, hand: Array, *, cloth: tuple[float, float, float], skin: tuple[float, float, float]
) -> list[Solid]:
    cuff = elbow + (hand - elbow) * 0.35
    palm = hand - (hand - elbow) * 0.1
    return [
        Solid("sphere", solid(shoulder, (0.062, 0.06, 0.06)), cloth, 0.85, "cloth"),
        Solid("limb", tube(shoulder, elbow, radius=0.05), cloth, 0.85, "cloth"),
        Solid("sphere", solid(elbow, (0.05, 0.05, 0.05)), cloth, 0.85, "cloth"),
        Solid("limb", tube(elbow, cuff, radius=0.047), cloth, 0.85, "cloth"),
        Solid("limb", tube(cuff, palm, radius=0.033), skin, 0.6),
        Solid("sphere", solid(hand, (0.042, 0.042, 0.03)), skin, 0.6),
    ]
