"""A head from one photograph: the person's own landmark geometry, closed behind, with the photograph on it.

The portrait stays in memory: it becomes texture coordinates and pixels of a texture, and is never written.
Head coordinates are metres: x to the right of the picture, y up, z out of the face.
"""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from generation.backends.world.shapes import grid, normals

# MediaPipe's face mesh, by its published indices
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
UPPER_LIDS = (246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398)
LOWER_LIDS = (7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382)
CHEEKS, CORNERS = (50, 280, 205, 425, 151), (61, 291)
TOP, CHIN, LEFT, RIGHT = 10, 152, 234, 454
POINTS = 468  # the ten after them are irises, inside the eyes
FACE_HEIGHT = 0.178  # metres from the chin to the hairline
RINGS = 9
EDGE = 2  # pixels of the portrait's border that are not used


@dataclass(frozen=True, slots=True)
class Head:
    """``vertices`` float32 (N, 15): position, normal, u v, share of photograph, blink move, smile move.

    Colours are RGB 0..1. Nothing here is shown in a repr: it is somebody's face.
    """

    vertices: NDArray[np.float32] = field(repr=False)
    triangles: NDArray[np.int32] = field(repr=False)
    texture: NDArray[np.uint8] = field(repr=False)
    skin: tuple[float, float, float] = field(repr=False)
    hair: tuple[float, float, float] = field(repr=False)
    crown: tuple[float, float, float] = field(repr=False)
    """Half width, height above and depth of the skull that closes the head, in metres."""


def head(portrait: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Head:
    """Return the head of this portrait (uint8 RGB (H, W, 3)) with landmarks (478, 3) in its pixels."""
    picture = np.ascontiguousarray(portrait, dtype=np.uint8)
    pixels = np.asarray(landmarks, dtype=np.float64)[:POINTS]
    frame = _Frame(pixels)
    person = silhouette(picture, pixels)
    face, rim = frame.place(pixels), np.array(OVAL)
    collar, collar_pixels, photo, reach = _collar(frame, face, pixels, person)
    triangles = np.concatenate([_skin(face, rim), _join(rim)])
    points = np.concatenate([face, collar])
    vertices = np.hstack(
        [
            points, normals(points, triangles),
            np.concatenate([pixels[:, :2], collar_pixels]) / [picture.shape[1], picture.shape[0]],
            np.concatenate([np.ones(POINTS), photo])[:, None],
            _pad(_blink(face), len(points)), _pad(_smile(face), len(points)),
        ]
    )  # fmt: skip
    return Head(
        vertices=vertices.astype(np.float32),
        triangles=triangles,
        texture=picture,
        skin=_colour(picture, pixels[list(CHEEKS), :2]),
        hair=_colour(picture, collar_pixels.reshape(RINGS, -1, 2)[2:6, [0, 1, 2, 34, 35]].reshape(-1, 2)),
        crown=reach,
    )


class _Frame:
    """From pixels of the portrait to head coordinates, with the portrait's own turn taken out."""

    def __init__(self, pixels: NDArray[np.float64]) -> None:
        points = pixels * [1, -1, -1]
        across, up = points[RIGHT] - points[LEFT], points[TOP] - points[CHIN]
        x = across / np.linalg.norm(across)
        y = up - x * (up @ x)
        height = float(np.linalg.norm(y))
        self.axes = np.stack([x, y / height, np.cross(x, y / height)])
        self.centre = (points[RIGHT] + points[LEFT] + points[TOP] + points[CHIN]) / 4
        self.scale = FACE_HEIGHT / height

    def place(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return head coordinates (N, 3) of portrait pixels (N, 3)."""
        return np.asarray((pixels * [1, -1, -1] - self.centre) @ self.axes.T * self.scale)


def silhouette(picture: NDArray[np.uint8], pixels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (H, W) True where the person is (hair too), by GrabCut grown from the face."""
    scale = 192 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mask = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    low, high = pixels[:, :2].min(0) * scale, pixels[:, :2].max(0) * scale
    centre, half = (low + high) / 2, (high - low) / 2
    cv2.ellipse(mask, _ellipse(centre - [0, half[1] * 0.35], half * [1.5, 1.6]), cv2.GC_PR_FGD, -1)
    cv2.ellipse(mask, _ellipse(centre, half * 0.95), cv2.GC_FGD, -1)
    edge = max(2, small.shape[1] // 40)
    mask[: round(centre[1]), :edge] = mask[: round(centre[1]), -edge:] = cv2.GC_BGD
    cv2.setRNGSeed(7)  # its colour clusters start at random: the same face must give the same head
    cv2.grabCut(small, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    person = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    whole = cv2.resize(person, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole > 0)


def _ellipse(centre: NDArray[np.float64], half: NDArray[np.float64]) -> tuple[Any, Any, float]:
    return ((float(centre[0]), float(centre[1])), (float(2 * half[0]), float(2 * half[1])), 0.0)


def _collar(
    frame: _Frame, face: NDArray[np.float64], pixels: NDArray[np.float64], person: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], tuple[float, float, float]]:
    """Return rings from the face's rim out to the hair's edge and back: points, pixels, photo share, extent."""
    rim, middle = pixels[list(OVAL), :2], pixels[list(OVAL), :2].mean(0)
    out = rim - middle
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    below = np.clip((out[:, 1] - 0.12) / 0.4, 0, 1)[:, None]  # 1 under the jaw, where there is neck, not hair
    reach = _smooth(np.array([_march(person, at, way) for at, way in zip(rim, out, strict=True)]))[:, None]
    reach = np.maximum(reach * (1 - below), 0.006 / frame.scale)
    offset = np.hstack([out * [1, -1], np.zeros((len(out), 1))]) @ frame.axes.T * frame.scale
    lift = 0.016 * np.minimum(reach * frame.scale / 0.05, 1.0) * (1 - below)  # hair stands off the skull
    rings, rings_pixels, photo = [], [], []
    for ring in range(1, RINGS + 1):
        share = ring / RINGS
        spread = np.sin(share * np.pi / 2)
        at = rim + out * reach * spread
        here = face[list(OVAL)] + offset * reach * spread
        back = 0.085 * (1 - np.cos(share * np.pi / 2))
        here[:, 2:] += lift * np.sin(np.pi * min(share * 1.3, 1)) - back
        rings.append(here)
        rings_pixels.append(at)
        photo.append(1 - below[:, 0] * min(share * 2.5, 1))
    points = np.concatenate(rings)
    top, wide = float(points[:, 1].max()), float(np.abs(points[:, 0]).max())
    return points, np.concatenate(rings_pixels), np.concatenate(photo), (wide, top, 0.1)


def _march(person: NDArray[np.bool_], start: NDArray[np.float64], way: NDArray[np.float64]) -> float:
    """Return how many pixels out from the rim the person still is, inside the picture."""
    limit = np.array(person.shape[::-1]) - 3
    steps = start + way * np.arange(1, 400)[:, None]
    inside = np.all((steps > EDGE) & (steps < limit), axis=1)
    columns, rows = np.clip(steps, 0, limit).astype(int).T
    there = inside & person[rows, columns]
    return float(np.argmin(there)) if not there.all() else float(len(there))


def _smooth(reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the extents without single spikes: a median, then a blur, round the circle."""
    around = np.stack([np.roll(reach, shift) for shift in (-2, -1, 0, 1, 2)])
    calm = np.minimum(np.median(around, axis=0), around[1:4].min(0) * 1.1)  # rather inside the hair than outside
    return np.asarray((np.roll(calm, 1) + 2 * calm + np.roll(calm, -1)) / 4 * 0.97)


def _skin(face: NDArray[np.float64], rim: NDArray[np.intp]) -> NDArray[np.int32]:
    """Return the triangles of the face itself: Delaunay seen from the front, kept inside the rim."""
    triangles = Delaunay(face[:, :2]).simplices
    middles = face[triangles][:, :, :2].mean(1).astype(np.float32)
    outline = face[rim, :2].astype(np.float32).reshape(-1, 1, 2)
    keep = np.array([cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) >= 0 for x, y in middles])
    a, b, c = (face[triangles[:, corner], :2] for corner in range(3))
    turned = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] < 0
    triangles[turned] = triangles[turned][:, ::-1]
    kept: NDArray[np.int32] = triangles[keep].astype(np.int32)
    return kept


def _join(rim: NDArray[np.intp]) -> NDArray[np.int32]:
    """Return the triangles between the rim (points of the face) and the rings (points after the face's)."""
    count = len(rim)
    quads = grid(RINGS + 1, count, closed=True)
    ids = np.concatenate([rim, POINTS + np.arange(RINGS * count)])
    return ids[quads][:, ::-1].astype(np.int32)


def _blink(face: NDArray[np.float64]) -> NDArray[np.float64]:
    move = np.zeros_like(face)
    move[list(UPPER_LIDS)] = (face[list(LOWER_LIDS)] - face[list(UPPER_LIDS)]) * 0.93
    return move


def _smile(face: NDArray[np.float64]) -> NDArray[np.float64]:
    move = np.zeros_like(face)
    for corner, side in zip(CORNERS, (-1, 1), strict=True):
        near = np.exp(-np.sum((face - face[corner]) ** 2, axis=1) / (2 * 0.013**2))[:, None]
        move += near * np.array([side * 0.003, 0.0035, -0.001])
    return move


def _pad(moves: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.vstack([moves, np.zeros((count - len(moves), 3))])


def _colour(picture: NDArray[np.uint8], pixels: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the usual colour round these pixels."""
    columns, rows = np.clip(pixels, 2, np.array(picture.shape[1::-1]) - 3).astype(int).T
    patches = np.concatenate(
        [picture[r - 2 : r + 3, c - 2 : c + 3].reshape(-1, 3) for r, c in zip(rows, columns, strict=True)]
    )
    red, green, blue = (float(value) / 255 for value in np.median(patches, axis=0))
    return (red, green, blue)
