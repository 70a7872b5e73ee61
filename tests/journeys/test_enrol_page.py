"""Enrolling in Chromium, before a camera that shows the actor answering this session's challenge."""

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect, sync_playwright

from config.demo.visitor import Visitor
from consent.trials import actor
from tests.consent import films
from tests.journeys.conftest import FLAGS, PATIENCE, Service, chromium

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]

WAITING = {"open", "judging"}
LEAD = 6.0  # seconds in which the page opens and the button is found
TAIL = 9.0  # seconds the actor keeps still after the last digit: the page records longer than they play
FADE = 1.0  # seconds between the click and the recording
CLICK_IN_TIME = """([lead]) => document.getElementById("preview").currentTime >= lead
    && (document.getElementById("go").click(), true)"""


def webcam(folder: Path, asked: dict[str, Any]) -> tuple[Path, Path]:
    """Film the challenge and write it as Chromium's fake devices take it: loose JPEGs and a WAV."""
    model = settings.WEIGHTS["face_landmarker.task"]
    assert model is not None
    film, pictures, sound = folder / "film.mp4", folder / "camera.mjpeg", folder / "microphone.wav"
    actor.perform(films.astronaut(), told=asked, out=film, model=model, fps=30)
    with av.open(str(film)) as container, pictures.open("wb") as out:
        jpeg = b""
        for number, frame in enumerate(container.decode(video=0)):
            shown = frame.to_ndarray(format="bgr24")
            jpeg = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
            out.write(jpeg * (1 if number else int(LEAD * 30)))
        out.write(jpeg * int(TAIL * 30))
    with av.open(str(film)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    with wave.open(str(sound), "wb") as out_wave:
        out_wave.setparams((1, 2, actor.RATE, 0, "NONE", ""))
        before, after = (np.zeros(int(pause * actor.RATE), np.float32) for pause in (LEAD, TAIL))
        out_wave.writeframes((np.concatenate([before, heard, after]) * 32767).astype("<i2").tobytes())
    return pictures, sound


@pytest.fixture
def visitor(service: Service) -> Visitor:
    """Nora, who has an account and no cameo."""
    nora = Visitor(service.url, "nora")
    nora.sign_up()
    return nora


@pytest.fixture
def opened(visitor: Visitor) -> dict[str, Any]:
    """Her capture, with this session's challenge."""
    return visitor.ask("POST", "captures")


@pytest.fixture
def booth(visitor: Visitor, opened: dict[str, Any], tmp_path: Path) -> Iterator[Page]:
    """A tab with a camera and a microphone, signed in as Nora."""
    if not chromium():
        pytest.skip("There is no Chromium here; make test installs it where it may.")
    pictures, sound = webcam(tmp_path, opened["challenge"])
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={pictures}",
        f"--use-file-for-fake-audio-capture={sound}%noloop",
    ]
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        context = browser.new_context(permissions=["camera", "microphone"], base_url=visitor.url)
        session = visitor.session.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": visitor.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield page
        context.close()
        browser.close()
    assert complaints == []


def start(booth: Page) -> None:
    """Press the button so that the recording begins when the actor does: they answer by the page's clock."""
    expect(booth.get_by_role("button", name="Start recording")).to_be_enabled(timeout=PATIENCE)
    booth.wait_for_function(CLICK_IN_TIME, arg=[LEAD - FADE - 0.15], polling="raf", timeout=PATIENCE)


def test_somebody_before_the_camera_is_led_through_the_challenge_and_enrolled(
    booth: Page, visitor: Visitor, opened: dict[str, Any]
) -> None:
    booth.goto(f"/enrol/{opened['id']}")
    start(booth)
    told = visitor.follow(f"captures/{opened['id']}", until=lambda now: now["state"] not in WAITING, seconds=90)
    assert (told["state"], told["reasons"]) == ("live", [])
    expect(booth.get_by_role("heading", level=1)).to_have_text("You are enrolled", timeout=PATIENCE)
