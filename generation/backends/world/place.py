"""Where it plays: light, palette, the tile of the ground and a painted backdrop, all seeded."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
Picture = NDArray[np.float32]
WIDE, HIGH = 1024, 576


@dataclass(frozen=True, slots=True)
class Light:
    """``sun`` points to the light; colours are linear RGB; ``tint`` grades the finished picture."""

    sun: Colour
    sun_colour: Colour
    sky_colour: Colour
    bounce_colour: Colour
    top: Colour
    horizon: Colour
    exposure: float = 1.0
    tint: Colour = (1.0, 1.0, 1.0)


HOURS = {
    "day": Light(
        sun=(-0.5, -0.62, 0.75), sun_colour=(1.8, 1.68, 1.5), sky_colour=(0.58, 0.68, 0.84),
        bounce_colour=(0.34, 0.3, 0.25), top=(0.36, 0.62, 0.9), horizon=(0.84, 0.92, 0.97),
    ),
    "dawn": Light(
        sun=(-0.75, -0.5, 0.42), sun_colour=(2.1, 1.6, 1.3), sky_colour=(0.62, 0.62, 0.82),
        bounce_colour=(0.33, 0.27, 0.26), top=(0.5, 0.6, 0.85), horizon=(0.99, 0.83, 0.76), tint=(1.0, 0.98, 0.99),
    ),
    "sunset": Light(
        sun=(-0.78, -0.5, 0.4), sun_colour=(2.5, 1.5, 0.85), sky_colour=(0.55, 0.47, 0.62),
        bounce_colour=(0.36, 0.24, 0.2), top=(0.36, 0.36, 0.66), horizon=(0.99, 0.7, 0.45), tint=(1.02, 0.98, 0.94),
    ),
    "night": Light(
        sun=(-0.45, -0.6, 0.75), sun_colour=(1.15, 1.15, 1.35), sky_colour=(0.22, 0.28, 0.5),
        bounce_colour=(0.14, 0.12, 0.16), top=(0.03, 0.05, 0.14), horizon=(0.12, 0.17, 0.34), tint=(0.95, 0.98, 1.06),
    ),
}  # fmt: skip
INDOORS = {
    "gym": Light(
        sun=(-0.4, -0.5, 0.85), sun_colour=(1.8, 1.72, 1.6), sky_colour=(0.7, 0.72, 0.76),
        bounce_colour=(0.42, 0.33, 0.24), top=(0.86, 0.84, 0.8), horizon=(0.93, 0.9, 0.84),
    ),
    "stage": Light(
        sun=(-0.35, -0.6, 0.8), sun_colour=(2.7, 2.3, 1.9), sky_colour=(0.3, 0.22, 0.34),
        bounce_colour=(0.22, 0.13, 0.12), top=(0.16, 0.03, 0.06), horizon=(0.4, 0.07, 0.09),
    ),
    "kitchen": Light(
        sun=(-0.65, -0.5, 0.62), sun_colour=(1.9, 1.78, 1.55), sky_colour=(0.66, 0.68, 0.7),
        bounce_colour=(0.4, 0.34, 0.28), top=(0.9, 0.88, 0.83), horizon=(0.93, 0.9, 0.85),
    ),
}  # fmt: skip
LOW = 0.5  # a sun lower than this is seen in the picture
DIM = 0.5  # a sky darker than this has its windows lit


def light(place: str, hour: str) -> Light:
    """Return the light of this place at this hour; rooms keep their lamps on."""
    return INDOORS.get(place, HOURS[hour])


def _rgb(*colour: float) -> NDArray[np.float32]:
    return np.array(colour, np.float32)


def _blend(top: Colour, low: Colour, rows: int) -> Picture:
    share = np.linspace(0, 1, max(rows, 1), dtype=np.float32)[:, None, None] ** 0.9
    return _rgb(*top) * (1 - share) + _rgb(*low) * share


def _glow(picture: Picture, *, at: tuple[float, float], radius: float, colour: Colour, strength: float) -> None:
    y, x = np.mgrid[0:HIGH, 0:WIDE].astype(np.float32)
    near = np.exp(-((x - at[0] * WIDE) ** 2 + (y - at[1] * HIGH) ** 2) / (2 * (radius * HIGH) ** 2))[:, :, None]
    picture += near * strength * (_rgb(*colour) - picture * 0.4)


def _clouds(picture: Picture, rng: np.random.Generator, *, horizon: int, colour: Colour) -> None:
    noise = sum(
        cv2.resize(rng.random((2**k * 2, 2**k * 2), dtype=np.float32), (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
        / 2**k
        for k in range(1, 6)
    )
    band = np.exp(-(((np.arange(HIGH) - horizon * 0.62) / (HIGH * 0.2)) ** 2)).astype(np.float32)[:, None]
    cover = np.clip((np.asarray(noise) - 0.52) * 3.2, 0, 1) * band * 0.75
    picture += cover[:, :, None] * (_rgb(*colour) - picture)


def _beach(picture: Picture, rng: np.random.Generator, horizon: int, now: Light) -> None:
    shore = horizon + int(HIGH * 0.2)
    sea = _blend(
        tuple(np.multiply(now.top, (0.35, 0.72, 0.78))),
        tuple(np.multiply(now.horizon, (0.55, 0.85, 0.85))),
        shore - horizon,
    )
    picture[horizon:shore] = sea
    for _ in range(160):
        y = horizon + int((shore - horizon) * rng.random() ** 1.5)
        x, half = int(rng.integers(WIDE)), int(6 + 50 * (y - horizon) / (shore - horizon))
        cv2.line(
            picture,
            (x - half, y),
            (x + half, y),
            [float(c) for c in np.multiply(now.horizon, 1.04)],
            1 + (y - horizon) // 40,
        )
    sand = np.multiply(
        (0.88, 0.79, 0.62), np.clip(np.multiply(now.sun_colour, 0.2) + np.multiply(now.sky_colour, 0.75), 0, 1)
    )
    picture[shore:] = sand
    cv2.line(picture, (0, shore), (WIDE, shore), (0.97, 0.97, 0.95), 5)


def _park(picture: Picture, rng: np.random.Generator, horizon: int, now: Light) -> None:
    dim = np.clip(np.multiply(now.sun_colour, 0.3) + np.multiply(now.sky_colour, 0.5), 0, 1.1)
    picture[horizon:] = _blend(tuple(dim * (0.5, 0.66, 0.3)), tuple(dim * (0.3, 0.52, 0.2)), HIGH - horizon)
    for depth in range(3):
        for _ in range(46):
            x, radius = int(rng.integers(-40, WIDE + 40)), int(rng.integers(18, 52) * (0.8 + 0.35 * depth))
            y = horizon - int(rng.integers(0, 105 - 28 * depth)) + 14 * depth
            shade = 0.62 + 0.5 * rng.random() - 0.12 * depth
            green = dim * (0.34 + 0.16 * rng.random(), 0.52, 0.24) * shade
            cv2.circle(picture, (x, y), radius, [float(c) for c in green], -1, cv2.LINE_AA)


def _street(picture: Picture, rng: np.random.Generator, horizon: int, now: Light) -> None:
    dim = np.clip(np.multiply(now.sun_colour, 0.25) + np.multiply(now.sky_colour, 0.6), 0, 1.1)
    x, lit = -20, float(np.mean(now.top)) < DIM
    while x < WIDE:
        wide, high = int(rng.integers(70, 170)), int(rng.integers(130, 300))
        wall = dim * (0.5 + 0.3 * rng.random(), 0.46 + 0.2 * rng.random(), 0.42 + 0.2 * rng.random())
        cv2.rectangle(picture, (x, horizon - high), (x + wide, horizon + 30), [float(c) for c in wall], -1)
        for wy in range(horizon - high + 14, horizon, 30):
            for wx in range(x + 10, x + wide - 16, 26):
                on = rng.random() < (0.55 if lit else 0.12)
                pane = (1.0, 0.82, 0.5) if on else tuple(float(c) for c in wall * 0.6)
                cv2.rectangle(picture, (wx, wy), (wx + 13, wy + 18), pane, -1)
        x += wide + int(rng.integers(0, 14))
    picture[horizon + 30 :] = dim * (0.4, 0.4, 0.42)


def _gym(picture: Picture, rng: np.random.Generator, horizon: int, now: Light) -> None:
    floor = horizon + int(HIGH * 0.1)
    picture[:floor] = _blend((0.7, 0.72, 0.74), (0.86, 0.85, 0.82), floor)
    cv2.rectangle(picture, (0, floor - 130), (WIDE, floor), (0.2, 0.36, 0.55), -1)
    for x in range(0, WIDE, 128):
        cv2.line(picture, (x, floor - 130), (x, floor), (0.15, 0.28, 0.45), 3)
        cv2.rectangle(picture, (x + 14, 40), (x + 110, 120), (0.97, 0.98, 1.0), -1)
    picture[floor:] = _blend((0.74, 0.52, 0.32), (0.66, 0.44, 0.26), HIGH - floor)
    hoop = int(WIDE * (0.72 + 0.1 * rng.random()))
    cv2.rectangle(picture, (hoop - 62, floor - 310), (hoop + 62, floor - 220), (0.96, 0.96, 0.95), -1)
    cv2.ellipse(picture, (hoop, floor - 226), (34, 9), 0, 0, 360, (0.9, 0.35, 0.1), 6)
    _glow(picture, at=(0.3, 0.05), radius=0.5, colour=now.horizon, strength=0.3)


def _stage(picture: Picture, rng: np.random.Generator, horizon: int, now: Light) -> None:
    x = np.arange(WIDE, dtype=np.float32)
    fold = 0.5 + 0.5 * np.sin(x / 17 + 1.5 * np.sin(x / 61 + rng.random() * 6))
    curtain = (0.25 + 0.75 * fold)[None, :, None] * _rgb(0.5, 0.06, 0.09)
    picture[:] = curtain * np.linspace(0.55, 1.0, HIGH, dtype=np.float32)[:, None, None]
    picture[horizon + int(HIGH * 0.12) :] = _rgb(0.2, 0.12, 0.09)
    _glow(picture, at=(0.42 + 0.1 * rng.random(), 0.4), radius=0.42, colour=now.sun_colour, strength=0.2)


def _kitchen(picture: Picture, rng: np.random.Generator, horizon: int, _: Light) -> None:
    picture[:] = _blend((0.9, 0.88, 0.82), (0.84, 0.83, 0.78), HIGH)
    low = horizon + int(HIGH * 0.14)
    picture[horizon - 40 : low] = _rgb(0.72, 0.8, 0.78)
    for x in range(0, WIDE, 44):
        cv2.line(picture, (x, horizon - 40), (x, low), (0.84, 0.88, 0.86), 3)
    cv2.rectangle(picture, (90, 30), (330, 260), (1.0, 0.99, 0.94), -1)
    cv2.rectangle(picture, (90, 30), (330, 260), (0.95, 0.93, 0.9), 14)
    cv2.rectangle(picture, (520, 170), (1000, 184), (0.6, 0.42, 0.27), -1)
    for x in range(545, 990, 58):
        tint = [(0.8, 0.42, 0.3), (0.88, 0.7, 0.35), (0.42, 0.56, 0.5), (0.9, 0.86, 0.78)][int(rng.integers(4))]
        cv2.rectangle(picture, (x, 168 - int(rng.integers(34, 74))), (x + 36, 168), tint, -1)
    picture[low:] = _rgb(0.62, 0.47, 0.35)
    _glow(picture, at=(0.2, 0.25), radius=0.4, colour=(1.0, 0.97, 0.88), strength=0.4)


PAINTERS: dict[str, Callable[[Picture, np.random.Generator, int, Light], None]] = {
    "beach": _beach, "park": _park, "street": _street, "gym": _gym, "stage": _stage, "kitchen": _kitchen,
}  # fmt: skip


def backdrop(place: str, *, now: Light, horizon: float, near: bool, seed: int) -> NDArray[np.uint8]:
    """Return the painted distance, uint8 RGB (576, 1024, 3), soft as a lens leaves it.

    ``horizon`` is its height as a share from the top; ``near`` blurs more, behind a close subject.
    """
    rng = np.random.default_rng([seed, 11])
    row = int(np.clip(horizon, 0.1, 0.9) * HIGH)
    picture = np.zeros((HIGH, WIDE, 3), np.float32)
    picture[:row] = _blend(now.top, now.horizon, row)
    if place not in INDOORS:
        low = now.sun[2] < LOW
        at = (0.72, (row / HIGH) - 0.1) if low else (0.15, 0.05)
        _clouds(picture, rng, horizon=row, colour=tuple(np.minimum(np.multiply(now.horizon, 1.08), 1.0)))
        _glow(
            picture, at=at, radius=0.22, colour=tuple(np.minimum(now.sun_colour, 1.15)), strength=0.75 if low else 0.3
        )
    PAINTERS[place](picture, rng, row, now)
    if low_sun := (place == "beach" and now.sun[2] < LOW):
        _glow(picture, at=(0.72, row / HIGH + 0.06), radius=0.12, colour=(1.1, 0.8, 0.5), strength=0.5 * low_sun)
    soft = cv2.GaussianBlur(picture, (0, 0), 8 if near else 4)
    grain = rng.normal(0, 0.004, (HIGH, WIDE, 1)).astype(np.float32)  # keeps smooth skies from banding
    return np.ascontiguousarray((np.clip(soft + grain, 0, 1) * 255).astype(np.uint8))


def tile(ground: str, *, seed: int) -> tuple[NDArray[np.uint8], float, float]:
    """Return a seamless tile uint8 RGB (512, 512, 3) of this ground, its side in metres and its roughness."""
    rng = np.random.default_rng([seed, 12])
    base, rough, side = GROUNDS[ground]
    cells = np.zeros((512, 512), np.float32)
    for octave, weight in ((8, 0.25), (32, 0.3), (128, 0.45)):
        small = np.pad(rng.random((octave, octave), dtype=np.float32), 2, mode="wrap")
        big = cv2.resize(small, None, fx=512 / octave, fy=512 / octave, interpolation=cv2.INTER_CUBIC)
        edge = 2 * 512 // octave
        cells += weight * (big[edge : edge + 512, edge : edge + 512] - 0.5)
    picture = _rgb(*base) * (1 + (0.75 if ground == "grass" else 0.3) * cells[:, :, None])
    if ground in {"boards", "tiles"}:
        _lines(picture, rng, boards=ground == "boards")
    return np.ascontiguousarray((np.clip(picture, 0, 1) * 255).astype(np.uint8)), side, rough


GROUNDS: dict[str, tuple[Colour, float, float]] = {
    "sand": ((0.8, 0.69, 0.5), 1.0, 0.9),
    "grass": ((0.34, 0.47, 0.23), 1.0, 0.7),
    "asphalt": ((0.36, 0.36, 0.38), 0.95, 1.0),
    "boards": ((0.66, 0.44, 0.26), 0.5, 0.9),
    "tiles": ((0.7, 0.67, 0.62), 0.5, 0.8),
}


def _lines(picture: Picture, rng: np.random.Generator, *, boards: bool) -> None:
    rows = 8 if boards else 2
    step = 512 // rows
    for row in range(rows):
        picture[row * step : (row + 1) * step] *= 0.9 + 0.2 * rng.random()
        picture[row * step : row * step + (2 if boards else 5)] *= 0.6
    for column in range(0, 512, 512 if boards else 256):
        picture[:, column : column + (2 if boards else 5)] *= 0.6
