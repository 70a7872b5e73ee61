"""From many pictures to one map in which the mark stands out of the picture."""

from typing import Any, Final

import cv2
import numpy as np

from provenance.backends.watermark.chips import ROWS, Plane
from provenance.backends.watermark.geometry import UNIT, Map

BLUR: Final = 0.4 * UNIT
HIGH_PASS: Final = 0.45 * UNIT
WINDOW: Final = int(3 * UNIT) | 1
QUIET: Final = 0.3  # grey levels; keeps flat parts from being blown up to noise
LOUDEST: Final = 3.0
DARK: Final = 28  # black bars; video black is 16
LIT: Final = 0.02  # of a row's pixels must once be brighter than that to be part of the picture


def gather(planes: list[Plane]) -> Map:
    """Return the sum of the planes' fine detail, each evened out locally, ``UNIT`` pixels to a chip."""
    total: Map = sum(map(detail, planes[1:]), start=detail(planes[0]))
    return total


def detail(plane: Plane) -> Map:
    """Return one picture's fine detail, evened out locally, limited."""
    height, width = plane.shape
    scale = ROWS * UNIT / min(height, width)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small: Any = cv2.resize(plane, (round(width * scale), round(height * scale)), interpolation=method)
    small = cv2.GaussianBlur(small.astype(np.float32), (0, 0), BLUR)
    fine = small - cv2.GaussianBlur(small, (0, 0), HIGH_PASS)
    fine /= np.sqrt(np.maximum(cv2.blur(fine * fine, (WINDOW, WINDOW)), 0)) + QUIET
    limited: Map = np.clip(fine, -LOUDEST, LOUDEST)
    return limited


def whiten(image: Map, *, power: float, low_pass: float | None = None) -> Map:
    """Even out the spectrum: pictures are loud at low frequencies, the mark is flat, so this is its matched filter.

    Of all steps of the reader this one gains most.
    """
    spectrum = np.fft.fft2(image)
    loudness = _smoothed(np.square(np.abs(spectrum)).astype(np.float32))
    spectrum /= (loudness + 1e-4 * loudness.mean() + 1e-12) ** (power / 2)
    if low_pass:
        square = np.fft.fftfreq(image.shape[0])[:, None] ** 2 + np.fft.fftfreq(image.shape[1])[None] ** 2
        spectrum *= np.exp(-square / (2 * low_pass**2))
    even: Map = np.fft.ifft2(spectrum).real.astype(np.float32)
    return even


def _smoothed(power: Map) -> Map:
    around = cv2.copyMakeBorder(power, 9, 9, 9, 9, cv2.BORDER_WRAP)
    smooth: Any = cv2.GaussianBlur(around, (0, 0), 2.0)
    inner: Map = smooth[9:-9, 9:-9]
    return inner


Box = tuple[int, int, int, int]
"""Left, top, width, height, in pixels of a plane."""


def whole(planes: list[Plane]) -> Box:
    """Return the box of a whole plane."""
    height, width = planes[0].shape
    return 0, 0, width, height


def inside_bars(planes: list[Plane]) -> Box:
    """Return the box without uniform black bars; the whole when there are none worth the name."""
    brightest = np.max(planes[:: max(1, len(planes) // 6)], axis=0) > DARK
    rows, columns = (np.flatnonzero(brightest.mean(axis) > LIT) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return whole(planes)
    left, top, width, height = whole(planes)
    across, down = int(columns[-1] + 1 - columns[0]), int(rows[-1] + 1 - rows[0])
    if (down > 0.97 * height and across > 0.97 * width) or min(down, across) < ROWS:
        return left, top, width, height
    return int(columns[0]), int(rows[0]), across, down


def part(planes: list[Plane], box: Box) -> list[Plane]:
    """Return the planes inside a box."""
    left, top, width, height = box
    return [plane[top : top + height, left : left + width] for plane in planes]
