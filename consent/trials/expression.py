"""Eyelids and lips: the parts of a face that move by themselves, moved in the photograph."""

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.trials.lift import Head

# MediaPipe's mesh: the two eyes' upper and lower lids, and the lips' inner rims, from corner to corner
EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133)),
    ((362, 398, 384, 385, 386, 387, 388, 466, 263), (362, 382, 381, 380, 374, 373, 390, 249, 263)),
)
LIP_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIP_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
CHIN, NOSE_BASE = 152, 2


class Muscles:
    """The eyelids and lips of one lifted head."""

    def __init__(self, head: Head) -> None:
        self._points = head.points
        self._face = float(np.linalg.norm(head.points[CHIN] - head.points[10]))

    def move(self, picture: NDArray[np.uint8], *, blink: float, mouth: float) -> NDArray[np.uint8]:
        """Return the picture with the eyes closed by ``blink`` and the mouth opened by ``mouth``, both 0 to 1."""
        moved = picture.copy()
        if mouth > 0.02:  # noqa: PLR2004 - less than a pixel
            self._open(moved, mouth * 0.11 * self._face)
        if blink > 0.02:  # noqa: PLR2004 - less than a pixel
            for upper, lower in EYES:
                self._close(moved, self._points[list(upper)], self._points[list(lower)], blink)
        return moved

    def _close(
        self, picture: NDArray[np.uint8], upper: NDArray[np.float32], lower: NDArray[np.float32], much: float
    ) -> None:
        """Draw the skin above the eye down over it, column by column, as a lid does."""
        left, right = int(upper[:, 0].min()), int(upper[:, 0].max()) + 1
        top, bottom = int(upper[:, 1].min() - 0.09 * self._face), int(lower[:, 1].max()) + 3
        xs, ys = _grid(left, right, top, bottom)
        high, low = _curve(upper, xs), _curve(lower, xs)
        rim = high + much * (low - high)
        lid = top + (ys - top) * (high - 2 - top) / np.maximum(rim - top, 1)
        source = np.where(ys < rim, lid, ys)
        _redraw(picture, xs, source, left=left, top=top)

    def _open(self, picture: NDArray[np.uint8], drop: float) -> None:
        """Let the lower lip and the chin sink; what lies between the lips is stretched and darkened."""
        upper, lower = self._points[list(LIP_UPPER)], self._points[list(LIP_LOWER)]
        wide = 0.22 * self._face
        left, right = int(upper[:, 0].min() - wide), int(upper[:, 0].max() + wide)
        top, bottom = int(upper[:, 1].min()), int(self._points[CHIN, 1] + 0.22 * self._face)
        xs, ys = _grid(left, right, top, bottom)
        high, low = _curve(upper, xs), np.maximum(_curve(lower, xs), _curve(upper, xs) + 1)
        middle, half = (left + right) / 2, (right - left) / 2
        sink = drop * np.clip(1 - np.abs(xs - middle) / half, 0, 1) ** 0.8
        rim = low + sink
        fade = np.clip((bottom - ys) / np.maximum(bottom - rim, 1), 0, 1)
        between = high + (ys - high) * (low - high) / np.maximum(rim - high, 1)
        source = np.where(ys > rim, ys - sink * fade, np.where(ys > high, between, ys))
        within = (ys > high) & (ys < rim) & (xs > upper[0, 0]) & (xs < upper[-1, 0])
        shade = np.where(within, 1 - 0.75 * np.clip((ys - low + 2) / np.maximum(sink, 1), 0, 1), 1).astype(np.float32)
        _redraw(
            picture, xs, source, left=left, top=top, shade=np.asarray(cv2.GaussianBlur(shade, (3, 3), 0), np.float32)
        )


def _grid(left: int, right: int, top: int, bottom: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    return xs, ys


def _curve(points: NDArray[np.float32], xs: NDArray[np.float32]) -> NDArray[np.float32]:
    order = np.argsort(points[:, 0])
    return np.asarray(np.interp(xs[0], points[order, 0], points[order, 1])[None, :], np.float32)


def _redraw(
    picture: NDArray[np.uint8],
    xs: NDArray[np.float32],
    source: NDArray[np.float32],
    *,
    left: int,
    top: int,
    shade: NDArray[np.float32] | None = None,
) -> None:
    patch = cv2.remap(picture, xs, source.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if shade is not None:
        patch = np.clip(patch * shade[:, :, None], 0, 255).astype(np.uint8)
    rows, columns = patch.shape[:2]
    picture[top : top + rows, left : left + columns] = patch
