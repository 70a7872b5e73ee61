"""Reading one photograph that somebody sent: JPEG or PNG, its header held to limits before a byte of it is decoded.

Films are read by ``provenance.media``.
"""

import warnings
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from consent.errors import CaptureError

SIDE: Final = 1280  # pixels, of what is looked at
MOST: Final = 40_000_000  # pixels in the file: 120 MB when decoded
LARGE: Final = "The picture has more than 40 million pixels: send a smaller one."
BROKEN: Final = "The picture cannot be read: send it again, as JPEG or PNG."


def photograph(path: Path) -> NDArray[np.uint8] | None:
    """Return a photograph upright, RGB, no side longer than 1280; None when it is none. Raises CaptureError."""
    try:
        return _read(path)
    except UnidentifiedImageError:
        return None
    except Image.DecompressionBombError as bomb:
        raise CaptureError(LARGE) from bomb
    except (OSError, ValueError, SyntaxError) as problem:
        raise CaptureError(BROKEN) from problem


def _read(path: Path) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST:
                raise CaptureError(LARGE)
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((SIDE, SIDE))
    return np.asarray(upright, np.uint8)
