"""A fetched video of unknown shape, given out in the ordered size, rate and length."""

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.backends import Order
from generation.errors import EngineError
from provenance import media

VIDEO_BYTES: Final = 256 << 20
SHORT: Final = 0.5  # seconds a video may be shorter than ordered
RATE: Final = 48_000


class Film:
    """A fetched video of unknown shape, given out in the ordered size, rate and length."""

    def __init__(self, order: Order, path: Path) -> None:
        self.order, self.path = order, path
        self.remove = weakref.finalize(self, path.unlink, missing_ok=True)  # also if nobody ever takes a frame
        self.limits = media.Limits(max_seconds=order.seconds + 30, max_bytes=VIDEO_BYTES)
        with _reading():
            told = media.probe(path, limits=self.limits)
        if not told.width:
            raise EngineError("The video provider sent something that is not a video.")
        if told.duration is not None and told.duration < order.seconds - SHORT:
            raise EngineError("The video provider sent a shorter video than was ordered.")

    def sound(self) -> NDArray[np.float32] | None:
        """Return float32 (samples, 2) at 48 kHz for exactly the ordered time, or None when it is silent."""
        with _reading():
            heard = media.sound(self.path, rate=RATE, limits=self.limits).samples
        if not heard.size:
            return None
        whole = np.zeros(self.order.seconds * RATE, np.float32)
        count = min(len(whole), len(heard))
        whole[:count] = np.nan_to_num(heard[:count], nan=0.0, posinf=0.0, neginf=0.0).clip(-1, 1)
        return np.stack([whole, whole], axis=1)

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Yield the ordered number of frames, each the one that was on screen at that moment."""
        order, wanted, now = self.order, 0, None
        total = order.seconds * order.fps
        try:
            with _reading():
                for frame in media.frames(self.path, limits=self.limits):
                    while now is not None and wanted < total and wanted / order.fps < frame.t - 1e-6:
                        yield now
                        wanted += 1
                    now = letterbox(frame.rgb, width=order.width, height=order.height)
                    if wanted >= total:
                        return
            if now is None or wanted < total - SHORT * order.fps - 1:
                raise EngineError("The video provider sent a shorter video than was ordered.")
            for _ in range(total - wanted):
                yield now
        finally:
            self.remove()


def letterbox(picture: NDArray[np.uint8], *, width: int, height: int) -> NDArray[np.uint8]:
    """Return the picture in this size, uint8 RGB (height, width, 3), whole, with black bars where it does not fill."""
    high, wide = picture.shape[:2]
    scale = min(width / wide, height / high)
    inner = (max(1, round(wide * scale)), max(1, round(high * scale)))
    if inner != (wide, high):
        picture = np.asarray(cv2.resize(picture, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))
    whole = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    whole[top : top + inner[1], left : left + inner[0]] = picture
    return whole


def still(picture: NDArray[np.uint8], order: Order) -> bytes:
    """Return a picture as PNG in the ordered size, which the API asks for: whole, with black bars where it is short."""
    fitted = letterbox(picture, width=order.width, height=order.height)
    done, png = cv2.imencode(".png", cv2.cvtColor(fitted, cv2.COLOR_RGB2BGR))
    if not done:
        raise EngineError("The picture that this video is made from cannot be sent.")
    return png.tobytes()


class _reading:  # noqa: N801 - reads as a phrase
    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, media.MediaError):
            raise EngineError("The video provider sent a video that cannot be read.") from None
