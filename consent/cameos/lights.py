"""The colours a screen shows while a capture is taken, safe for eyes by how they are drawn.

WCAG 2.3.1 asks for at most three flashes a second and no saturated red. This stays far below: about one change
a second, never more than two; every colour is held for 600 ms or more and eased into over 200 ms; all have the same
relative luminance (0.45, within 0.02), so that nothing flashes at all, and red is never more than two thirds of the
light. Colours come as sRGB; ``start_s`` counts from the recording's first picture.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

LUMINANCE: Final = 0.45  # relative, 0 to 1
NEUTRAL: Final = (179, 179, 179)  # sRGB; what the screen shows before the first colour and after the last
EASE: Final = 0.2  # seconds
HOLDS: Final = (0.65, 0.95)  # seconds, least and most
COUNT: Final = 6
WEIGHTS: Final = (0.2126, 0.7152, 0.0722)  # relative luminance of linear sRGB (IEC 61966-2-1)

# Linear light, all of relative luminance .44 to .46: far apart in hue, equally bright.
HUES: Final = {
    "green": (0.10, 0.59, 0.10),
    "blue": (0.25, 0.45, 1.00),
    "magenta": (0.90, 0.27, 0.90),
    "amber": (0.80, 0.39, 0.06),
    "teal": (0.04, 0.56, 0.60),
    "violet": (0.55, 0.37, 1.00),
}
# Changes between neighbours on the wheel are too small to be told apart on a face.
APART: Final = {
    "green": ("blue", "magenta", "amber", "violet"),
    "blue": ("green", "magenta", "amber"),
    "magenta": ("green", "blue", "teal", "amber"),
    "amber": ("green", "blue", "magenta", "teal", "violet"),
    "teal": ("magenta", "amber", "violet"),
    "violet": ("green", "amber", "teal"),
}


@dataclass(frozen=True, slots=True)
class Light:
    """One colour: sRGB, when easing into it begins, how long it is held after that; seconds."""

    rgb: tuple[int, int, int]
    start_s: float
    hold_s: float
    ease_s: float = EASE

    @property
    def end_s(self) -> float:
        """Return when the next colour begins."""
        return self.start_s + self.ease_s + self.hold_s

    def told(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"rgb": list(self.rgb), "start_s": self.start_s, "hold_s": self.hold_s, "ease_s": self.ease_s}

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Light":
        """Return what :meth:`told` gave."""
        red, green, blue = (int(value) for value in told["rgb"])
        ease = float(told.get("ease_s", EASE))
        return cls(rgb=(red, green, blue), start_s=float(told["start_s"]), hold_s=float(told["hold_s"]), ease_s=ease)


def make(*, start_s: float, below: Callable[[int], int] = secrets.randbelow) -> tuple[Light, ...]:
    """Return a new sequence that begins at ``start_s``: 4,516 orders, each with its own rhythm."""
    lights: list[Light] = []
    name, at = sorted(HUES)[below(len(HUES))], start_s
    for _ in range(COUNT):
        light = Light(rgb=srgb(HUES[name]), start_s=round(at, 2), hold_s=_hold(below))
        lights.append(light)
        name, at = APART[name][below(len(APART[name]))], light.end_s
    return tuple(lights)


@cache
def orders(count: int) -> tuple[tuple[str, ...], ...]:
    """Return every sequence of names that may be drawn."""
    rows: list[tuple[str, ...]] = [(name,) for name in sorted(HUES)]
    for _ in range(count - 1):
        rows = [(*row, name) for row in rows for name in APART[row[-1]]]
    return tuple(rows)


def srgb(linear: tuple[float, float, float]) -> tuple[int, int, int]:
    """Return linear light as 8-bit sRGB."""
    red, green, blue = (round(255 * _encoded(value)) for value in linear)
    return red, green, blue


def linear(rgb: tuple[int, int, int]) -> tuple[float, float, float]:
    """Return 8-bit sRGB as linear light, 0 to 1."""
    red, green, blue = (_decoded(value / 255) for value in rgb)
    return red, green, blue


def luminance(rgb: tuple[int, int, int]) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1."""
    return sum(weight * value for weight, value in zip(WEIGHTS, linear(rgb), strict=True))


def _hold(below: Callable[[int], int]) -> float:
    least, most = (round(100 * value) for value in HOLDS)
    return (least + below(most - least + 1)) / 100


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055  # noqa: PLR2004 - the standard's


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the standard's
