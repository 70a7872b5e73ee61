"""Enrolling in Chromium before a camera that shows the actor answering, and what is said when it goes wrong."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.conf import settings
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from config.demo.visitor import Visitor
from consent.trials import actor
from tests.consent import films
from tests.journeys import webcam
from tests.journeys.conftest import PATIENCE, Service, chromium

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]

WAITING = {"open", "judging"}
BOTH = ["camera", "microphone"]


@pytest.fixture(autouse=True)
def _browser() -> None:
    if not chromium():
        pytest.skip("There is no Chromium here; make test installs it where it may.")


@pytest.fixture
def visitor(service: Service, request: pytest.FixtureRequest) -> Visitor:
    """Somebody who has an account and no cameo; another one in each test."""
    nora = Visitor(service.url, f"nora_{abs(hash(request.node.name)) % 10**8}")
    nora.sign_up()
    return nora


def opened(visitor: Visitor) -> dict[str, Any]:
    """A capture of theirs, with its challenge."""
    return visitor.ask("POST", "captures")


def filmed(asked: dict[str, Any], out: Path) -> Path:
    """The actor answering a challenge."""
    model = settings.WEIGHTS["face_landmarker.task"]
    assert model is not None
    actor.perform(films.astronaut(), told=asked, out=out, model=model, fps=webcam.FPS)
    return out


@pytest.fixture(scope="module")
def told(service: Service, tmp_path_factory: pytest.TempPathFactory) -> tuple[Visitor, dict[str, Any], Path]:
    """Ina, her capture, and the film that answers it: the good one here, a replay everywhere else."""
    ina = Visitor(service.url, "ina")
    ina.sign_up()
    capture = opened(ina)
    return ina, capture, filmed(capture["challenge"], tmp_path_factory.mktemp("film") / "film.mp4")


def judged(visitor: Visitor, capture: dict[str, Any]) -> dict[str, Any]:
    """How it ended."""
    return visitor.follow(f"captures/{capture['id']}", until=lambda now: now["state"] not in WAITING, seconds=90)


def test_somebody_before_the_camera_is_led_through_the_challenge_and_enrolled(
    told: tuple[Visitor, dict[str, Any], Path], tmp_path: Path
) -> None:
    ina, capture, film = told
    with webcam.tab(ina, flags=webcam.of_film(film, tmp_path).flags(), permissions=BOTH) as page:
        page.goto(f"/enrol/{capture['id']}")
        webcam.start(page)
        end = judged(ina, capture)
        assert (end["state"], end["reasons"]) == ("live", [])
        expect(page.get_by_role("heading", level=1)).to_have_text("You are enrolled", timeout=PATIENCE)


def test_a_replay_is_refused_in_words_after_an_upload_that_was_cut_and_sent_again(
    told: tuple[Visitor, dict[str, Any], Path], visitor: Visitor, tmp_path: Path
) -> None:
    capture = opened(visitor)
    with webcam.tab(visitor, flags=webcam.of_film(told[2], tmp_path).flags(), permissions=BOTH) as page:
        page.route("**/recording", lambda route: route.abort(), times=1)
        page.goto(f"/enrol/{capture['id']}")
        webcam.start(page)
        again = page.get_by_role("button", name="Send it again")
        expect(again).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#prompt")).to_contain_text("did not arrive")
        assert visitor.ask("GET", f"captures/{capture['id']}")["state"] == "open", "nothing is half enrolled"
        again.click()
        end = judged(visitor, capture)
        assert end["state"] == "spoof"
        assert "The digits we heard are not the ones we asked for." in end["reasons"]
        expect(page.get_by_role("heading", level=1)).to_have_text("That did not work yet", timeout=PATIENCE)
        expect(page.get_by_text("The digits we heard")).to_be_visible()


@pytest.mark.long
def test_other_digits_than_those_asked_for_are_refused_in_words(visitor: Visitor, tmp_path: Path) -> None:
    capture = opened(visitor)
    asked = capture["challenge"]
    others = "".join(str((int(digit) + 3) % 10) for digit in asked["digits"])
    film = filmed({**asked, "digits": others}, tmp_path / "film.mp4")
    with webcam.tab(visitor, flags=webcam.of_film(film, tmp_path).flags(), permissions=BOTH) as page:
        page.goto(f"/enrol/{capture['id']}")
        webcam.start(page)
        end = judged(visitor, capture)
        assert (end["state"], end["cameo"]) == ("spoof", None)
        assert end["reasons"] == ["The digits we heard are not the ones we asked for."], "and nothing else was wrong"
        expect(page.get_by_text("The digits we heard")).to_be_visible(timeout=PATIENCE)


@pytest.mark.long
def test_a_photograph_before_the_camera_is_refused_in_words(visitor: Visitor, tmp_path: Path) -> None:
    capture = opened(visitor)
    photograph = webcam.of_photograph(films.astronaut()[:384], tmp_path)
    with webcam.tab(visitor, flags=photograph.flags(), permissions=BOTH) as page:
        page.goto(f"/enrol/{capture['id']}")
        webcam.start(page)
        end = judged(visitor, capture)
        assert (end["state"], end["cameo"]) == ("spoof", None)
        expect(page.get_by_text("We did not see the head movements we asked for")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


FACE = films.astronaut()
NEAR = FACE[20:260, 60:380]
PAIR = np.concatenate(
    [cv2.resize(FACE[20:260, 100:340], (320, 480)), cv2.resize(films.hopper()[60:420, 90:450], (320, 480))], 1
)
SECONDS = np.arange(40 * actor.RATE) / actor.RATE
BABBLE = (0.6 * np.sin(2 * np.pi * 300 * SECONDS + 40 * np.sin(SECONDS * 9)) * (np.sin(SECONDS * 25) > 0)).astype(
    np.float32
)


@pytest.mark.parametrize(
    ("shown", "heard", "hint"),
    [
        (NEAR // 8, None, "too dark"),
        (np.minimum(NEAR.astype(np.uint16) + 200, 255).astype(np.uint8), None, "too bright"),
        (np.pad(FACE, ((0, 0), (85, 86), (0, 0)), constant_values=120), None, "too far away"),
        (PAIR, None, "two faces"),
        (NEAR, BABBLE, "loud around you"),
        (NEAR, None, ""),
    ],
    ids=["dark", "bright", "far", "company", "loud", "well"],
)
def test_the_page_says_what_could_be_better_before_anything_is_recorded(
    visitor: Visitor, tmp_path: Path, shown: films.Pixels, heard: NDArray[np.float32] | None, hint: str
) -> None:
    capture = opened(visitor)
    with webcam.tab(
        visitor, flags=webcam.of_photograph(shown, tmp_path, heard=heard).flags(), permissions=BOTH
    ) as page:
        page.goto(f"/enrol/{capture['id']}")
        expect(page.get_by_role("button", name="Start recording")).to_be_enabled(timeout=PATIENCE)
        if hint:
            expect(page.locator("#hints")).to_contain_text(hint, timeout=20_000)
        else:
            page.wait_for_timeout(2500)
            expect(page.locator("#hints")).to_be_empty()


def test_escape_stops_the_colours_at_once_and_nothing_is_sent(visitor: Visitor, tmp_path: Path) -> None:
    capture = opened(visitor)
    photograph = webcam.of_photograph(films.astronaut()[:384], tmp_path)
    with webcam.tab(visitor, flags=photograph.flags(), permissions=BOTH) as page:
        page.goto(f"/enrol/{capture['id']}")
        assert page.locator("#challenge").evaluate("one => getComputedStyle(one).position") == "static"
        expect(page.get_by_role("button", name="Start recording")).to_be_enabled(timeout=PATIENCE)
        page.get_by_role("button", name="Start recording").press("Enter")  # by keyboard alone
        page.wait_for_function("() => document.getElementById('challenge').classList.contains('playing')")
        page.keyboard.press("Escape")
        page.wait_for_function("() => !document.getElementById('challenge').classList.contains('dim')", timeout=1000)
        assert page.locator("#challenge").evaluate("one => one.style.backgroundColor") == ""
        expect(page.locator("#prompt")).to_contain_text("Nothing was sent")
        expect(page.get_by_role("button", name="Start again")).to_be_focused()
    assert visitor.ask("GET", f"captures/{capture['id']}")["state"] == "open"


def test_a_camera_that_is_denied_is_said_and_the_file_is_offered(visitor: Visitor) -> None:
    capture = opened(visitor)
    flags = ["--use-fake-device-for-media-stream", "--deny-permission-prompts"]
    with webcam.tab(visitor, flags=flags, permissions=[]) as page:
        page.goto(f"/enrol/{capture['id']}")
        expect(page.locator("#prompt")).to_contain_text("was not allowed to use camera and microphone")
        expect(page.get_by_label("Recording of the challenge")).to_be_visible()


def test_a_missing_microphone_is_said(visitor: Visitor) -> None:
    capture = opened(visitor)
    absent = """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
        navigator.mediaDevices.enumerateDevices = () => Promise.resolve([{ kind: "videoinput" }]);"""
    with webcam.tab(visitor, flags=[], permissions=[]) as page:
        page.add_init_script(absent)
        page.goto(f"/enrol/{capture['id']}")
        expect(page.locator("#prompt")).to_contain_text("No microphone was found")


def test_a_recording_sent_twice_counts_once_and_a_long_one_is_refused_in_words(
    visitor: Visitor, tmp_path: Path
) -> None:
    capture = opened(visitor)
    long = films.silent_film(tmp_path / "long.mp4", films.still(films.astronaut(), seconds=70), seconds=70)
    with webcam.tab(visitor, flags=[], permissions=[]) as page:
        page.goto(f"/enrol/{capture['id']}")
        page.locator("#by-file").evaluate("one => { one.open = true; }")
        page.get_by_label("Recording of the challenge").set_input_files(long)
        page.get_by_role("button", name="Send", exact=True).click()
        page.wait_for_url(f"**/enrol/{capture['id']}")
        second = _sent_again(page, capture)
        assert (second["status"], second["code"]) == (410, "expired")
        end = judged(visitor, capture)
        assert end["state"] == "spoof"
        assert "This recording is longer than" in end["reasons"][0]


def _sent_again(page: Page, capture: dict[str, Any]) -> dict[str, Any]:
    script = """async ([id]) => {
        const form = new FormData();
        form.append("recording", new Blob(["x"]), "capture.webm");
        const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
        const sent = { method: "PUT", body: form, headers: { "X-CSRFToken": token } };
        const answer = await fetch(`/api/v1/captures/${id}/recording`, sent);
        return { status: answer.status, code: (await answer.json()).error.code };
    }"""
    told: dict[str, Any] = page.evaluate(script, [capture["id"]])
    return told
