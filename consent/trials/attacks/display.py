"""A film played on a screen before the camera: pixels beat against pixels, and the glass shines like a plane."""

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials import voice
from consent.trials.attacks.paper import WALL, held_up, turned
from consent.trials.attacks.scene import Scene
from consent.trials.camera import Pixels, Take
from consent.trials.lamp import Screen, tinted
from consent.trials.pose import Turn

GLASS = 60  # of 255: how much of the screen's light a display gives back


def screen(scene: Scene) -> Take:
    """Return somebody's face driven live on a display that answers everything right but the light.

    At 0 the display's frame is in the picture, its pixels beat strongly and its refresh rolls through; at 1 it
    fills the picture, is fine enough to beat hardly at all, and computes the light's echo, a whole picture at once.
    """
    said = voice.say(scene.asked.digits, voice.unlike(scene.part.voice, scene.rng))
    puppet = scene.player(scene.asked, said=said)
    lights = Screen(scene.asked.lights, late=scene.part.late)
    glass = Glass(scene.size, strength=scene.strength, seed=scene.seed())

    def see(t: float) -> Pixels:
        shown = puppet.unlit(t)
        whole = np.full(shown.shape[:2], GLASS + int(140 * max(0.0, scene.strength - 0.75)), np.uint8)
        return tinted(glass.show(shown, t), whole, lights.colour(t), bright=scene.part.bright)

    return scene.filmed(see, puppet.track(), seconds=puppet.seconds)


class Glass:
    """One display, seen by one camera: its frame, the moire of its pixels, the beat of its refresh."""

    def __init__(self, size: tuple[int, int], *, strength: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._rough, (self._width, self._height) = 1 - strength, size
        tilt = Turn(yaw=float(rng.uniform(-5, 5)), pitch=float(rng.uniform(-4, 4)), roll=float(rng.uniform(-1, 1)))
        self._places = turned(size, tilt)
        self._pixels = (1 + self._beating(rng)) * np.array([0.97, 1, 1.04], np.float32)
        self._rate, self._phase = float(rng.uniform(0.4, 1.8)), float(rng.uniform(0, 2 * np.pi))
        self._wall = np.full((self._height, self._width, 3), WALL, np.uint8)

    def show(self, picture: Pixels, t: float) -> Pixels:
        """Return the picture as the camera sees it on the display."""
        rolling = np.sin(2 * np.pi * (self._rate * t + np.arange(self._height) / self._height * 1.5) + self._phase)
        beat = (1 + 0.07 * self._rough * rolling[:, None, None]).astype(np.float32)
        lit = (8 + picture * np.float32(0.94)) * self._pixels * beat
        seen = np.asarray(cv2.convertScaleAbs(lit), np.uint8)
        return self._framed(seen) if self._rough > 0.3 else seen  # noqa: PLR2004 - a display that fills the picture

    def _framed(self, picture: Pixels) -> Pixels:
        """Return the display in the room, its dark frame round it."""
        share = 1 - 0.24 * self._rough
        small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        whole, shape = np.full_like(picture, 18), np.zeros(picture.shape[:2], np.float32)
        top, left = (self._height - small.shape[0]) // 2, (self._width - small.shape[1]) // 2
        whole[top : top + small.shape[0], left : left + small.shape[1]] = small
        rim = max(4, int(0.035 * self._width))
        shape[max(0, top - rim) : self._height - top + rim, max(0, left - rim) : self._width - left + rim] = 1
        return held_up(whole, shape, self._places, behind=self._wall)

    def _beating(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the moire: two grids that nearly agree leave slow bands, each colour's a little apart."""
        ys, xs = np.mgrid[0 : self._height, 0 : self._width].astype(np.float32)
        bands = np.zeros((self._height, self._width, 3), np.float32)
        for channel in range(3):
            period, angle = rng.uniform(5, 14), rng.uniform(-0.25, 0.25)
            along, over = xs * np.cos(angle) + ys * np.sin(angle), ys * np.cos(angle) - xs * np.sin(angle)
            bands[:, :, channel] = np.sin(2 * np.pi * along / period) * np.sin(2 * np.pi * over / (period * 1.13))
        return np.asarray(0.10 * self._rough**1.3 * bands, np.float32)
