"""What Chromium's fake devices show and play: films as loose JPEGs and a WAV, after a lead in which the page opens."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect, sync_playwright

from config.demo.visitor import Visitor
from consent.trials import actor
from tests.journeys.conftest import FLAGS, PATIENCE, chromium

FPS = 30
LEAD = 6.0  # seconds in which the page opens and the button is found
TAIL = 9.0  # seconds the actor keeps still after the last digit: the page records longer than they play
FADE = 1.0  # seconds between the click and the recording
CLICK_IN_TIME = """([lead]) => document.getElementById("preview").currentTime >= lead
    && (document.getElementById("go").click(), true)"""


@dataclass(frozen=True)
class Webcam:
    """Two files."""

    pictures: Path
    sound: Path

    def flags(self) -> list[str]:
        """What Chromium is started with."""
        return [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={self.pictures}",
            f"--use-file-for-fake-audio-capture={self.sound}%noloop",
        ]


def of_film(film: Path, folder: Path, *, voice: Path | None = None) -> Webcam:
    """Show a film; ``voice`` is another film whose sound is played instead."""
    with av.open(str(film)) as container:
        shown = [_jpeg(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)) for frame in container.decode(video=0)]
    with av.open(str(voice or film)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return _written(shown, heard, folder)


def of_photograph(picture: NDArray[np.uint8], folder: Path, *, heard: NDArray[np.float32] | None = None) -> Webcam:
    """Show one photograph (RGB) all the time, in silence or over a sound that is repeated."""
    shown = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), (640, 480))
    silence = np.zeros(actor.RATE, np.float32)
    return _written([_jpeg(np.asarray(shown, np.uint8))], silence if heard is None else heard, folder)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def _written(shown: list[bytes], heard: NDArray[np.float32], folder: Path) -> Webcam:
    made = Webcam(folder / "camera.mjpeg", folder / "microphone.wav")
    made.pictures.write_bytes(shown[0] * int(LEAD * FPS) + b"".join(shown) + shown[-1] * int(TAIL * FPS))
    silence = [np.zeros(int(pause * actor.RATE), np.float32) for pause in (LEAD, TAIL)]
    with wave.open(str(made.sound), "wb") as out:
        out.setparams((1, 2, actor.RATE, 0, "NONE", ""))
        out.writeframes((np.concatenate([silence[0], heard, silence[1]]) * 32767).astype("<i2").tobytes())
    return made


@contextmanager
def tab(visitor: Visitor, *, flags: list[str], permissions: list[str]) -> Iterator[Page]:
    """A tab signed in as the visitor; every complaint of a page fails the test, but those about an aborted request."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
        context = browser.new_context(permissions=permissions, base_url=visitor.url)
        session = visitor.session.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": visitor.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield page
        context.close()
        browser.close()
    assert [one for one in complaints if "net::ERR_FAILED" not in one and "status of 4" not in one] == []


def start(page: Page) -> None:
    """Press the button so that the recording begins when the actor does: they answer by the page's clock."""
    expect(page.get_by_role("button", name="Start recording")).to_be_enabled(timeout=PATIENCE)
    page.wait_for_function(CLICK_IN_TIME, arg=[LEAD - FADE - 0.15], polling="raf", timeout=PATIENCE)
