"""The lighter path for animals and things: an honest cat, and a person who tries to pass as one."""

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from consent.trials import voice
from consent.trials.attacks.scene import Scene
from consent.trials.camera import Pixels, Take
from consent.trials.pose import Turn

SECONDS = 6.0
WORDS = "hello, this is my cat"


def human(scene: Scene) -> Take:
    """Return a person filmed as an animal or thing: plain and talking at 0, silent and ever more painted from .5 on."""
    said = voice.say(WORDS, scene.part.voice)
    player = scene.player(said=said)
    much = max(0.0, 2 * scene.strength - 1)
    quiet = np.zeros(int(SECONDS * voice.RATE), np.float32)
    heard = quiet if much else voice.placed(((1.0, said),), seconds=SECONDS)
    return scene.filmed(lambda t: _painted(player.see(t), much), heard, seconds=SECONDS)


def cat(scene: Scene) -> Take:
    """Return an honest film of a cat (scikit-image's, CC0), the camera moving a little."""
    picture = _fitted(skimage.data.chelsea(), scene.size)  # type: ignore[no-untyped-call]
    manner = scene.part.manner.seed

    def see(t: float) -> Pixels:
        return _moved(picture, Turn(roll=2 * np.sin(t + manner), drift=(8 * np.sin(0.8 * t), 6 * np.cos(0.6 * t))))

    return scene.filmed(see, np.zeros(int(SECONDS * voice.RATE), np.float32), seconds=SECONDS)


def _painted(picture: Pixels, much: float) -> Pixels:
    """Return the picture as if painted: flat patches in few colours."""
    if not much:
        return picture
    flat = cv2.bilateralFilter(picture, 9, 30 + 90 * much, 9)
    steps = 256 / (4 + 28 * (1 - much))
    poster = (np.floor(flat / steps) + 0.5) * steps
    return np.asarray(np.clip(poster * much + picture * (1 - much), 0, 255), np.uint8)


def _fitted(picture: NDArray[np.uint8], size: tuple[int, int]) -> Pixels:
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    grown = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown[: size[1], : size[0]], np.uint8)


def _moved(picture: Pixels, turn: Turn) -> Pixels:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn.roll, 1.06)
    matrix[:, 2] += np.array(turn.drift)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)
