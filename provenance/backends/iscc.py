"""The ISCC engine: content codes after ISO 24138 by iscc-lib. Apache-2.0; it needs nothing else."""

import iscc_lib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32  # pixels


def image_code(y: NDArray[np.uint8]) -> str:
    """Return the 64-bit Image-Code of a luma plane, uint8 (H, W), as ``ISCC:…``; alike pictures have alike codes."""
    small = Image.fromarray(y).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return str(iscc_lib.gen_image_code_v0(small.tobytes())["iscc"])
