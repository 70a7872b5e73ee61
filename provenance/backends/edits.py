"""What happens to a video on its way through the world: the edits that marks and fingerprints are measured under.

Pictures are RGB, uint8 (H, W, 3); sound is mono float32. An edit changes a short clip, then it is encoded for good.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Clip:
    """Some pictures, ``rate`` of them a second."""

    pictures: Sequence[Picture]
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Edit:
    """A change, and the encoder after it: its name in FFmpeg and the quality it is given."""

    change: Callable[[Clip], Clip]
    codec: str = "libx264"
    crf: int = 23


OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "libx264": {"preset": "veryfast"},
    "libx265": {"preset": "veryfast", "x265-params": "log-level=none"},
    "libvpx-vp9": {"b": "0", "deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "10", "svtav1-params": "lp=2"},
}


def each(change: Callable[[Picture], Any]) -> Callable[[Clip], Clip]:
    """Return a change of every picture alike."""
    return lambda clip: Clip([_even(change(one)) for one in clip.pictures], clip.rate)


def resized(share: float) -> Callable[[Picture], Any]:
    """Return what makes a picture smaller."""
    return lambda one: cv2.resize(one, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


def cropped(off: float, *, corner: bool = False) -> Callable[[Picture], Any]:
    """Return what cuts a share off each axis: evenly, or all of it from the left and the top."""

    def change(one: Picture) -> Picture:
        down, across = round(one.shape[0] * off), round(one.shape[1] * off)
        top, left = (down, across) if corner else (down // 2, across // 2)
        return one[top : top + one.shape[0] - down, left : left + one.shape[1] - across]

    return change


def turned(degrees: float) -> Callable[[Picture], Any]:
    """Return what turns a picture about its middle, the corners black."""

    def change(one: Picture) -> Any:  # noqa: ANN401 - OpenCV's
        height, width = one.shape[:2]
        return cv2.warpAffine(one, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), (width, height))

    return change


def toned(curve: Callable[[Any], Any]) -> Callable[[Picture], Any]:
    """Return what changes brightness, contrast or gamma by a curve over 0 to 1."""
    table = (curve(np.arange(256) / 255).clip(0, 1) * 255).round().astype(np.uint8)
    return lambda one: table[one]


def boxed(one: Picture) -> Picture:
    """Return a picture with black bars above and below, a seventh of its height each."""
    bar = one.shape[0] // 7
    return np.pad(one, ((bar, bar), (0, 0), (0, 0)))


def covered(one: Picture) -> Picture:
    """Return a picture with a white bar and words over its lowest eighth."""
    height = one.shape[0] // 8
    out = one.copy()
    out[-height:] = 250
    cv2.putText(
        out, "SEEN ON A SITE", (8, out.shape[0] - height // 3), cv2.FONT_HERSHEY_SIMPLEX, height / 50, (9, 9, 9)
    )
    return out


def social(one: Picture) -> Any:  # noqa: ANN401 - OpenCV's
    """Return a picture as short-video sites serve it: 540 on the short side at most."""
    share = 540 / min(one.shape[:2])
    return resized(share)(one) if share < 1 else one


def slower(rate: int) -> Callable[[Clip], Clip]:
    """Return what leaves pictures out until so many a second are left; never more than there were."""

    def change(clip: Clip) -> Clip:
        wanted = min(Fraction(rate), clip.rate)
        count = int(len(clip.pictures) * wanted / clip.rate)
        return Clip([clip.pictures[int(number * clip.rate / wanted)] for number in range(count)], wanted)

    return change


def cut(clip: Clip) -> Clip:
    """Return two seconds from the middle."""
    start = max(0, len(clip.pictures) - round(2 * clip.rate)) // 2
    return Clip(clip.pictures[start : start + round(2 * clip.rate)], clip.rate)


EDITS: Final[Mapping[str, Edit]] = {
    "h264_crf23": Edit(each(np.asarray)),
    "h264_crf28": Edit(each(np.asarray), crf=28),
    "h264_crf35": Edit(each(np.asarray), crf=35),
    "h265_crf28": Edit(each(np.asarray), "libx265", 28),
    "vp9_crf36": Edit(each(np.asarray), "libvpx-vp9", 36),
    "av1_crf35": Edit(each(np.asarray), "libsvtav1", 35),
    "resize_50": Edit(each(resized(0.5))),
    "resize_33": Edit(each(resized(0.33))),
    "crop_10": Edit(each(cropped(0.1))),
    "crop_20": Edit(each(cropped(0.2))),
    "crop_30": Edit(each(cropped(0.3))),
    "crop_10_corner": Edit(each(cropped(0.1, corner=True))),
    "rotate_2": Edit(each(turned(2))),
    "flip": Edit(each(np.fliplr)),
    "brightness": Edit(each(toned(lambda x: x + 0.1))),
    "contrast": Edit(each(toned(lambda x: 1.25 * (x - 0.5) + 0.5))),
    "gamma": Edit(each(toned(lambda x: x**1.3))),
    "fps_15": Edit(slower(15)),
    "letterbox": Edit(each(boxed)),
    "overlay": Edit(each(covered)),
    "trim_2s": Edit(cut),
    "chain_28_50_10": Edit(each(lambda one: resized(0.5)(cropped(0.1)(one))), crf=28),
    "chain_social": Edit(lambda clip: each(social)(slower(24)(clip)), crf=30),
}


def write(clip: Clip, path: Path, *, codec: str = "libx264", crf: int = 23) -> Path:
    """Encode a clip into an mp4; return the path."""
    height, width = clip.pictures[0].shape[:2]
    with av.open(str(path), "w", format="mp4") as container:
        options = {**OPTIONS[codec], "crf": str(crf)}
        stream: Any = container.add_stream(codec, rate=clip.rate, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, one in enumerate(clip.pictures):
            frame = av.VideoFrame.from_ndarray(one, format="rgb24")
            frame.pts, frame.time_base = number, 1 / clip.rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def missing() -> list[str]:
    """Return the encoders that this machine's PyAV was built without."""
    return sorted({edit.codec for edit in EDITS.values()} - set(av.codecs_available))


def _even(one: Any) -> Picture:  # noqa: ANN401 - OpenCV's
    """Return a picture of even sides, as encoders want them."""
    found: Picture = np.ascontiguousarray(one[: one.shape[0] // 2 * 2, : one.shape[1] // 2 * 2])
    return found


# -- sound ------------------------------------------------------------------------------------------------------------

SOUNDS: Final[Mapping[str, tuple[str, int, str]]] = {  # the encoder, its bits a second, and the change before it
    "aac_48k": ("aac", 48_000, "none"),
    "mp3_64k": ("libmp3lame", 64_000, "none"),
    "opus_24k": ("libopus", 24_000, "none"),
    "gain_-10db": ("aac", 64_000, "gain"),
    "noise_20db": ("aac", 64_000, "noise"),
    "trim_1s": ("aac", 64_000, "trim"),
}


def heard(samples: Samples, rate: int, how: str) -> Samples:
    """Return sound 10 dB softer, with noise 20 dB below it, or without its first second."""
    if how == "noise":
        level = float(np.sqrt(np.mean(samples**2))) / 10
        return (samples + np.random.default_rng(0).normal(0, level, len(samples))).astype(np.float32)
    return {"gain": samples * np.float32(10**-0.5), "trim": samples[rate:]}.get(how, samples)


def write_sound(samples: Samples, path: Path, *, rate: int, codec: str, bits: int) -> Path:
    """Encode mono sound into a Matroska file; return the path."""
    with av.open(str(path), "w", format="matroska") as container:
        stream: Any = container.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = bits
        kind = stream.format.name
        resampler = av.AudioResampler(format=kind, layout="mono", rate=rate)
        for start in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, start : start + 960]), "fltp", "mono")
            frame.rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        container.mux(stream.encode())
    return path
