"""open_nsfw: how likely a picture shows nudity or a sexual act (Yahoo's ResNet-50-thin, ONNX, BSD-2-Clause).

Input Nx224x224x3, BGR, the training set's mean taken off, NHWC; output [safe, not safe].
"""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

SIDE = 224
MEAN = np.array([104.0, 117.0, 123.0], np.float32)  # blue, green, red


class OpenNsfw:
    """One session, one thread; 20 to 40 ms a picture."""

    name = "open_nsfw"
    licence = "BSD-2-Clause"

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def score(self, rgb: NDArray[np.uint8]) -> float:
        """Return 0 (safe to show) to 1 for uint8 (H, W, 3); the whole picture is seen, squeezed to a square."""
        small = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        picture = small[:, :, ::-1].astype(np.float32) - MEAN
        (scores,) = self._session.run(None, {self._input: picture[None]})
        return float(scores[0][1])
