"""The list of what is drawn in a frame: each solid with its matrix, its paint and its look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.head import Head
from generation.backends.world.person import BEHIND, HEAD_Z, Person, Pose, solid, tube
from generation.backends.world.simulate import Play
from generation.backends.world.stage import COLOURS, Item, Stage

Array = NDArray[np.float64]
Colour = tuple[float, float, float]
PATTERNS = {
    "plain": 0, "stripe": 1, "basketball": 2, "peel": 3, "tennis": 4, "beach": 5, "wood": 6, "glass": 7, "planks": 8,
    "cloth": 9, "hair": 10,
}  # fmt: skip
TABLE = ((0.0, -0.02, -0.6), (2.2, 0.3, 0.6))  # middle and half sizes: its top is the ground, z = 0


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
    mesh = "glass" if kind.pattern == "glass" else kind.shape
    return Solid(mesh, solid(place, size, _matrix(turn)), item.colour, kind.rough, kind.pattern)


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
    cloth = person.clothes
    skin = (
        face.skin[0] * 0.95,
        face.skin[1] * 0.9,
        face.skin[2] * 0.87,
    )  # hands are not lit for a photograph
    base = np.array([person.x, BEHIND + 0.055, HEAD_Z - 0.572 + pose.chest])
    neck_top = pose.head[:3, :3] @ np.array([0, -0.05, -0.075]) + pose.head[:3, 3]
    neck_low = base + np.array([0, 0, 0.42])
    wide, top, deep = face.crown
    skull = pose.head @ solid(
        np.array([0, (top - 0.09) / 2 + 0.005, -0.1]), (wide * 0.9, (top + 0.09) / 2 * 0.92, deep)
    )
    neck = (skin[0] * 0.86, skin[1] * 0.84, skin[2] * 0.84)  # in the shade of the chin
    found = [
        Solid("torso", solid(base, (1, 1, 1)), cloth, 0.85, "cloth"),
        Solid("sphere", solid(base + np.array([0, 0, 0.438]), (0.072, 0.066, 0.024)), cloth, 0.85, "cloth"),
        Solid("limb", tube(neck_low, neck_top, radius=0.048), neck, 0.7),
        Solid("sphere", skull, face.hair, 0.6, "hair"),
    ]
    for side, (shoulder, elbow, hand) in enumerate(pose.arms):
        found += _arm(shoulder, elbow, hand, cloth=cloth, skin=skin)
        found += _hand(elbow, hand, side=-1.0 if side == 0 else 1.0, palm=pose.palms[side], skin=skin)
    return found


def _arm(shoulder: Array, elbow: Array, hand: Array, *, cloth: Colour, skin: Colour) -> list[Solid]:
    """Return a sleeve to below the elbow and a bare forearm."""
    cuff = elbow + (hand - elbow) * 0.4
    return [
        Solid("sphere", solid(shoulder, (0.05, 0.05, 0.05)), cloth, 0.85, "cloth"),
        Solid("limb", tube(shoulder, elbow, radius=0.044), cloth, 0.85, "cloth"),
        Solid("sphere", solid(elbow, (0.044, 0.044, 0.044)), cloth, 0.85, "cloth"),
        Solid("limb", tube(elbow, cuff, radius=0.043), cloth, 0.85, "cloth"),
        Solid("sphere", solid(cuff, (0.043, 0.043, 0.043)), cloth, 0.85, "cloth"),
        Solid("finger", tube(elbow, hand - (hand - elbow) * 0.12, radius=0.034), skin, 0.6),
    ]


def _hand(elbow: Array, hand: Array, *, side: float, palm: str, skin: Colour) -> list[Solid]:
    """Return an open hand: four fingers a little curled towards where the palm faces, and a thumb inwards."""
    ahead, up = hand - elbow, np.array([0.0, 0, 1])
    if palm == "front":
        ahead, up = ahead * 0.3 + np.array([0, 0, 0.3]), np.array([0.0, -1, 0])
    elif palm == "down":
        up = -up
    ahead -= up * (ahead @ up) * 0.75
    ahead /= max(float(np.linalg.norm(ahead)), 1e-6)
    across = np.cross(ahead, up)
    across /= max(float(np.linalg.norm(across)), 1e-6)
    turn = np.stack([across, ahead, np.cross(across, ahead)], axis=1)
    found = [Solid("sphere", solid(hand - 0.01 * ahead, (0.037, 0.042, 0.017), turn), skin, 0.6)]
    curl = 0.022 if palm == "up" else 0.008
    for place in (-1.5, -0.5, 0.5, 1.5):
        root = hand + across * place * 0.0165 + ahead * 0.022
        tip = root + ahead * (0.042 - 0.004 * abs(place)) + up * curl + across * place * 0.003
        found.append(Solid("finger", tube(root, tip, radius=0.0095), skin, 0.6))
    inward = across * side * (1.0 if palm == "down" else -1.0)
    thumb = hand + inward * 0.03
    tip = thumb + inward * 0.022 + ahead * 0.02 + up * curl * 0.8
    found.append(Solid("finger", tube(thumb, tip, radius=0.011), skin, 0.6))
    return found
