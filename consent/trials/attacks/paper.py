"""A printed photograph before the camera: waved, bent, or cut out and worn. Its light is a plane's, not a head's."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials import voice
from consent.trials.attacks.scene import Scene
from consent.trials.camera import Pixels, Take
from consent.trials.expression import EYES
from consent.trials.lamp import Screen, tinted
from consent.trials.lift import CHIN, OVAL_TOP
from consent.trials.pose import GRID, Places, Turn, full, grid, seen, source

FOCAL = 1.6  # of the picture's width
WALL = (148, 142, 134)
GLOSS = 190  # of 255: how much of the screen's light a print gives back, everywhere the same


@dataclass(slots=True)
class Print:
    """A sheet: ``picture`` with its ``shape`` (H, W) float32, 1 where there is paper."""

    picture: Pixels
    shape: NDArray[np.float32]


def waved(scene: Scene) -> Take:
    """Return a photograph held up and turned the way the challenge asks: a little at 0, as far as a head at 1."""
    return _shown(scene, _printed(scene), turns=0.4 + 0.6 * scene.strength, bend=0.0)


def tilted(scene: Scene) -> Take:
    """Return a photograph tilted so far that it might pass for a turned head: by 40 degrees or so at 0, 70 at 1."""
    return _shown(scene, _printed(scene), turns=1.6 + 1.2 * scene.strength, bend=0.0)


def bent(scene: Scene) -> Take:
    """Return a photograph bent round an upright axis while it is turned, the further the higher the dial."""
    return _shown(scene, _printed(scene), turns=0.4 + 0.6 * scene.strength, bend=0.15 + 0.75 * scene.strength)


def cut_out(scene: Scene) -> Take:
    """Return a face cut out along its outline and worn: from .4 on with holes through which real eyes blink.

    It is bent round the wearer's own face, and the wearer's own lips never show.
    """
    sheet = _printed(scene)
    sheet.shape = _outline(scene, sheet)
    return _shown(scene, sheet, turns=0.6 + 0.4 * scene.strength, bend=0.3 + 0.4 * scene.strength, is_worn=True)


def _printed(scene: Scene) -> Print:
    """Return the victim's portrait as a printer gives it: fewer colours, greyer blacks, a raster at low dials."""
    head = scene.player().head
    sharp = cv2.GaussianBlur(head.picture, (0, 0), 0.6 + 1.4 * (1 - scene.strength))
    paper = 24 + sharp.astype(np.float32) * (0.78 + 0.08 * scene.strength)
    height, width = paper.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    raster = np.sin(2 * np.pi * (xs + ys) / 3.1) * np.sin(2 * np.pi * (xs - ys) / 3.1)
    paper += ((1 - scene.strength) * 9 * raster)[:, :, None]
    shape = np.zeros((height, width), np.float32)
    shape[int(0.02 * height) : int(0.98 * height), int(0.14 * width) : int(0.86 * width)] = 1
    return Print(picture=np.clip(paper, 0, 255).astype(np.uint8), shape=shape)


def _outline(scene: Scene, sheet: Print) -> NDArray[np.float32]:
    points = scene.player().head.points
    face = float(np.linalg.norm(points[CHIN] - points[OVAL_TOP]))
    mask = np.zeros(sheet.shape.shape, np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1.0)
    grown = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(0.06 * face) + 1,) * 2)
    return np.asarray(cv2.GaussianBlur(cv2.dilate(mask, grown), (0, 0), 1), np.float32)


def _shown(scene: Scene, sheet: Print, *, turns: float, bend: float, is_worn: bool = False) -> Take:
    """Return the sheet filmed while the attacker, beside it, says the right digits."""
    said = voice.say(scene.asked.digits, voice.unlike(scene.part.voice, scene.rng))
    attacker = scene.player(said=said)
    screen, behind = Screen(scene.asked.lights, late=scene.part.late), _behind(scene, is_worn=is_worn)
    phase = scene.rng.uniform(0, 2 * np.pi, 2)
    has_holes = is_worn and scene.strength >= 0.4  # noqa: PLR2004 - as said
    eyes = attacker.face if has_holes else None

    def see(t: float) -> Pixels:
        turn, shake = attacker.score.turn(t), 2.5 * np.sin(2 * np.pi * np.array([0.9, 0.7]) * t + phase)
        held = Turn(yaw=turns * turn.yaw + shake[0], pitch=turns * turn.pitch + shake[1], roll=turn.roll)
        picture = sheet.picture if eyes is None else _with_eyes(sheet.picture, eyes(t), attacker.head.points)
        lit = tinted(picture, np.full(picture.shape[:2], GLOSS, np.uint8), screen.colour(t), bright=scene.part.bright)
        return held_up(lit, sheet.shape, turned(scene.size, held, bend=bend), behind=behind)

    return scene.filmed(see, attacker.track(), seconds=attacker.seconds)


def held_up(picture: Pixels, shape: NDArray[np.float32], places: Places, *, behind: Pixels) -> Pixels:
    """Return a sheet in the room; ``places`` says which of its points is seen where."""
    paper = seen(picture, places)
    here = cv2.remap(shape, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[call-overload]
    return np.asarray(cv2.blendLinear(paper, behind, here, 1 - here), np.uint8)


def turned(size: tuple[int, int], turn: Turn, *, bend: float = 0.0) -> Places:
    """Return where a sheet is seen that is turned as a plane, or a cylinder when bent (radians over half its width)."""
    width, height = size[0] / GRID, size[1] / GRID
    at = grid(size)
    x, y = at[:, :, 0] - width / 2, at[:, :, 1] - height / 2
    angle = bend * x / (width / 2)
    z = (np.cos(angle) - 1) * (width / 2) / max(bend, 1e-6) if bend else np.zeros_like(x)
    across, down = _seen(np.sin(angle) * (width / 2) / bend if bend else x, y, z, turn, focal=FOCAL * width)
    return full(source(np.dstack([across - x, down - y]), at), size)


def _seen(
    x: NDArray[np.float32], y: NDArray[np.float32], z: NDArray[np.float32], turn: Turn, *, focal: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where points of the sheet are seen, from the picture's middle."""
    yaw, pitch, roll = np.radians([turn.yaw, turn.pitch, turn.roll])
    x, z = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
    y, z = y * np.cos(pitch) - z * np.sin(pitch), z * np.cos(pitch) + y * np.sin(pitch)
    x, y = x * np.cos(roll) - y * np.sin(roll), y * np.cos(roll) + x * np.sin(roll)
    grown = focal / (focal - z)
    return np.asarray(x * grown, np.float32), np.asarray(y * grown, np.float32)


def _with_eyes(picture: Pixels, face: Pixels, points: NDArray[np.float32]) -> Pixels:
    """Return the print with the living eyes of whoever wears it, seen through two holes."""
    mask = np.zeros(picture.shape[:2], np.float32)
    for upper, lower in EYES:
        hole = cv2.convexHull(points[[*upper, *lower]].astype(np.int32))
        cv2.fillConvexPoly(mask, hole, 1.0)
    holes = np.asarray(cv2.GaussianBlur(cv2.dilate(mask, np.ones((5, 5), np.uint8)), (0, 0), 1), np.float32)
    return np.asarray(picture + (face.astype(np.float32) - picture) * holes[:, :, None], np.uint8)


def _behind(scene: Scene, *, is_worn: bool) -> Pixels:
    """Return what stands behind the sheet: a wall; behind a mask, the wearer, whose hair and shoulders show."""
    width, height = scene.size
    if is_worn:
        return scene.player(part=scene.other).head.picture
    room = np.full((height, width, 3), WALL, np.float32)
    room += scene.rng.normal(0, 4, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1)[:height, :width]
    return np.clip(room, 0, 255).astype(np.uint8)
