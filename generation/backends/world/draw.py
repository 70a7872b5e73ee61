"""The picture: a small physically based renderer on OpenGL 3.3, in memory, without a window.

The context is made by the process that draws and freed when the frames end, so it works in a forked worker.
"""

from collections.abc import Callable, Iterator
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from generation.backends.world import shaders, shapes
from generation.backends.world.canvas import context
from generation.backends.world.cast import Solid, body, things
from generation.backends.world.head import Head
from generation.backends.world.lens import camera, sun_view
from generation.backends.world.person import Person
from generation.backends.world.place import backdrop, light, tile
from generation.backends.world.simulate import Play
from generation.backends.world.stage import Stage
from generation.errors import EngineError

Array = NDArray[np.float64]
SHADOW = 1024  # pixels a side of the shadow map
IN_SIGHT, SMALL = 0.9, 0.3  # metres: what a person still looks at; what throws a soft contact shadow
ROUND = frozenset({"sphere", "box", "cylinder"})
CLOSE = frozenset({"cloth", "hair"})  # what belongs to a body: its own shadow is enough, and each one costs every pixel
MESHES: dict[str, Callable[[], shapes.Mesh]] = {
    "sphere": shapes.sphere, "box": shapes.box, "cylinder": shapes.cylinder, "limb": shapes.limb,
    "torso": shapes.torso, "finger": shapes.finger, "glass": shapes.cylinder,
}  # fmt: skip
STYLES = {
    "realistic": (0.0, 1.0, 1.0),
    "cinematic": (0.0, 1.9, 0.94),
    "anime": (1.0, 0.7, 1.05),
}  # toon contrast exposure


def draw(
    stage: Stage,
    play: Play,
    heads: list[Head],
    *,
    fps: int,
    width: int,
    height: int,
    style: str,
    seed: int,
    progress: Callable[[float], None],
) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames, uint8 RGB (height, width, 3); the context lives exactly as long as this iterator."""
    gl = context()
    try:
        picture = Picture(gl, stage, play, heads, fps=fps, width=width, height=height, style=style, seed=seed)
        total = len(play.places)
        for frame in range(total):
            yield picture.frame(frame)
            progress((frame + 1) / total)
    except moderngl.Error as error:
        raise EngineError("The picture could not be drawn: OpenGL gave an error.") from error
    finally:
        gl.release()


class Picture:
    """One clip's programs, meshes and textures on the graphics side."""

    def __init__(
        self,
        gl: "moderngl.Context",
        stage: Stage,
        play: Play,
        heads: list[Head],
        *,
        fps: int,
        width: int,
        height: int,
        style: str,
        seed: int,
    ) -> None:
        self.gl, self.stage, self.play, self.heads = gl, stage, play, heads
        self.fps, self.width, self.height, self.seed = fps, width, height, seed
        self.light = light(stage.scene.place, stage.scene.hour)
        self.toon, self.contrast, self.exposure = STYLES.get(style, STYLES["realistic"])
        self.drift = float(np.random.default_rng([seed, 13]).choice([-1, 1]))
        self.people = [Person(stage, seed=seed, index=index) for index in range(len(heads))]
        self._targets()
        self._programs()
        self._meshes()
        self._textures()

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Draw one frame and return it, uint8 RGB (height, width, 3)."""
        t = number / max(len(self.play.places), 1)
        solids = self._solids(number)
        shadow = self._uniforms(t, solids)
        self._fill(solids)
        self._shadows(shadow)
        self._paint()
        self._smooth()
        data = self.plain.read(components=3, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(self.height, self.width, 3).copy()

    def _targets(self) -> None:
        gl, size = self.gl, (self.width, self.height)
        self.drawn = gl.texture(size, 4)
        self.drawn.repeat_x = self.drawn.repeat_y = False
        self.raw = gl.framebuffer([self.drawn], gl.depth_renderbuffer(size))
        self.plain = gl.framebuffer([gl.renderbuffer(size, 4)])
        self.shadow_map = gl.depth_texture((SHADOW, SHADOW))
        self.shadow_map.compare_func = "<="
        self.shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.shadow = gl.framebuffer(depth_attachment=self.shadow_map)

    def _programs(self) -> None:
        def program(vertex: str, fragment: str) -> "moderngl.Program":
            return self.gl.program(vertex_shader=vertex, fragment_shader=fragment)

        self.thing = program(shaders.THING_VERTEX, shaders.THING_FRAGMENT)
        self.ground = program(shaders.GROUND_VERTEX, shaders.GROUND_FRAGMENT)
        self.face = program(shaders.FACE_VERTEX, shaders.FACE_FRAGMENT)
        self.far = program(shaders.BACKDROP_VERTEX, shaders.BACKDROP_FRAGMENT)
        self.edges = program(shaders.BACKDROP_VERTEX, shaders.SMOOTH_FRAGMENT)
        self.thing_shadow = program(shaders.SHADOW_THING, shaders.SHADOW_FRAGMENT)
        self.face_shadow = program(shaders.SHADOW_FACE, shaders.SHADOW_FRAGMENT)
        now = self.light
        sun = np.array(now.sun) / np.linalg.norm(now.sun)
        for one in (self.thing, self.ground, self.face, self.far):
            _set(
                one,
                sun=tuple(sun),
                sun_colour=now.sun_colour,
                sky_colour=now.sky_colour,
                bounce_colour=now.bounce_colour,
            )
            _set(one, toon=self.toon, contrast=self.contrast, exposure=self.exposure * now.exposure, tint=now.tint)
            _set(one, screen=(float(self.width), float(self.height)), shadow_map=0)

    def _meshes(self) -> None:
        gl = self.gl
        self.batches: dict[str, tuple[Any, Any, Any]] = {}
        for name, build in MESHES.items():
            mesh = build()
            data, index = gl.buffer(mesh.vertices.tobytes()), gl.buffer(mesh.triangles.tobytes())
            records = gl.buffer(reserve=96 * 96, dynamic=True)
            look = (records, "16f 4f 4f/i", "model", "paint", "look")
            seen = gl.vertex_array(self.thing, [(data, "3f 3f", "position", "normal"), look], index)
            cast = gl.vertex_array(
                self.thing_shadow, [(data, "3f 12x", "position"), (records, "16f 32x/i", "model")], index
            )
            self.batches[name] = (records, seen, cast)
        floor = np.array([(-30, -8, 0), (30, -8, 0), (-30, 30, 0), (30, 30, 0)], "f4")
        self.floor = gl.vertex_array(self.ground, [(gl.buffer(floor.tobytes()), "3f", "position")])
        corners = gl.buffer(np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], "f4").tobytes())
        self.sky = gl.vertex_array(self.far, [(corners, "2f", "position")])
        self.whole = gl.vertex_array(self.edges, [(corners, "2f", "position")])
        self.faces = [self._face(head) for head in self.heads]

    def _face(self, head: Head) -> tuple[Any, Any, Any]:
        gl = self.gl
        data, index = gl.buffer(head.vertices.tobytes()), gl.buffer(head.triangles.tobytes())
        names = ("position", "normal", "uv", "photo", "blink_move", "smile_move")
        seen = gl.vertex_array(self.face, [(data, "3f 3f 2f 1f 3f 3f", *names)], index)
        cast = gl.vertex_array(self.face_shadow, [(data, "3f 48x", "position")], index)
        portrait = gl.texture(head.texture.shape[1::-1], 3, head.texture.tobytes(), alignment=1)
        return seen, cast, _mipmapped(portrait)

    def _textures(self) -> None:
        pixels, side, rough = tile(self.stage.ground if not self.stage.person else "boards", seed=self.seed)
        self.tile = _mipmapped(self.gl.texture(pixels.shape[1::-1], 3, pixels.tobytes(), alignment=1), repeat=True)
        _set(self.ground, tile=1, tile_size=side, flat_ground=1.0, ground_rough=rough, fade=9.0)
        eye, view, lens = camera(self.stage, share=0.5, aspect=self.width / self.height, drift=self.drift)
        level = lens @ view @ np.array([eye[0], eye[1] + 1000.0, eye[2], 1.0])
        horizon = 0.64 if self.stage.person else float(level[1] / level[3]) * 0.47 + 0.5
        painted = backdrop(
            self.stage.scene.place, now=self.light, horizon=horizon, near=self.stage.person, seed=self.seed
        )
        self.distance = self.gl.texture(painted.shape[1::-1], 3, painted.tobytes(), alignment=1)
        self.distance.repeat_x = self.distance.repeat_y = False

    def _solids(self, number: int) -> list[Solid]:
        t = number / self.fps
        found = things(self.stage, self.play, number)
        moving = [self.play.places[number, k] for k, item in enumerate(self.stage.items) if item.free]
        subject = np.mean([m for m in moving if abs(m[0]) < IN_SIGHT] or [np.array([0.0, 0, 0.2])], axis=0)
        self.poses = [person.pose(t, subject=subject) for person in self.people]
        for person, pose, head in zip(self.people, self.poses, self.heads, strict=True):
            found += body(person, pose, head)
        return found

    def _uniforms(self, share: float, solids: list[Solid]) -> Array:
        eye, view, lens = camera(self.stage, share=share, aspect=self.width / self.height, drift=self.drift)
        sun = np.array(self.light.sun) / np.linalg.norm(self.light.sun)
        middle = np.array([0.0, 0.05, 0.2])
        shadow = sun_view(sun, middle, 0.85 if self.stage.person else 1.25)
        blobs = np.zeros((16, 4), "f4")
        small = (s.matrix for s in solids if s.mesh in ROUND and s.pattern not in CLOSE)
        near = [matrix for matrix in small if np.abs(matrix[:3, :3]).max() < SMALL][: len(blobs)]
        for place, matrix in enumerate(near):
            blobs[place] = [*matrix[:3, 3], float(np.abs(matrix[:3, :3]).sum(0).mean())]
        for one in (self.thing, self.ground, self.face, self.far):
            _set(one, view=lens @ view, eye=tuple(eye), shadow_matrix=shadow, blobs=blobs, blob_count=len(near))
        _set(self.far, picture=1, drift=(0.012 * self.drift * (share - 0.5), 0.0))
        return shadow

    def _fill(self, solids: list[Solid]) -> None:
        self.counts = dict.fromkeys(self.batches, 0)
        for name, (records, _, _) in self.batches.items():
            mine = [s for s in solids if s.mesh == name]
            if mine:
                data = np.stack([s.record() for s in mine]).astype("f4").tobytes()
                records.write(data)
                self.counts[name] = len(mine)

    def _shadows(self, shadow: Array) -> None:
        gl = self.gl
        self.shadow.use()
        self.shadow.clear(depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST)
        _set(self.thing_shadow, view=shadow)
        _set(self.face_shadow, view=shadow)
        for name, (_, _, cast) in self.batches.items():
            if self.counts[name]:
                cast.render(instances=self.counts[name])
        for (_, cast, _), pose in zip(self.faces, self.poses, strict=True):
            _set(self.face_shadow, head=pose.head)
            cast.render()

    def _paint(self) -> None:
        """Draw what is nearest first, and blend only what can be seen through: both spare most of the work."""
        gl = self.gl
        self.raw.use()
        self.raw.clear(depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST)
        self.shadow_map.use(0)
        for (seen, _, portrait), pose, head in zip(self.faces, self.poses, self.heads, strict=True):
            portrait.use(1)
            _set(self.face, head=pose.head, blink=pose.blink, smile=pose.smile, skin=head.skin, portrait=1)
            seen.render()
        for name in ("finger", "sphere", "limb", "torso", "cylinder", "box"):
            self._render(name)
        self.distance.use(1)
        self.sky.render(moderngl.TRIANGLE_STRIP)
        gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        if not self.stage.person:
            self.tile.use(1)
            self.floor.render(moderngl.TRIANGLE_STRIP)
        self._render("glass")

    def _smooth(self) -> None:
        self.plain.use()
        self.gl.enable_only(moderngl.NOTHING)
        self.drawn.use(0)
        _set(self.edges, drawn=0)
        self.whole.render(moderngl.TRIANGLE_STRIP)

    def _render(self, name: str) -> None:
        if self.counts[name]:
            self.batches[name][1].render(instances=self.counts[name])


def _set(program: "moderngl.Program", **values: Any) -> None:  # noqa: ANN401 - numbers, tuples and matrices
    """Set the uniforms that this program uses; the compiler drops those it does not."""
    for name, value in values.items():
        if name not in program:
            continue
        uniform: Any = program[name]
        if isinstance(value, np.ndarray):
            uniform.write((value.T if value.shape == (4, 4) else value).astype("f4").tobytes())
        else:
            uniform.value = value


def _mipmapped(texture: "moderngl.Texture", *, repeat: bool = False) -> "moderngl.Texture":
    texture.repeat_x = texture.repeat_y = repeat
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    return texture
