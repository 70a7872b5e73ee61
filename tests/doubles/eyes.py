"""Stand-ins for the nudity engine, for tests about what follows from what it says or that it fails."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Eye:
    """What every stand-in has."""

    name, sha256, licence = "eye", "0" * 64, "none"

    def __init__(self, model: Path) -> None:
        self.model = model


class BrokenEye(Eye):
    """Fails at the first look, the way engines fail."""

    def score(self, rgb: NDArray[np.uint8]) -> float:  # noqa: ARG002 - as the engine has it
        raise RuntimeError("out of memory")


class BrightnessEye(Eye):
    """Says how bright the picture is, so that a test can draw the score it needs."""

    def score(self, rgb: NDArray[np.uint8]) -> float:
        return float(rgb.mean()) / 255


class BlindEye(Eye):
    """Answers with something that is no number."""

    def score(self, rgb: NDArray[np.uint8]) -> float:  # noqa: ARG002 - as the engine has it
        return float("nan")
