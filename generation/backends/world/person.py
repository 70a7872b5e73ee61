"""A character's body: how it stands, breathes, looks, blinks and moves its hands, frame by frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.simulate import FETCH
from generation.backends.world.stage import Stage

Array = NDArray[np.float64]
HEAD_Z, SHOULDER_Z, BEHIND = 0.41, 0.2, 0.2  # metres over and behind the table's middle
UPPER_ARM, FOREARM = 0.25, 0.22
CLOTHES = (
    (0.16, 0.28, 0.42),
    (0.75, 0.3, 0.24),
    (0.2, 0.42, 0.36),
    (0.85, 0.66, 0.3),
    (0.42, 0.27, 0.45),
    (0.84, 0.82, 0.77),
)
BLINK = 0.16  # seconds
SWING = 0.32  # seconds of an arm's way to and from a throw


@dataclass(frozen=True, slots=True)
class Pose:
    """One frame: the head's matrix (4, 4), eyelids and smile 0..1, both arms as (shoulder, elbow, hand).

    ``palms`` say where each faces: up, down or front; ``chest`` is how far the breath lifts it, in metres.
    """

    head: Array
    blink: float
    smile: float
    arms: tuple[tuple[Array, Array, Array], tuple[Array, Array, Array]]
    palms: tuple[str, str]
    chest: float


class Person:
    """One character on the stage; everything it does follows from the stage and the seed."""

    def __init__(self, stage: Stage, *, seed: int, index: int = 0) -> None:
        rng = np.random.default_rng([seed, 21, index])
        self.stage = stage
        self.x, self.acts = stage.people_x[index], index == 0  # the first does what is done, the others watch
        self.clothes = CLOTHES[int(rng.integers(len(CLOTHES)))]
        self.sway = rng.uniform(0, 2 * np.pi, 3)
        self.blinks = np.cumsum(rng.uniform(1.1, 2.6, 12)) - 0.6

    def pose(self, t: float, *, subject: Array) -> Pose:
        """Return the pose at ``t`` seconds, looking a little towards ``subject``."""
        yaw = 0.24 * np.clip((subject[0] - self.x) / 0.6, -1, 1) + 0.035 * np.sin(1.3 * t + self.sway[0])
        pitch = 0.1 * np.clip((subject[2] - 0.3) / 0.4, -1, 0.7) + 0.02 * np.sin(1.7 * t + self.sway[1])
        roll = 0.03 * np.sin(0.9 * t + self.sway[2])
        closing = np.abs(t - self.blinks).min() / (BLINK / 2)
        smile = 0.35 + 0.25 * np.sin(0.8 * t + self.sway[0]) + (0.4 if self.stage.scene.smiles else 0.0)
        chest = 0.003 * np.sin(1.9 * t + self.sway[1])
        return Pose(
            head=self._head(yaw, pitch, roll, chest),
            blink=float(np.clip(1 - closing, 0, 1) ** 0.6),
            smile=float(np.clip(smile, 0, 1)),
            arms=(self._arm(0, t, chest), self._arm(1, t, chest)),
            palms=(self._palm(0), self._palm(1)),
            chest=chest,
        )

    def _head(self, yaw: float, pitch: float, roll: float, chest: float) -> Array:
        """Return head coordinates (x right, y up, z out of the face) to the stage (x right, y away, z up)."""
        cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
        turn_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        turn_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
        turn_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
        turn = turn_y @ turn_x @ turn_z
        neck = np.array([0.0, -0.07, -0.06])
        to_stage = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        matrix = np.eye(4)
        matrix[:3, :3] = to_stage @ turn
        matrix[:3, 3] = np.array([self.x, BEHIND, HEAD_Z + chest]) + to_stage @ (neck - turn @ neck)
        return matrix

    def _arm(self, side: int, t: float, chest: float) -> tuple[Array, Array, Array]:
        sign = -1.0 if side == 0 else 1.0
        shoulder = np.array([self.x + sign * 0.142, BEHIND + 0.05, SHOULDER_Z - 0.025 + chest])
        return _bend(shoulder, self._hand(side, t), sign=sign)

    def _palm(self, side: int) -> str:
        if self.acts and (self.stage.fountain is not None or (self.stage.thrower and side == 1)):
            return "up"
        return "front" if self.stage.scene.waves and side == 0 else "down"

    def _hand(self, side: int, t: float) -> Array:
        sign = -1.0 if side == 0 else 1.0
        if self.acts and self.stage.fountain is not None:
            return np.asarray(self.stage.fountain.hand(side, t) - np.array([0.0, 0.0, 0.022]))
        if self.stage.scene.waves and side == 0:
            swing = np.sin(2 * np.pi * 1.5 * t)
            high = 0.36 + 0.01 * np.cos(4 * np.pi * 1.5 * t)
            return np.asarray([self.x - 0.235 + 0.045 * swing, BEHIND - 0.1, high])
        if self.acts and self.stage.thrower and side == 1:
            return self._throwing(t)
        return self._rest(sign)

    def _rest(self, sign: float) -> Array:
        place: Array = np.array([self.x + sign * 0.1, BEHIND - 0.2, 0.022])
        return place

    def _throwing(self, t: float) -> Array:
        """Fetch each thing, hold it, throw it, and come back to the table."""
        rest = self._rest(1.0)
        for item in self.stage.items:
            hold = np.array(item.at) - np.array([0, 0, item.kind.size[2] + 0.02])
            since = t - item.start
            if -FETCH - SWING < since < -FETCH:
                return np.asarray(rest + (hold - rest) * (1 + (since + FETCH) / SWING))
            if -FETCH <= since < 0:
                return np.asarray(hold)
            if 0 <= since < SWING:
                share = since / SWING
                swing = np.array([0.07, 0, 0.12]) * np.sin(np.pi * share)
                return np.asarray(hold + swing + (rest - hold) * share**2)
        return rest


def _bend(shoulder: Array, hand: Array, *, sign: float) -> tuple[Array, Array, Array]:
    """Return shoulder, elbow and hand: two bones of fixed length, the elbow out and down."""
    reach = hand - shoulder
    length = float(np.clip(np.linalg.norm(reach), 0.05, UPPER_ARM + FOREARM - 0.005))
    way = reach / max(float(np.linalg.norm(reach)), 1e-6)
    along = (UPPER_ARM**2 - FOREARM**2 + length**2) / (2 * length)
    off = np.sqrt(max(UPPER_ARM**2 - along**2, 0.0))
    hint = np.array([sign * 1.0, 0.35, -0.5])
    aside = hint - way * (hint @ way)
    elbow = shoulder + way * along + aside / max(float(np.linalg.norm(aside)), 1e-6) * off
    return shoulder, elbow, shoulder + way * length


def tube(start: Array, end: Array, *, radius: float) -> Array:
    """Return the matrix (4, 4) that lays the unit tube (z -1..1, radius 1) from ``start`` to ``end``."""
    axis = end - start
    length = max(float(np.linalg.norm(axis)), 1e-6)
    z = axis / length
    x = np.cross([0.0, 1.0, 0.0] if abs(z[1]) < abs(z[0]) + abs(z[2]) else [1.0, 0, 0], z)
    x /= np.linalg.norm(x)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = x * radius, np.cross(z, x) * radius, z * length / 2
    matrix[:3, 3] = (start + end) / 2
    return matrix


def solid(centre: Array, size: tuple[float, float, float], turn: Array | None = None) -> Array:
    """Return the matrix (4, 4) of a unit solid scaled to half sizes, turned (3, 3) and moved."""
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if turn is None else turn) * np.array(size)
    matrix[:3, 3] = centre
    return matrix
