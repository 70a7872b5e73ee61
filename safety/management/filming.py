"""A clip to measure with, made here: three scenes that move, a caption, somebody who speaks."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import skimage.data
from hibari import Hibari
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, FPS, RATE = 1280, 720, 24, 48_000
SAID = (
    "Welcome to our garden. The roses are in bloom this week, and the gate is open until six. "
    "Follow the path along the wall, past the old pump, and you will find the bees. Please keep the dog on a lead."
)
CAPTION = "The garden is open until six"


def film(path: Path, *, seconds: int = 10) -> None:
    """Write an mp4 of 1280 by 720 at 24 frames a second with mono speech."""
    with av.open(str(path), "w", format="mp4") as container:
        video: Any = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "20"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound: Any = container.add_stream("aac", rate=RATE, layout="mono")
        for index in range(seconds * FPS):
            picture = av.VideoFrame.from_ndarray(_picture(index / FPS, share=index / (seconds * FPS)), format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(picture))
        whole = av.AudioFrame.from_ndarray(_speech(seconds)[None], format="fltp", layout="mono")
        whole.sample_rate, whole.pts, whole.time_base = RATE, 0, Fraction(1, RATE)
        container.mux([*video.encode(None), *sound.encode(whole), *sound.encode(None)])


def _picture(t: float, *, share: float) -> NDArray[np.uint8]:
    scenes = (skimage.data.astronaut, skimage.data.coffee, skimage.data.chelsea)
    scene = Image.fromarray(scenes[int(share * len(scenes))]())  # type: ignore[no-untyped-call]
    shift = int(30 * t) % 60
    wide = scene.resize((WIDTH + 64, HEIGHT + 64)).crop((shift, shift // 2, shift + WIDTH, shift // 2 + HEIGHT))
    ImageDraw.Draw(wide).text((80, 620), f"{CAPTION}, part {int(t) + 1}", fill="white", font=ImageFont.load_default(44))
    return np.asarray(wide, np.uint8)


def _speech(seconds: int) -> NDArray[np.float32]:
    voice = Hibari()
    said = np.asarray(voice(SAID), np.float32)
    times = np.arange(seconds * RATE) * voice.sample_rate / RATE
    return np.asarray(np.interp(times, np.arange(len(said)), said, right=0.0), np.float32)
