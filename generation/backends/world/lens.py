"""Where the picture is seen from, and where the light's shadow map is: matrices (4, 4) for column vectors."""

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.person import BEHIND, HEAD_Z
from generation.backends.world.stage import Stage

Array = NDArray[np.float64]


def camera(stage: Stage, *, share: float, aspect: float, drift: float) -> tuple[Array, Array, Array]:
    """Return the eye, the view matrix (4, 4) and the projection (4, 4, y down) at ``share`` of the clip."""
    wide = max(1.0, 1.25 / aspect)  # a tall picture steps back rather than cut the action
    ease = share * share * (3 - 2 * share) - 0.5
    away = (1.74 if stage.person else 1.95) * wide * (1 - 0.05 * ease)
    middle = np.array([0.0, BEHIND if stage.person else 0.0, HEAD_Z - 0.157 if stage.person else 0.25])
    eye = middle + np.array([0.11 * drift * ease, -away, (0.22 if stage.person else 0.27) + 0.03 * ease])
    fov = np.radians(21.6 if stage.person else 23.5)
    return eye, _look(eye, middle), _lens(fov, aspect)


def _look(eye: Array, target: Array) -> Array:
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 0, 1])
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(right, ahead), -ahead])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, -turn @ eye
    return matrix


def _lens(fov: float, aspect: float, near: float = 0.3, far: float = 40.0) -> Array:
    f = 1 / np.tan(fov / 2)
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1] = f / aspect, -f  # y down: row 0 of what is read back is the top
    matrix[2, 2], matrix[2, 3], matrix[3, 2] = (far + near) / (near - far), 2 * far * near / (near - far), -1
    return matrix


def sun_view(sun: Array, middle: Array, reach: float) -> Array:
    """Return the view and box (4, 4) of the light's own picture, ``reach`` metres round the middle."""
    view = _look(middle + sun * 4, middle)
    box = np.diag([1 / reach, 1 / reach, -1 / 4, 1.0])
    box[2, 3] = -1.0
    return np.asarray(box @ view)
