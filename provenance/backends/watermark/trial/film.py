"""A few seconds of pictures as an encoder takes them, and the real encoders, in memory."""

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple

import av
import cv2
import numpy as np
from av.error import FFmpegError

from provenance.backends.watermark.chips import Plane
from provenance.errors import MediaError

os.environ.setdefault("SVT_LOG", "1")  # errors only; it writes its configuration to stderr otherwise


class Picture(NamedTuple):
    """Luma of an even size, and both chroma planes at half of it: uint8."""

    y: Plane
    u: Plane
    v: Plane


@dataclass(frozen=True, slots=True)
class Film:
    """Pictures of one size, ``rate`` a second."""

    pictures: tuple[Picture, ...]
    rate: float

    @property
    def luma(self) -> list[Plane]:
        """Return the luma planes."""
        return [picture.y for picture in self.pictures]


CODECS: Final = {
    "h264": ("libx264", {"preset": "veryfast"}),
    "h265": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "6", "b": "0"}),
    "av1": ("libsvtav1", {"preset": "10", "svtav1-params": "lp=1"}),
}
"""Encoder and options by name; the quality (crf) comes with the edit."""


def missing() -> list[str]:
    """Return the encoders that this machine's FFmpeg was built without."""
    return [name for name, _ in CODECS.values() if name not in av.codecs_available]


def picture(rgb: Any) -> Picture:  # noqa: ANN401 - Frame.rgb
    """Return an RGB picture, uint8 (H, W, 3), as its planes; an odd last row or column is left out."""
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    packed: Any = cv2.cvtColor(np.ascontiguousarray(rgb[:height, :width]), cv2.COLOR_RGB2YUV_I420)
    chroma = packed[height:].reshape(2, height // 2, width // 2)
    return Picture(packed[:height], chroma[0], chroma[1])


def again(film: Film, codec: str, crf: int) -> list[Plane]:
    """Return the luma planes after encoding and decoding.

    Raises:
        MediaError: the encoder refused.
    """
    try:
        return list(_decoded(_encoded(film, codec, crf)))
    except FFmpegError as error:
        raise MediaError(f"The encoder {CODECS[codec][0]} refused: {error.strerror}.") from error


def _encoded(film: Film, codec: str, crf: int) -> io.BytesIO:
    name, options = CODECS[codec]
    rate, file = Fraction(film.rate).limit_denominator(1001), io.BytesIO()
    height, width = film.pictures[0].y.shape
    with av.open(file, "w", format="matroska") as container:
        stream: Any = container.add_stream(name, rate=rate, options={**options, "crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt, stream.thread_count = width, height, "yuv420p", 1
        for frame in _frames(film.pictures, 1 / rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    file.seek(0)
    return file


def _frames(pictures: Iterable[Picture], tick: Fraction) -> Iterator[av.VideoFrame]:
    for number, (y, u, v) in enumerate(pictures):
        packed = np.concatenate([y.ravel(), u.ravel(), v.ravel()]).reshape(-1, y.shape[1])
        frame = av.VideoFrame.from_ndarray(packed, format="yuv420p")
        frame.pts, frame.time_base = number, tick
        yield frame


def _decoded(file: io.BytesIO) -> Iterator[Plane]:
    with av.open(file, "r") as container:
        for frame in container.decode(video=0):
            plane: Any = frame.planes[0]
            yield np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width].copy()
