"""MuJoCo plays the stage at 1 kHz; where everything is at each frame and what touched what are kept."""

from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from generation.backends.world.stage import GRAVITY, Fountain, Item, Stage

STEP = 0.001
STIFFNESS = 120_000.0  # 1/s2: a contact of about 9 ms, nine steps, so a bounce keeps its energy
QUIET = 0.03  # seconds apart for the same pair to sound again
GROUND = "ground"
FETCH = 0.4  # seconds that what will be thrown is seen in the hand; before, it waits below the table
RESTING = 0.05  # m/s: slower is lying on, not striking


@dataclass(frozen=True, slots=True)
class Touch:
    """One contact: when it began (s), which materials, how hard (N s), and where across the picture (m)."""

    at: float
    materials: tuple[str, str]
    impulse: float
    x: float


@dataclass(frozen=True, slots=True)
class Play:
    """What happened: ``places`` (frames, items, 3), ``turns`` unit quaternions w x y z (frames, items, 4)."""

    places: NDArray[np.float64]
    turns: NDArray[np.float64]
    touches: tuple[Touch, ...]


def simulate(stage: Stage, *, seconds: float, fps: int) -> Play:
    """Return the play of this stage; the same stage gives the same play."""
    model = build(stage)
    run = _Run(stage, model)
    frames, count = round(seconds * fps), len(stage.items)
    places, turns = np.zeros((frames, count, 3)), np.zeros((frames, count, 4))
    for frame in range(frames):
        run.until(frame / fps)
        places[frame], turns[frame] = run.data.xpos[1:], run.data.xquat[1:]
    run.until(seconds)
    return Play(places=places, turns=turns, touches=tuple(run.touches))


def build(stage: Stage) -> "mujoco.MjModel":
    """Return the compiled model: a ground, then one body for each item, in order. Names are ours alone."""
    spec = mujoco.MjSpec()
    spec.option.timestep, spec.option.cone = STEP, mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.gravity = [0, 0, -GRAVITY]
    spec.worldbody.add_geom(
        name=GROUND, type=mujoco.mjtGeom.mjGEOM_PLANE, size=[8, 8, 0.1], friction=[0.8, 0.01, 0.001]
    )
    for item in stage.items:
        _add(spec, item, solid=stage.fountain is None)
    return spec.compile()


SHAPES = {
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
}


def _add(spec: "mujoco.MjSpec", item: Item, *, solid: bool) -> None:
    turn = [np.cos(item.turn / 2), 0, 0, np.sin(item.turn / 2)]
    body = spec.worldbody.add_body(name=item.name, pos=list(item.at), quat=turn)
    if item.free:
        body.add_freejoint()
    size = item.kind.size
    body.add_geom(
        type=SHAPES[item.kind.shape],
        size=[size[0], size[2], 0] if item.kind.shape == "cylinder" else list(size),
        density=item.kind.density,
        friction=[0.6, 0.005, 0.0006],
        condim=6 if item.kind.shape == "sphere" else 4,
        priority=1 if item.free else 0,  # the thing's own bounce decides, not the average with the ground's
        solref=_solref(item.kind.bounce),
        solimp=[0.98, 0.99, 0.001, 0.5, 2],
        contype=1 if solid else 0,  # juggled things pass their neighbours by; the hands do the catching
        conaffinity=1,
    )


def _solref(bounce: float) -> list[float]:
    """Return MuJoCo's direct contact spring for this coefficient of restitution (damped half swing)."""
    logarithm = -np.log(np.clip(bounce, 0.02, 0.95))
    ratio = logarithm / np.hypot(np.pi, logarithm)
    return [-STIFFNESS, -2 * float(ratio) * float(np.sqrt(STIFFNESS))]


class _Run:
    """The clock: holds what is held, steps the physics, writes down what touches."""

    def __init__(self, stage: Stage, model: "mujoco.MjModel") -> None:
        self.stage, self.model, self.data = stage, model, mujoco.MjData(model)
        self.touches: list[Touch] = []
        self._last: dict[tuple[int, int], float] = {}
        self._loose: set[int] = {number for number, item in enumerate(stage.items) if not item.free}
        self._settle()

    def until(self, end: float) -> None:
        """Play on to ``end`` seconds and bring the positions up to date."""
        while self.data.time < end - STEP / 2:
            self._settle()
            mujoco.mj_step(self.model, self.data)
            if self.data.ncon:
                self._listen()
        self._settle()
        mujoco.mj_kinematics(self.model, self.data)

    def _settle(self) -> None:
        t = float(self.data.time)
        if self.stage.fountain is not None:
            for number, item in enumerate(self.stage.items):
                self._juggle(number, item, fountain=self.stage.fountain, t=t)
            return
        for number, item in enumerate(self.stage.items):
            if number not in self._loose:
                self._hold(number, item, t=t)

    def _hold(self, number: int, item: Item, *, t: float) -> None:
        if t >= item.start:
            self._loose.add(number)
            self._velocity(number)[:] = [*item.speed, *item.spin]
            return
        waits = self.stage.thrower and t < item.start - FETCH
        self._position(number)[:3] = (item.at[0], item.at[1], -3.0 - number) if waits else item.at
        self._velocity(number)[:] = 0

    def _juggle(self, number: int, item: Item, *, fountain: Fountain, t: float) -> None:
        held = fountain.held(number, t)
        if held is None:
            if number not in self._loose:
                self._loose.add(number)
                if t == 0:  # it is in the air when the curtain rises
                    self._position(number)[:3] = fountain.flying(number) + np.array([0, 0, item.kind.size[2]])
                    self._velocity(number)[:] = [*fountain.throw(number), *item.spin]
                    self._velocity(number)[2] -= GRAVITY * (fountain.phase(number, 0.0) - fountain.dwell)
                    return
                self._velocity(number)[:] = [*fountain.throw(number), *item.spin]
            return
        if number in self._loose:
            self._loose.discard(number)
            speed = float(np.linalg.norm(self._velocity(number)[:3]))
            mass = float(self.model.body_mass[number + 1])
            self.touches.append(Touch(at=t, materials=(item.kind.material, "hand"), impulse=mass * speed, x=held[0]))
        self._position(number)[:3] = held + np.array([0, 0, item.kind.size[2]])
        self._velocity(number)[:3] = 0

    def _position(self, number: int) -> NDArray[np.float64]:
        start = self.model.jnt_qposadr[self.model.body_jntadr[number + 1]]
        return self.data.qpos[start : start + 7]  # type: ignore[no-any-return]

    def _velocity(self, number: int) -> NDArray[np.float64]:
        start = self.model.jnt_dofadr[self.model.body_jntadr[number + 1]]
        return self.data.qvel[start : start + 6]  # type: ignore[no-any-return]

    def _listen(self) -> None:
        """Note each pair that begins to touch; the same pair again soon is the same touch going on."""
        contact, t = self.data.contact, float(self.data.time)
        pairs = np.sort(contact.geom, axis=1)
        for place in range(self.data.ncon):
            pair = (int(pairs[place, 0]), int(pairs[place, 1]))
            before = self._last.get(pair, -1.0)
            self._last[pair] = t
            if t - before > QUIET:
                self._note(pair, t=t, x=float(contact.pos[place, 0]))

    def _note(self, pair: tuple[int, int], *, t: float, x: float) -> None:
        bodies = [int(self.model.geom_bodyid[geom]) for geom in pair]
        speeds = [self._speed(body) for body in bodies]
        closing = float(np.linalg.norm(speeds[0] - speeds[1]))
        masses = [float(self.model.body_mass[body]) for body in bodies if body and self._free(body)]
        impulse = closing / sum(1 / mass for mass in masses) if masses else 0.0
        if closing > RESTING:
            self.touches.append(Touch(at=t, materials=self._materials(bodies), impulse=impulse, x=x))

    def _free(self, body: int) -> bool:
        return bool(self.model.body_jntnum[body])

    def _speed(self, body: int) -> NDArray[np.float64]:
        return self._velocity(body - 1)[:3].copy() if body and self._free(body) else np.zeros(3)

    def _materials(self, bodies: list[int]) -> tuple[str, str]:
        names = [self.stage.items[body - 1].kind.material if body else self.stage.ground for body in bodies]
        return names[0], names[1]
