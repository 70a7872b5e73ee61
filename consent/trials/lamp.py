"""The screen as a lamp: what its colours do to a face (by where the skin looks) and to the wall (little)."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials.asked import Light
from consent.trials.lift import Head
from consent.trials.pose import Turn

NEUTRAL = (179.0, 179.0, 179.0)  # sRGB: what a page shows when it asks for no colour
GAMMA = 2.2
WALL = 0.12  # of the light on the face reaches the wall: it stands three times as far away
Colour = NDArray[np.float64]


class Screen:
    """What a screen shows at a time; ``late`` seconds pass until it is seen."""

    def __init__(self, lights: Sequence[Light], *, late: float = 0.0) -> None:
        self._lights, self._late = lights, late

    def colour(self, t: float) -> Colour:
        """Return the colour as linear light, (3,), 0 to 1."""
        now, before = t - self._late, np.array(NEUTRAL)
        for light in self._lights:
            if now < light.start_s:
                break
            much = min(1.0, (now - light.start_s) / max(light.ease_s, 1e-6))
            before = before + much * (np.array(light.rgb) - before)
        if self._lights and now > self._lights[-1].end_s:
            before = np.array(NEUTRAL)
        return linear(before)


class Lamp:
    """One head before the screen: ``bright`` is the screen's share at full white, where the room's light is 1."""

    def __init__(self, head: Head, *, bright: float) -> None:
        near = cv2.resize(head.near, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) / 2
        head_alone = cv2.resize(head.weight, near.shape[::-1], interpolation=cv2.INTER_AREA) ** 3  # no halo on the wall
        self._falls = WALL + (1 - WALL) * head_alone
        down, across = np.gradient(near)
        length = np.sqrt(across**2 + down**2 + 1)
        self._normals = (-across / length, -down / length, 1 / length)
        self._size, self._bright = (head.picture.shape[1], head.picture.shape[0]), bright

    def shine(self, picture: NDArray[np.uint8], colour: Colour, turn: Turn) -> NDArray[np.uint8]:
        """Return the crop's picture under this colour, before the head is turned."""
        yaw, pitch = np.radians([turn.yaw, turn.pitch])
        toward = (-np.sin(yaw), 0.15 + np.sin(pitch), np.cos(yaw) * np.cos(pitch))  # the screen, seen from the head
        faced = sum(axis * way for axis, way in zip(self._normals, toward, strict=True))
        lit = np.clip(np.asarray(faced), 0, 1) * self._falls
        share = cv2.resize((255 * lit).astype(np.uint8), self._size, interpolation=cv2.INTER_LINEAR)
        return tinted(picture, np.asarray(share, np.uint8), colour, bright=self._bright)


def tinted(picture: NDArray[np.uint8], share: NDArray[np.uint8], colour: Colour, *, bright: float) -> NDArray[np.uint8]:
    """Return the picture with ``bright`` times the colour added where ``share`` (H, W) of 255 says so."""
    if np.allclose(colour, linear(np.array(NEUTRAL)), atol=1e-3):
        return picture
    steps = np.arange(256)[:, None] / 255
    gain = ((1 + bright * steps * colour) / (1 + bright * steps * linear(np.array(NEUTRAL)))) ** (1 / GAMMA)
    table = gain.astype(np.float32)[:, None, :]
    full = cv2.LUT(cv2.merge([share, share, share]), table)
    return np.asarray(cv2.multiply(picture, full, dtype=cv2.CV_8U), np.uint8)


def linear(rgb: NDArray[np.float64]) -> Colour:
    """Return sRGB 0 to 255 as linear light 0 to 1."""
    return np.asarray((rgb / 255) ** GAMMA, np.float64)
