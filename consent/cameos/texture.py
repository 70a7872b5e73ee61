"""What single pictures give away besides the face's shape: the colour of skin and room, grain, grids, repeats.

All of it is plain arithmetic on pixels; nothing here knows a challenge or says yes or no.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.backends import Picture
from consent.cameos.lights import linear

# MediaPipe's mesh: forehead, nose, both cheeks, chin. No lips, no eyes, no hair.
SKIN: Final = (10, 151, 9, 108, 337, 67, 297, 109, 338, 6, 197, 195, 5, 50, 280, 101, 330, 118, 347, 205, 425, 117, 346)
BEHIND: Final = tuple((x, y) for x in (-1.2, -1.05, 1.05, 1.2) for y in (-0.5, -0.3, -0.1, 0.1))  # face heights
PATCH: Final = 2  # pixels to each side
WIDER: Final = 6  # the same behind the head, where there is more room
GRID: Final = 256  # pixels: the square in whose spectrum a screen's grid shows
BAND: Final = (0.16, 0.48)  # cycles a pixel: finer than a face's own shapes
THUMB: Final = (24, 32)  # rows, columns of what is kept of a picture to notice that it comes again

LINEAR: Final = np.array([linear((code, code, code))[0] for code in range(256)], np.float32)


def skin(picture: Picture, landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the skin's colours as linear light (23, 3): small places, so that hair or a shine on some is no matter."""
    return np.asarray(_patches(picture, landmarks[list(SKIN), :2].astype(int), PATCH), np.float64)


def room(picture: Picture, landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the colours of what is behind the head, as linear light (16, 3): beside it, at eye height and above."""
    top, chin = landmarks[[10, 152], :2]
    middle, high = landmarks[:, :2].mean(axis=0), float(np.linalg.norm(top - chin))
    places = middle + high * np.array(BEHIND)
    return np.asarray(_patches(picture, places.astype(int), WIDER), np.float64)


def thumb(picture: Picture) -> NDArray[np.float32]:
    """Return the picture's green, averaged into a few hundred places: grain is gone, what is shown is not."""
    rows, columns = THUMB
    height, width = picture.shape[0] // rows * rows, picture.shape[1] // columns * columns
    green = picture[:height, :width, 1].reshape(rows, height // rows, columns, width // columns)
    return np.asarray(green.mean(axis=(1, 3)), np.float32)


def restless(before: Picture, now: Picture) -> float:
    """Return the median difference of neighbouring pictures, grey levels: grain where nothing moves."""
    apart = np.abs(now[::4, ::4, 1].astype(np.int16) - before[::4, ::4, 1])
    return float(np.mean(np.sort(apart, axis=None)[: apart.size // 2]))


def spectrum(picture: Picture, landmarks: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """Return the power spectrum (GRID, GRID) of a square in the middle of the face; None where the face is smaller."""
    middle = landmarks[:, :2].mean(axis=0).astype(int)
    left, top = middle[0] - GRID // 2, middle[1] - GRID // 2
    square = picture[max(0, top) : top + GRID, max(0, left) : left + GRID, 1].astype(np.float64)
    if square.shape != (GRID, GRID):
        return None
    window = np.hanning(GRID)[:, None] * np.hanning(GRID)[None]
    return np.asarray(np.abs(np.fft.fftshift(np.fft.fft2((square - square.mean()) * window))) ** 2, np.float64)


def lattice(power: NDArray[np.float64]) -> float:
    """Return how far the sharpest peak among fine structures stands above what surrounds it, in decibels.

    A screen's grid, seen by a camera's, makes a few narrow peaks far from the middle; skin and hair make none that
    stand alone.
    """
    size = power.shape[0]
    away = np.hypot(*np.meshgrid(*(np.arange(size) - size // 2,) * 2)) / size
    level = 10 * np.log10(_smoothed(power, 1) / np.maximum(_smoothed(power, 9), 1e-9))
    inside = (away > BAND[0]) & (away < BAND[1])
    return float(level[inside].max())


def _patches(picture: Picture, places: NDArray[np.int_], side: int) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    reach = np.arange(-side, side + 1)
    xs = np.clip(places[:, 0, None, None] + reach[None, None, :], 0, width - 1)
    ys = np.clip(places[:, 1, None, None] + reach[None, :, None], 0, height - 1)
    return np.asarray(LINEAR[picture[ys, xs]].mean(axis=(1, 2)), np.float32)


def _smoothed(power: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the mean over squares of ``2 * reach + 1``, by sums of sums."""
    padded = np.pad(power, reach + 1, mode="wrap").cumsum(axis=0).cumsum(axis=1)
    side, size = 2 * reach + 1, power.shape[0]
    whole = padded[side:, side:] - padded[:-side, side:] - padded[side:, :-side] + padded[:-side, :-side]
    return np.asarray(whole[:size, :size] / side**2, np.float64)
