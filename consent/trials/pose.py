"""Turning a lifted head: for every pixel of the new frame, which pixel of the crop is seen there."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials.lift import Head

ROUNDS = 5  # of the fixed-point search; the residue is below a third of a pixel
GRID = 4  # pixels
DISTANCE = 4.5  # camera to ears, in face heights of about half the frame
Places = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Turn:
    """Degrees to the person's own left, up, and leaning; and the hand-held camera's drift in pixels."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    drift: tuple[float, float] = (0.0, 0.0)


class Stage:
    """One head, ready to be turned; searches on a coarse grid, for a head is smooth."""

    def __init__(self, head: Head) -> None:
        self._size = (head.picture.shape[1], head.picture.shape[0])
        self._near = _coarse(head.near) / GRID
        self._weight = _coarse(head.weight)
        centre = (np.array(head.centre, np.float32) + 0.5) / GRID - 0.5
        self._at = grid(self._size)
        self._x, self._y = self._at[:, :, 0] - centre[0], self._at[:, :, 1] - centre[1]

    def show(self, picture: NDArray[np.uint8], turn: Turn) -> NDArray[np.uint8]:
        """Return the frame in which the head of ``picture`` is turned so."""
        drifted: Places = self._at - np.array(turn.drift, np.float32) / np.float32(GRID)
        found = full(source(np.dstack(self._moved(turn)), drifted), self._size)
        return seen(picture, found)

    def _moved(self, turn: Turn) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how far each place of the crop moves, in the grid's steps: turned about the ears, seen close by."""
        yaw, pitch, roll = np.radians(np.array([turn.yaw, turn.pitch, turn.roll], np.float32))
        x, y, z = self._x, self._y, self._near
        x, z = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
        y, z = y * np.cos(pitch) - z * np.sin(pitch), z * np.cos(pitch) + y * np.sin(pitch)
        x, y = x * np.cos(roll) - y * np.sin(roll), y * np.cos(roll) + x * np.sin(roll)
        closer = np.float32(DISTANCE * self._size[1] / 2 / GRID)
        grown = closer / (closer - (z - self._near))
        return (x * grown - self._x) * self._weight, (y * grown - self._y) * self._weight


def grid(size: tuple[int, int]) -> Places:
    """Return the places of the coarse grid over a picture of that size, in its own steps: (rows, columns, x and y)."""
    xs, ys = np.meshgrid(np.arange(size[0] // GRID), np.arange(size[1] // GRID))
    return np.dstack([xs, ys]).astype(np.float32)


def source(moved: Places, at: Places) -> Places:
    """Return which place is seen at each of these, where every place has moved by so much: the way back, by search."""
    found = at
    for _ in range(ROUNDS):
        step = cv2.remap(moved, found, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        found = at - step
    return found


def full(places: Places, size: tuple[int, int]) -> Places:
    """Return places of the grid as pixels, for every pixel."""
    return np.asarray(cv2.resize((places + 0.5) * GRID - 0.5, size, interpolation=cv2.INTER_LINEAR), np.float32)


def seen(picture: NDArray[np.uint8], places: Places) -> NDArray[np.uint8]:
    """Return the picture as it is seen when each pixel shows that place of it."""
    frame = cv2.remap(picture, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(frame, np.uint8)


def _coarse(field: NDArray[np.float32]) -> NDArray[np.float32]:
    size = (field.shape[1] // GRID, field.shape[0] // GRID)
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
