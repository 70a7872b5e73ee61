"""Turning a lifted head: for every pixel of the new frame, which pixel of the crop is seen there."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials.lift import Head

ROUNDS = 5  # of the fixed-point search; the residue is below a third of a pixel
DISTANCE = 4.5  # camera to ears, in face heights of about half the frame


@dataclass(frozen=True, slots=True)
class Turn:
    """Degrees to the person's own left, up, and leaning; and the hand-held camera's drift in pixels."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    drift: tuple[float, float] = (0.0, 0.0)


class Stage:
    """One head, ready to be turned; searches on a grid of half the frame's size."""

    def __init__(self, head: Head) -> None:
        self._size = (head.picture.shape[1], head.picture.shape[0])
        self._near = _half(head.near)
        self._weight = _half(head.weight)
        self._centre = np.array(head.centre, np.float32) / 2
        rows, columns = self._near.shape
        ys, xs = np.mgrid[0:rows, 0:columns].astype(np.float32)
        self._xs, self._ys = xs, ys

    def show(self, picture: NDArray[np.uint8], turn: Turn) -> NDArray[np.uint8]:
        """Return the frame in which the head of ``picture`` is turned so."""
        across, down = self._moved(turn)
        drift = np.float32(turn.drift[0] / 2), np.float32(turn.drift[1] / 2)
        xs, ys = self._xs - drift[0], self._ys - drift[1]
        for _ in range(ROUNDS):
            moved_x = cv2.remap(across, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            moved_y = cv2.remap(down, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            xs, ys = self._xs - drift[0] - moved_x, self._ys - drift[1] - moved_y
        map_x = cv2.resize(xs * 2 + 0.5, self._size, interpolation=cv2.INTER_LINEAR)
        map_y = cv2.resize(ys * 2 + 0.5, self._size, interpolation=cv2.INTER_LINEAR)
        frame = cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(frame, np.uint8)

    def _moved(self, turn: Turn) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how far each pixel of the crop moves: the rotation about the ears, seen in perspective."""
        yaw, pitch, roll = np.radians([turn.yaw, turn.pitch, turn.roll])
        x, y, z = self._xs - self._centre[0], self._ys - self._centre[1], self._near / 2
        x, z = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
        y, z = y * np.cos(pitch) - z * np.sin(pitch), z * np.cos(pitch) + y * np.sin(pitch)
        x, y = x * np.cos(roll) - y * np.sin(roll), y * np.cos(roll) + x * np.sin(roll)
        closer = DISTANCE * self._size[1] / 4
        grown = closer / (closer - (z - self._near / 2))
        across = (x * grown - (self._xs - self._centre[0])) * self._weight
        down = (y * grown - (self._ys - self._centre[1])) * self._weight
        return across.astype(np.float32), down.astype(np.float32)


def _half(field: NDArray[np.float32]) -> NDArray[np.float32]:
    size = (field.shape[1] // 2, field.shape[0] // 2)
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
