"""Stand-ins for the engines that look and listen, for tests about what follows from what it says or that it fails."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.backends import Heard


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


class GoryEye(Eye):
    """Sees in every picture what the first sentence about blood says."""

    def match(self, rgb: NDArray[np.uint8], sentences: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002 - as above
        shares = np.array(["blood" in one for one in sentences], np.float32)
        return np.asarray(shares / shares.sum(), np.float32)


class DullEar(Eye):
    """Hears a voice for two seconds, and no word."""

    def hear(self, samples: NDArray[np.float32]) -> Heard:  # noqa: ARG002 - as the engine has it
        return Heard(2.0, ())
