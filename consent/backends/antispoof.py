"""Passive presentation attack detection: MiniFASNet V2 says from one picture whether a face is shown or there.

The network (minivision-ai's Silent-Face-Anti-Spoofing, Apache-2.0) is an opt-in: no package carries its weights, so it
runs where the operator fetched them (``models fetch minifasnet_v2.onnx``) and is *not available* elsewhere. It wants
the face with 2.7 times its box around it, 80x80, BGR, 0 to 255, and answers three classes, the second a live face.
"""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from consent.backends import Face, Picture
from consent.errors import EngineMissingError

AROUND = 2.7  # the crop's side over the box's
SIDE = 80  # pixels
LIVE = 1  # the class
THREADS = 1


class MiniFasNet:
    """MiniFASNet V2 behind the engine's interface."""

    name = "MiniFASNet V2"
    licence = "Apache-2.0 (minivision-ai)"

    def __init__(self, model: Path) -> None:
        try:
            content = model.read_bytes()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads, options.log_severity_level = THREADS, 3
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            self._input = self._session.get_inputs()[0].name
            self.sha256 = hashlib.sha256(content).hexdigest()
            self._classes(np.zeros((SIDE, SIDE, 3), np.uint8))
        except Exception as surprise:  # the runtime's own kinds are many
            raise EngineMissingError(f"The pad engine is not available: {type(surprise).__name__}.") from surprise

    def score(self, picture: Picture, face: Face) -> float:
        """Return how live the face in an RGB picture looks, 0 to 1."""
        return float(self._classes(_cut(picture, face))[LIVE])

    def _classes(self, crop: Picture) -> NDArray[np.float64]:
        batch = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR).astype(np.float32).transpose(2, 0, 1)[None]
        logits = np.asarray(self._session.run(None, {self._input: batch})[0], np.float64).ravel()
        if logits.shape != (3,):
            raise EngineMissingError("The pad engine is not available: its model does not answer three classes.")
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum(), np.float64)


def _cut(picture: Picture, face: Face) -> Picture:
    """Return the square around the face, moved into the picture where it would leave it."""
    height, width = picture.shape[:2]
    left, top, right, bottom = face.box
    grown = min(AROUND, (height - 1) / max(bottom - top, 1), (width - 1) / max(right - left, 1))
    wide, high = (right - left) * grown, (bottom - top) * grown
    x = float(np.clip((left + right - wide) / 2, 0, width - wide - 1))
    y = float(np.clip((top + bottom - high) / 2, 0, height - high - 1))
    crop = picture[int(y) : int(y + high) + 1, int(x) : int(x + wide) + 1]
    return np.asarray(cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)
