"""What happens to a video in the world: every edit by name, each followed by a real encoder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import cv2
import numpy as np

from provenance.backends.watermark.chips import Plane
from provenance.backends.watermark.trial.film import Film, Picture, again

Draw = np.random.Generator
Change = Callable[[Film, Draw], Film]
BLACK, NEUTRAL, WHITE = 16, 128, 235  # video range


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes in order, then an encoder at a quality."""

    changes: tuple[Change, ...] = ()
    crf: int = 23
    codec: str = "h264"

    def apply(self, film: Film, draw: Draw) -> list[Plane]:
        """Return the luma planes that a reader gets to see."""
        for change in self.changes:
            film = change(film, draw)
        return again(film, self.codec, self.crf)


def _each(film: Film, change: Callable[[Plane, int], Any], *, rate: float | None = None) -> Film:
    """Return the film with every plane changed; the second argument is 1 for luma, 2 for chroma at half its size."""
    pictures = (
        Picture(*(np.asarray(change(plane, 1 + (at > 0))) for at, plane in enumerate(one))) for one in film.pictures
    )
    return Film(tuple(pictures), rate or film.rate)


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)


def resized(film: Film, _: Draw, *, share: float = 1.0, short: int = 0) -> Film:
    """Shrink to a share, or to a short side of so many pixels (never enlarged)."""
    height, width = film.pictures[0].y.shape
    share = min(1.0, short / min(height, width)) if short else share
    wide, high = _even(width * share), _even(height * share)
    return _each(
        film, lambda plane, part: cv2.resize(plane, (wide // part, high // part), interpolation=cv2.INTER_AREA)
    )


def cropped(film: Film, draw: Draw, *, share: float) -> Film:
    """Cut a share of each side away, anywhere; what is left keeps its size in pixels."""
    height, width = film.pictures[0].y.shape
    high, wide = _even(height * (1 - share)), _even(width * (1 - share))
    top, left = (int(draw.integers(0, room // 2 + 1)) * 2 for room in (height - high, width - wide))
    return _each(
        film,
        lambda plane, part: np.ascontiguousarray(
            plane[top // part : (top + high) // part, left // part : (left + wide) // part]
        ),
    )


def turned(film: Film, draw: Draw, *, degrees: float) -> Film:
    """Turn either way about the middle; the corners become black."""
    angle = float(draw.choice([-degrees, degrees]))

    def change(plane: Plane, part: int) -> Any:  # noqa: ANN401
        height, width = plane.shape
        about = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), angle, 1.0)
        return cv2.warpAffine(plane, about, (width, height), borderValue=(BLACK if part == 1 else NEUTRAL,))

    return _each(film, change)


def mirrored(film: Film, _: Draw) -> Film:
    """Mirror left and right."""
    return _each(film, lambda plane, _: np.ascontiguousarray(plane[:, ::-1]))


def toned(film: Film, _: Draw, *, gain: float = 1.0, around: float = BLACK, gamma: float = 1.0) -> Film:
    """Change the tone of luma: gain around a level, then gamma over the video range."""
    level = (np.arange(256) - around) * gain + around
    share = ((level - BLACK) / (WHITE - BLACK)).clip(0, 1) ** gamma
    table = (share * (WHITE - BLACK) + BLACK).round().astype(np.uint8)
    return _each(film, lambda plane, part: cv2.LUT(plane, table) if part == 1 else plane)


def slowed(film: Film, _: Draw, *, rate: float) -> Film:
    """Keep so many pictures a second (all, when there are fewer)."""
    count = min(len(film.pictures), max(1, round(len(film.pictures) * rate / film.rate)))
    kept = np.linspace(0, len(film.pictures), count, endpoint=False).astype(int)
    return Film(tuple(film.pictures[at] for at in kept), min(rate, film.rate))


def trimmed(film: Film, draw: Draw, *, seconds: float) -> Film:
    """Keep a stretch of so many seconds, from anywhere."""
    count = min(len(film.pictures), round(seconds * film.rate))
    start = int(draw.integers(0, len(film.pictures) - count + 1))
    return Film(film.pictures[start : start + count], film.rate)


def letterboxed(film: Film, _: Draw) -> Film:
    """Put the picture into a frame a third taller, black above and below, shrunk to the height it had."""
    height, width = film.pictures[0].y.shape
    wide, high, bar = _even(width * 3 / 4), _even(height * 3 / 4), _even(height / 8)

    def change(plane: Plane, part: int) -> Any:  # noqa: ANN401
        small = cv2.resize(plane, (wide // part, high // part), interpolation=cv2.INTER_AREA)
        sides = (bar // part, (_even(height) - high - bar) // part, 0, 0)
        return cv2.copyMakeBorder(small, *sides, cv2.BORDER_CONSTANT, value=(BLACK if part == 1 else NEUTRAL,))

    return _each(film, change)


def overlaid(film: Film, _: Draw) -> Film:
    """Lay a solid logo into one corner and a bar of text over the lowest sixth."""

    def change(plane: Plane, part: int) -> Any:  # noqa: ANN401
        height, width = plane.shape
        plane, bar, side = plane.copy(), height * 5 // 6, min(height, width) // 6
        plane[bar:] = BLACK + 14 if part == 1 else NEUTRAL
        cv2.circle(plane, (width - side, side), side // 2, (WHITE if part == 1 else 100,), -1, cv2.LINE_AA)
        if part == 1:
            place, scale = (width // 20, height - height // 20), height / 500
            cv2.putText(
                plane, "breaking: somebody said so", place, cv2.FONT_HERSHEY_SIMPLEX, scale, (WHITE,), 2, cv2.LINE_AA
            )
        return plane

    return _each(film, change)


def recaptured(film: Film, draw: Draw, *, share: float = 0.02) -> Film:
    """Show it to a camera: each corner off by up to a share of the sides, a little blur, noise of 2 grey levels."""
    off = draw.uniform(-share, share, (4, 2)).astype(np.float32)

    def change(plane: Plane, part: int) -> Any:  # noqa: ANN401
        height, width = plane.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        warp = cv2.getPerspectiveTransform(corners, corners + off * np.array([width, height], np.float32))
        seen: Any = cv2.warpPerspective(plane, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)
        if part > 1:
            return seen
        seen = cv2.GaussianBlur(seen, (0, 0), 0.8).astype(np.float32)
        return (seen + draw.normal(0, 2, seen.shape)).round().clip(0, 255).astype(np.uint8)

    return _each(film, change)


EDITS: Final[Mapping[str, Edit]] = {
    "h264_crf23": Edit(),
    "h264_crf28": Edit(crf=28),
    "h264_crf35": Edit(crf=35),
    "h265_crf28": Edit(crf=28, codec="h265"),
    "vp9_crf36": Edit(crf=36, codec="vp9"),
    "av1_crf35": Edit(crf=35, codec="av1"),
    "resize_50": Edit((partial(resized, share=0.5),)),
    "resize_33": Edit((partial(resized, share=0.33),)),
    "crop_10": Edit((partial(cropped, share=0.1),)),
    "crop_20": Edit((partial(cropped, share=0.2),)),
    "crop_30": Edit((partial(cropped, share=0.3),)),
    "rotate_2": Edit((partial(turned, degrees=2.0),)),
    "flip": Edit((mirrored,)),
    "brightness": Edit((partial(toned, gain=1.2),)),
    "contrast": Edit((partial(toned, gain=1.3, around=126),)),
    "gamma": Edit((partial(toned, gamma=0.8),)),
    "fps_15": Edit((partial(slowed, rate=15.0),)),
    "letterbox": Edit((letterboxed,)),
    "overlay": Edit((overlaid,)),
    "trim_2s": Edit((partial(trimmed, seconds=2.0),)),
    "chain_28_50_10": Edit((partial(resized, share=0.5), partial(cropped, share=0.1)), crf=28),
    "chain_social": Edit((partial(resized, short=540), partial(slowed, rate=24.0)), crf=30),
}
"""The edits that are promised."""

HARDER: Final[Mapping[str, Edit]] = {
    "recapture_2": Edit((recaptured,), crf=30),
    "p360_crf30": Edit((partial(resized, short=360),), crf=30),
    "p240_crf28": Edit((partial(resized, short=240),), crf=28),
}
"""Edits with a rate of their own, below the promise."""
