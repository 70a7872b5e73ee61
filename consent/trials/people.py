"""Who sits before the camera: two public-domain portraits, and people who do not exist, warped and mixed from them.

The portraits are Eileen Collins (NASA; scikit-image carries it) and Grace Hopper (US Navy; matplotlib carries it).
A synthetic sitter has one's hair and wall, a mixture of both faces' textures, and proportions of its own.
"""

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

from consent.trials.camera import Pixels
from consent.trials.lift import CHIN, OVAL_TOP, PortraitError, cropped

SIDE = 640
GRID = 8  # pixels
# MediaPipe's mesh: points about which each feature of a face is moved and grown
FEATURES = {"eye": (159, 145), "other eye": (386, 374), "nose": (1, 4), "mouth": (13, 14), "chin": (152, 175)}
SKINS = (1.0, 1.0, 0.82, 0.66, 0.52)  # how much of the light a sitter's skin gives back, against the portrait's
CHEEKS = (50, 280, 205, 425)


@dataclass(frozen=True, slots=True)
class Sitter:
    """One person: ``number`` 0 and 1 are the portraits, every other one is made from it; ``skin`` 0 to 1."""

    number: int
    skin: float = 1.0


@lru_cache(maxsize=64)
def portrait(sitter: Sitter, *, model: Path) -> Pixels:
    """Return the sitter's portrait, RGB; raises ``lift.PortraitError`` where a portrait is missing."""
    plain = photograph(sitter.number) if sitter.number < len(READERS) else _made(sitter.number, model)
    return plain if sitter.skin == 1.0 else _toned(plain, sitter.skin, model=model)


@lru_cache(maxsize=4)
def photograph(number: int) -> Pixels:
    """Return one of the two real portraits."""
    return READERS[number]()


def _collins() -> Pixels:
    picture: Pixels = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    return picture


def _hopper() -> Pixels:
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise PortraitError
    picture = cv2.imread(str(Path(spec.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"))
    if picture is None:
        raise PortraitError
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


READERS = (_collins, _hopper)


def _made(number: int, model: Path) -> Pixels:
    """Return a person who does not exist: features moved and resized, and each taken more from one than the other."""
    rng = np.random.default_rng([91, number])
    first = number % 2
    (base, points), (guest, others) = (_crop(who, model) for who in (first, 1 - first))
    target = _proportioned(points, rng)
    mixed = _mix(target, rng)[:, :, None]
    own = _bent(base, points, target)
    theirs = _matched(_bent(guest, others, target), own, mixed[:, :, 0] > 0)
    return np.clip(own * (1 - mixed) + theirs * mixed, 0, 255).astype(np.uint8)


def wearing(portrait_of: Pixels, face_of: Pixels, *, model: Path) -> Pixels:
    """Return the first portrait with the second one's face in it, shaped to fit: what a face swap shows."""
    (base, points), (guest, others) = (
        cropped(one, width=SIDE, height=SIDE, model=model) for one in (portrait_of, face_of)
    )
    fitted = _laid(others, points)
    inside = _inside(fitted)[:, :, None]
    own = base.astype(np.float32)
    theirs = _matched(_bent(guest, others, fitted), own, inside[:, :, 0] > 0)
    return np.clip(own * (1 - inside) + theirs * inside, 0, 255).astype(np.uint8)


def _laid(points: NDArray[np.float32], onto: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one face's points moved, turned and scaled onto another's, their proportions kept."""
    matrix = cv2.estimateAffinePartial2D(np.ascontiguousarray(points), np.ascontiguousarray(onto))[0]
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


@lru_cache(maxsize=4)
def _crop(number: int, model: Path) -> tuple[Pixels, NDArray[np.float32]]:
    return cropped(photograph(number), width=SIDE, height=SIDE, model=model)


def _proportioned(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the face's points with eyes, nose, mouth and chin each shifted and grown by a person's own measure."""
    face = float(np.linalg.norm(points[CHIN] - points[OVAL_TOP]))
    middle = points[[CHIN, OVAL_TOP]].mean(axis=0)
    apart, height = rng.uniform(-0.022, 0.022, 2) * face
    moved = points.astype(np.float64)
    for name, about in FEATURES.items():
        centre = points[list(about)].mean(axis=0)
        near = np.exp(-((points - centre) ** 2).sum(axis=1) / (2 * (0.13 * face) ** 2))[:, None]
        grown = (points - centre) * rng.uniform(-0.16, 0.16, 2)
        side = np.sign(centre[0] - middle[0]) if "eye" in name else 0.0
        shift = np.array([side * apart, height if "eye" in name else rng.uniform(-0.03, 0.03) * face])
        moved += near * (grown + shift)
    return np.asarray(middle + (moved - middle) * (1 + rng.uniform(-0.05, 0.05, 2)), np.float32)


def _mix(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return how much of the other face shows where, (SIDE, SIDE): nothing beyond the face."""
    face, inside = float(np.linalg.norm(points[CHIN] - points[OVAL_TOP])), _inside(points)
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    share = np.full((SIDE, SIDE), rng.uniform(0.1, 0.9), np.float32)
    for about in FEATURES.values():
        x, y = points[list(about)].mean(axis=0)
        near = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * (0.11 * face) ** 2))
        share += (np.float32(rng.uniform(0.0, 1.0)) - share) * near
    return np.asarray(inside * share, np.float32)


def _inside(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 on the face, falling to 0 within its outline, (SIDE, SIDE)."""
    face = float(np.linalg.norm(points[CHIN] - points[OVAL_TOP]))
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1.0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(0.05 * face) + 1,) * 2)
    return np.asarray(cv2.GaussianBlur(cv2.erode(mask, kernel), (0, 0), 0.03 * face), np.float32)


def _bent(picture: Pixels, points: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture with its points carried to the target's, the frame's rim held still."""
    edge = np.linspace(0, SIDE - 1, 9)
    rim = np.array([(x, y) for x in edge for y in edge if x in (0, SIDE - 1) or y in (0, SIDE - 1)], np.float32)
    ys, xs = np.mgrid[0:SIDE:GRID, 0:SIDE:GRID]
    carried = LinearNDInterpolator(np.vstack([target, rim]), np.vstack([points, rim]))(xs, ys).astype(np.float32)
    full = cv2.resize(carried, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    map_x, map_y = full[:, :, 0], full[:, :, 1]
    return np.asarray(cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _matched(picture: NDArray[np.float32], like: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the picture in the other's colours: same mean and spread inside."""
    mean, spread = picture[where].mean(axis=0), picture[where].std(axis=0)
    return np.asarray((picture - mean) / spread * like[where].std(axis=0) + like[where].mean(axis=0), np.float32)


def _toned(picture: Pixels, skin: float, *, model: Path) -> Pixels:
    """Return the portrait with skin that gives back less light, browner; hair, eyes and wall stay."""
    crop, points = cropped(picture, width=SIDE, height=SIDE, model=model)
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB).astype(np.float32)
    cheeks = np.array([lab[int(y), int(x)] for x, y in points[list(CHEEKS)]])
    apart = np.linalg.norm((lab - np.median(cheeks, axis=0)) * np.array([0.25, 1, 1], np.float32), axis=2)
    is_skin = (cv2.GaussianBlur(np.clip((34 - apart) / 16, 0, 1), (0, 0), 3) * _about(points))[:, :, None]
    light = np.float32(255 * skin ** (1 / 2.2))
    browner = np.dstack([lab[:, :, 0] * light / 255, lab[:, :, 1] + 6 * (1 - skin), lab[:, :, 2] + 10 * (1 - skin)])
    toned = lab + is_skin * (browner - lab)
    return np.asarray(cv2.cvtColor(np.clip(toned, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def _about(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 on face, ears and throat, falling to 0 around them: a wall may have the colour of skin."""
    face = float(np.linalg.norm(points[CHIN] - points[OVAL_TOP]))
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1.0)
    throat = points[CHIN] + np.array([0, 0.25 * face])
    cv2.ellipse(mask, (int(throat[0]), int(throat[1])), (int(0.3 * face), int(0.3 * face)), 0, 0, 360, 1.0, -1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(0.12 * face) + 1,) * 2)
    return np.asarray(cv2.GaussianBlur(cv2.dilate(mask, kernel), (0, 0), 0.05 * face), np.float32)
