"""The visible mark: who made this and that a machine did, drawn into the picture and slowly moving.

It goes round the picture once a minute, near the edge: away from faces, but never where one crop or one blur would
take it out of a whole clip. White letters with a soft dark outline on a veil of shade: they can be read on any ground.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE: Final = 0.040  # of the short side
SMALLEST: Final = 14.5  # pixels; smaller letters cannot be read
MARGIN: Final = 0.035  # of the short side
ROUND: Final = 60.0  # seconds
WHITE: Final = 235  # video range
BLACK: Final = 16
FILL: Final = 0.92
OUTLINE: Final = 0.50
VEIL: Final = 0.42
PADDING: Final = 0.65  # beside the letters, of their size

ABSENT: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "player": False,
        "download": False,
        "share": False,
        "api": False,
        "export": False,
        "webhook": False,
        "measurement": True,  # clips that a command makes, measures and deletes; no person ever gets them
    }
)
"""Where a video may go without the visible mark. Nothing that leaves this service may; what is not listed may not."""


def may_be_absent(place: str) -> bool:
    """Return whether a video may go to this place without the visible mark."""
    return ABSENT.get(place, False)


class Stamp:
    """The mark of one clip: its letters are drawn once, here, and laid over every picture."""

    def __init__(self, width: int, height: int, text: str) -> None:
        short = min(width, height)
        self.cover, self.light = _letters(text, size=max(SMALLEST, SIZE * short), widest=int(0.9 * width))
        rows, columns = self.cover.shape
        edge = MARGIN * short
        self.left, self.top = min(edge, (width - columns) / 2), min(edge, (height - rows) / 2)
        self.room = (max(0.0, width - columns - 2 * self.left), max(0.0, height - rows - 2 * self.top))

    def place(self, t: float) -> tuple[int, int]:
        """Return (x, y) of the mark's upper left corner at ``t`` seconds: from the lower left, counter-clockwise."""
        across, down = self.room
        gone = (t / ROUND % 1.0) * 2 * (across + down)
        if gone < across:
            x, y = gone, down
        elif gone < across + down:
            x, y = across, down - (gone - across)
        elif gone < 2 * across + down:
            x, y = across - (gone - across - down), 0.0
        else:
            x, y = 0.0, gone - 2 * across - down
        return math.floor(self.left + x), math.floor(self.top + y)

    def draw(self, y: NDArray[np.uint8], t: float) -> None:
        """Draw the mark into a luma plane, uint8 (H, W), in place, where it is at ``t`` seconds."""
        x, top = self.place(t)
        rows, columns = self.cover.shape
        under = y[max(0, top) : top + rows, max(0, x) : x + columns]
        kept, light = self.cover[: under.shape[0], : under.shape[1]], self.light[: under.shape[0], : under.shape[1]]
        np.copyto(under, (under * kept + light).astype(np.uint8))


def _letters(text: str, *, size: float, widest: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return float32 (h, w) twice: how much of the picture stays, and the light that is added."""
    font = ImageFont.load_default(size)
    box = font.getbbox(text)
    if (length := box[2] - box[0] + 2 * PADDING * size) > widest:  # a long handle: smaller, but all of it
        size *= widest / length
        font = ImageFont.load_default(size)
        box = font.getbbox(text)
    across, down = math.ceil(box[2] - box[0]), math.ceil(size)
    canvas, aside, above = (across + round(2 * PADDING * size), round(1.75 * size)), PADDING * size, 0.375 * size
    at = (round(aside - box[0]), round(above + (down - box[3] - box[1]) / 2))
    fill, outline, veil = (Image.new("L", canvas) for _ in range(3))
    edge = max(1, round(size / 12))
    ImageDraw.Draw(fill).text(at, text, font=font, fill=255)
    ImageDraw.Draw(outline).text(at, text, font=font, fill=255, stroke_width=edge)
    ImageDraw.Draw(veil).rounded_rectangle((1, 1, canvas[0] - 2, canvas[1] - 2), radius=0.8 * size, fill=255)
    soft = ImageFilter.GaussianBlur(0.6 * edge)
    dark = 1 - (1 - _share(outline.filter(soft)) * OUTLINE) * (1 - _share(veil.filter(soft)) * VEIL)
    bright = _share(fill) * FILL
    return (1 - dark) * (1 - bright), dark * (1 - bright) * BLACK + bright * WHITE


def _share(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image, np.float32) / np.float32(255)
