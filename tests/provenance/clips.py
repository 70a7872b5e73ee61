"""Small moving pictures and files of them, for tests that need something real to decode."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@cache
def pictures(kind: str, *, width: int, height: int, count: int) -> tuple[Picture, ...]:
    """Return RGB pictures: *portrait* pans over a photograph, *texture* drifts, *flat* is a cartoon."""
    return tuple({"portrait": portrait, "texture": texture, "flat": flat}[kind](width, height, i) for i in range(count))


def portrait(width: int, height: int, i: int) -> Picture:
    """Return a slow pan over the public-domain photograph of an astronaut."""
    size = max(width, height)
    astronaut: Any = skimage.data.astronaut  # untyped
    photo: Any = cv2.resize(astronaut(), (size * 9 // 8, size * 9 // 8), interpolation=cv2.INTER_AREA)
    x, y = (round((np.sin(i / 60 + turn) + 1) / 2 * (size * 9 // 8 - side)) for turn, side in ((0, width), (1, height)))
    return np.ascontiguousarray(photo[y : y + height, x : x + width])


def texture(width: int, height: int, i: int) -> Picture:
    """Return drifting noise on a gradient."""
    noise: Any = np.random.default_rng(7).normal(0, 20, (height, width)).astype(np.float32)
    grain = np.roll(cv2.GaussianBlur(noise, (0, 0), 1.5), 2 * i, 1)
    slope = 60 + 120 * ((np.arange(width) + 3 * i) % (2 * width)) / (2 * width)
    return np.repeat((slope + grain).clip(0, 255).astype(np.uint8)[:, :, None], 3, 2)


def flat(width: int, height: int, i: int) -> Picture:
    """Return a ball over flat ground."""
    picture = np.full((height, width, 3), (120, 170, 200), np.uint8)
    centre = (round(width / 2 + width / 4 * np.sin(i / 15)), height // 2)
    cv2.circle(picture, centre, height // 6, (200, 80, 60), -1, cv2.LINE_AA)
    cv2.rectangle(picture, (0, height * 4 // 5), (width, height), (90, 110, 80), -1)
    return picture


def write(
    path: Path,
    shown: Iterable[Picture],
    *,
    times: Iterable[int] | None = None,
    rate: int = 30,
    codec: str = "libx264",
    crf: int = 23,
    tone: float = 0.0,
    turn: int = 0,
    in_place: Callable[[Any, float], None] | None = None,
    **options: str,
) -> Path:
    """Write pictures (and a tone of so many seconds); ``times`` are in ticks of 1/rate; returns the path."""
    shown = list(shown)
    with av.open(str(path), "w", options=options) as container:
        height, width = shown[0].shape[:2]
        pix = {"ffv1": "yuv444p", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
        quality = {"crf": str(crf), "preset": "veryfast"} if codec == "libx264" else {}
        stream: Any = container.add_stream(codec, rate=rate, width=width, height=height, pix_fmt=pix, options=quality)
        if turn:
            stream.set_display_rotation(turn)
        voice: Any = container.add_stream("aac", rate=48000, layout="mono") if tone else None
        for tick, picture in zip(times or range(len(shown)), shown, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pix)
            if in_place:
                in_place(luma_of(frame), tick / rate)
            frame.pts, frame.time_base = tick, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if voice:
            container.mux([*voice.encode(sine(tone)), *voice.encode()])
    return path


def luma_of(frame: av.VideoFrame) -> Picture:
    """Return the Y plane of a planar frame, writable in place."""
    plane: Any = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


def sine(seconds: float, *, rate: int = 48000) -> av.AudioFrame:
    """Return a tone of 440 Hz."""
    wave = (0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
    frame.rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    return frame


def wave(path: Path, *, seconds: float = 0.5) -> Path:
    """Write a tone alone."""
    with av.open(str(path), "w") as container:
        voice: Any = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        container.mux([*voice.encode(sine(seconds)), *voice.encode()])
    return path


def again(source: Path, target: Path, *, crf: int = 23, edit: Callable[[Picture], Any] | None = None) -> Path:
    """Decode, edit every picture, encode anew: what happens to a video on its way through the world."""
    with av.open(str(source)) as container:
        seen: list[Any] = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return write(target, [np.ascontiguousarray(edit(one)) if edit else one for one in seen], crf=crf)
