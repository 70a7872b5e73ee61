"""Triangle meshes of the simple solids, in a unit box: float32 (vertices, 6) position and normal, int32 triangles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Mesh:
    """``vertices`` float32 (N, 6 or more), ``triangles`` int32 (M, 3), counter-clockwise seen from outside."""

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]


def normals(points: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return unit vertex normals, each triangle weighing by its area."""
    corners = points[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(points)
    for corner in range(3):
        np.add.at(total, triangles[:, corner], faces)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def grid(rows: int, columns: int, *, closed: bool) -> NDArray[np.int32]:
    """Return the triangles of a grid of points; ``closed`` joins the last column to the first."""
    row, column = np.mgrid[0 : rows - 1, 0 : columns if closed else columns - 1]
    a, b = row * columns + column, row * columns + (column + 1) % columns
    c, d = a + columns, b + columns
    return np.concatenate([np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)]).astype(
        np.int32
    )


def _mesh(points: NDArray[np.float64], triangles: NDArray[np.int32], normal: NDArray[np.float64] | None = None) -> Mesh:
    normal = normals(points, triangles) if normal is None else normal
    return Mesh(np.hstack([points, normal]).astype(np.float32), triangles)


def sphere(*, rows: int = 16, columns: int = 26) -> Mesh:
    """Return the unit sphere."""
    polar = np.linspace(np.pi, 0, rows)[:, None]
    round_ = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None, :]
    points = np.stack(
        np.broadcast_arrays(np.sin(polar) * np.cos(round_), np.sin(polar) * np.sin(round_), np.cos(polar)), -1
    ).reshape(-1, 3)
    return _mesh(points, grid(rows, columns, closed=True), points)


def lathe(profile: list[tuple[float, float]], *, columns: int = 28) -> Mesh:
    """Return the solid of turning (radius, height) points, from the bottom up, round the z axis."""
    round_ = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    points = np.array([(r * np.cos(a), r * np.sin(a), z) for r, z in profile for a in round_])
    return _mesh(points, grid(len(profile), columns, closed=True))


def cylinder() -> Mesh:
    """Return a cylinder of radius 1 from z -1 to 1, its edges a little rounded."""
    return lathe([(0, -1), (0.94, -1), (0.985, -0.985), (1, -0.95), (1, 0.95), (0.985, 0.985), (0.94, 1), (0, 1)])


def finger() -> Mesh:
    """Return a tapering tube from z -1 to 1 with rounded ends, of few triangles."""
    return lathe([(0, -1.1), (0.8, -1), (1, -0.7), (0.85, 0.7), (0.6, 0.95), (0, 1.05)], columns=12)


def limb() -> Mesh:
    """Return an open tube of radius 1 from z -1 to 1; spheres close its ends."""
    return lathe([(1, -1), (1, 1)], columns=18)


def box(*, bevel: float = 0.08) -> Mesh:
    """Return the box from -1 to 1 with bevelled edges, so that they catch the light."""
    marks = np.array([-1, -1 + bevel, 1 - bevel, 1])
    points: list[NDArray[np.float64]] = []
    triangles: list[NDArray[np.int32]] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = np.meshgrid(marks, marks, indexing="ij")
            face = np.zeros((16, 3))
            face[:, axis], face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = side, u.ravel(), v.ravel()
            quads = grid(4, 4, closed=False)
            triangles.append((quads[:, ::-1] if side > 0 else quads)[:, ::-1] + 16 * len(points))
            points.append(face)
    flat = np.concatenate(points)
    inner = np.clip(flat, -1 + bevel, 1 - bevel)
    away = flat - inner
    normal = away / np.linalg.norm(away, axis=1, keepdims=True)
    return _mesh(inner + normal * bevel, np.concatenate(triangles).astype(np.int32), normal)


def torso() -> Mesh:
    """Return a clothed upper body, metres: x across, y front to back, z up from the waist to the neck (0..0.46)."""
    rings = [  # height, half width, half depth: waist, ribs, chest, shoulders, collar
        (-0.1, 0.13, 0.09), (0.0, 0.13, 0.09), (0.12, 0.136, 0.098), (0.24, 0.15, 0.106), (0.31, 0.163, 0.104),
        (0.355, 0.17, 0.095), (0.385, 0.166, 0.085), (0.408, 0.147, 0.077), (0.425, 0.115, 0.07), (0.437, 0.085, 0.064),
        (0.445, 0.064, 0.058),
    ]  # fmt: skip
    round_ = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    power = 0.9  # a superellipse: flatter than a barrel
    cos, sin = np.cos(round_), np.sin(round_)
    x, y = np.sign(cos) * np.abs(cos) ** power, np.sign(sin) * np.abs(sin) ** power
    points = np.concatenate([np.stack([w * x, d * y, np.full_like(x, z)], -1) for z, w, d in rings])
    return _mesh(points, grid(len(rings), 40, closed=True))
