"""Glasses: a dark rim round each eye, a bridge, two temples, and glass that shines a little."""

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials.lift import Head

EYES = ((33, 133, 159, 145), (263, 362, 386, 374))  # outer and inner corner, upper and lower lid
EARS = (234, 454)
RIM = (38, 30, 28)
SHINE = 0.10


class Glasses:
    """A pair of glasses that fits one head and is laid over its picture."""

    def __init__(self, head: Head) -> None:
        height, width = head.picture.shape[:2]
        rim, glass = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
        eyes = [head.points[list(eye)] for eye in EYES]
        radius = 0.92 * float(np.linalg.norm(eyes[0][0] - eyes[0][1]))
        thick = max(2, int(radius / 9))
        centres = [eye.mean(axis=0) + np.array([0, 0.12 * radius]) for eye in eyes]
        for centre, ear in zip(centres, EARS, strict=True):
            middle, axes = _pixel(centre), (int(radius), int(0.78 * radius))
            cv2.ellipse(rim, middle, axes, 0, 0, 360, 255, thick, cv2.LINE_AA)
            cv2.ellipse(glass, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
            outward = np.sign(head.points[ear][0] - centre[0])
            cv2.line(
                rim, _pixel(centre + np.array([outward * radius, 0])), _pixel(head.points[ear]), 255, thick, cv2.LINE_AA
            )
        across = np.array([np.sign(centres[1][0] - centres[0][0]) * radius, 0])
        cv2.line(rim, _pixel(centres[0] + across), _pixel(centres[1] - across), 255, thick, cv2.LINE_AA)
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        streak = np.clip(1 - np.abs((xs + ys) / radius % 2 - 1) * 1.6, 0, 1)
        self._rim = (rim / 255).astype(np.float32)[:, :, None]
        self._shine = (SHINE * glass / 255 * streak).astype(np.float32)[:, :, None]

    def worn(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture with the glasses on."""
        through = picture + (255 - picture.astype(np.float32)) * self._shine
        return np.asarray(through + (np.array(RIM, np.float32) - through) * self._rim, np.uint8)


def _pixel(point: NDArray[np.float32]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
