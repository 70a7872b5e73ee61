"""A provider on this machine that keeps the API, and then one that does not: every lie ends in one sentence."""

import gc
import io
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pytest_django import Settings

from generation.backends import Cast, Engine, Order, Rendering, engine
from generation.backends.http import engine as talk
from generation.backends.http import film, line
from generation.errors import EngineError, EngineRefusedError

SECRET = "sk-never-shown"


def film_bytes(*, seconds: float = 1.0, size: tuple[int, int] = (160, 120), fps: int = 12) -> bytes:
    """Return a real mp4: red turning blue, with a tone."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        video = out.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        sound = out.add_stream("aac", rate=44100)
        sound.layout = "mono"
        for k in range(round(seconds * fps)):
            share = k / (seconds * fps)
            picture = np.full((size[1], size[0], 3), (230 * (1 - share), 20, 230 * share), np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(video.encode(None))
        wave = 0.4 * np.sin(np.arange(round(seconds * 44100)) * 440 * 2 * np.pi / 44100)
        tone = av.AudioFrame.from_ndarray(wave[None].astype(np.float32), "fltp", "mono")
        tone.sample_rate = 44100
        out.mux(sound.encode(tone))
        out.mux(sound.encode(None))
    return file.getvalue()


class Provider:
    """What the provider does; a test changes the part it is about."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.polls = 1
        self.states: list[dict[str, Any]] = []
        self.made: tuple[int, bytes] | None = None
        self.film = film_bytes()
        self.length: int | None = None
        self.drip = 0.0
        self.redirect = ""

    def answer(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        job: dict[str, Any] = {"id": "video_1", "object": "video", "status": "queued", "progress": 0}
        if self.redirect and path.endswith(self.redirect):
            return 302, {"Location": "http://localhost:1/elsewhere"}, b""
        if method == "POST":
            status, body = self.made or (200, json.dumps(job).encode())
            return status, {}, body
        if path.endswith("/content"):
            return 200, {"Content-Length": str(self.length or len(self.film))}, self.film
        polls = sum(1 for _, seen, _, _ in self.asked if seen == "/v1/videos/video_1")
        done = {"status": "completed", "progress": 100} if polls >= self.polls else {"status": "in_progress"}
        return (
            200,
            {"openai-poll-after-ms": "100"},
            json.dumps(job | done | (self.states[0] if self.states else {})).encode(),
        )


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Serve a Provider on this machine and point the settings at it."""
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.asked.append((self.command, self.path, dict(self.headers), body))
            status, headers, answer = found.answer(self.command, self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), "Connection": "close", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self._send(answer)
            except OSError:
                return

        def _send(self, answer: bytes) -> None:
            if not found.drip:
                self.wfile.write(answer)
                return
            for one in answer:
                self.wfile.write(bytes([one]))
                self.wfile.flush()
                time.sleep(found.drip)

        do_GET = do_POST = _do  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.VIDEO_PROVIDER_URL = f"http://127.0.0.1:{server.server_address[1]}/v1"
    settings.VIDEO_PROVIDER_KEY, settings.VIDEO_PROVIDER_MODEL, settings.VIDEO_PROVIDER_SECONDS = SECRET, "vid-1", 20.0
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Give temporary files a folder of their own, and find it empty afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(talk, "POLL", (0.02, 0.05, 1.0))
    yield tmp_path
    gc.collect()
    assert not list(tmp_path.iterdir())


def ask(prompt: str = "a ball", *, seconds: int = 1, cast: tuple[Cast, ...] = ()) -> Rendering:
    order = Order(
        prompt=prompt, width=320, height=180, seconds=seconds, fps=24, style="realistic", seed=1, cast=cast
    )  # fmt: skip
    return engine("http").render(order, progress.append)


progress: list[float] = []


def take(made: Rendering) -> list[NDArray[np.uint8]]:
    return list(made.frames)


def sentence(*, seconds: int = 1) -> str:
    """Return the one sentence that this order ends in."""
    begun = time.monotonic()
    with pytest.raises(EngineError) as caught:
        take(ask(seconds=seconds))
    assert time.monotonic() - begun < 15
    said = str(caught.value)
    assert said.endswith(".")
    assert SECRET not in said
    return said


def test_a_video_is_ordered_awaited_and_given_out_as_ordered(provider: Provider) -> None:
    provider.polls = 3
    progress.clear()
    made = ask("a ball, slowly")
    pictures, heard = take(made), made.sound()
    method, path, headers, body = provider.asked[0]
    assert (method, path, headers["Authorization"]) == ("POST", "/v1/videos", f"Bearer {SECRET}")
    assert headers["Content-Type"].startswith("multipart/form-data")
    for field in (b'name="prompt"\r\n\r\na ball, slowly', b'name="seconds"\r\n\r\n1', b'name="size"\r\n\r\n320x180'):
        assert field in body
    assert b'name="model"\r\n\r\nvid-1' in body
    assert [path for _, path, _, _ in provider.asked[1:]] == ["/v1/videos/video_1"] * 3 + ["/v1/videos/video_1/content"]
    assert len(pictures) == 24
    assert {picture.shape for picture in pictures} == {(180, 320, 3)}
    assert (heard.shape, heard.dtype) == ((48_000, 2), np.dtype(np.float32))
    assert progress[-1] == 1.0


def test_every_frame_is_the_one_on_screen_then_and_the_rest_is_black_bars(provider: Provider) -> None:
    pictures = take(ask())
    assert pictures[0][90, 160, 0] > 200
    assert pictures[0][90, 160, 2] < 60
    assert pictures[-1][90, 160, 2] > 180
    assert np.array_equal(pictures[0], pictures[1])  # 12 pictures a second, given out as 24
    assert not np.array_equal(pictures[0], pictures[2])
    assert pictures[0][:, :30].max() < 5  # 4:3 in 16:9


def test_enrolled_people_are_never_sent_anywhere(provider: Provider) -> None:
    with pytest.raises(EngineRefusedError, match="This model cannot draw enrolled people"):
        ask(cast=(Cast(handle="olive", portrait=None, landmarks=None),))
    assert not provider.asked
    chosen: Engine = engine("http")
    assert not chosen.draws_people


def test_a_failed_video_says_so_in_our_words(provider: Provider) -> None:
    provider.states = [{"status": "failed", "error": {"code": "internal", "message": "GPU 7 at 10.0.0.3 caught fire"}}]
    assert sentence() == "The video provider could not make this video."


def test_a_moderated_prompt_is_a_refusal_and_not_a_fault(provider: Provider) -> None:
    provider.states = [{"status": "failed", "error": {"code": "moderation_blocked", "message": "bad user"}}]
    with pytest.raises(EngineRefusedError, match="rules do not allow"):
        ask()
    provider.made = (400, b'{"error": {"code": "moderation_blocked", "message": "bad user"}}')
    with pytest.raises(EngineRefusedError, match="rules do not allow"):
        ask()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not accept our key"),
        (429, "is busy"),
        (404, "does not know"),
        (500, r"error (500)"),
        (204, "no usable"),
    ],
)
def test_a_wrong_status_has_its_sentence(provider: Provider, status: int, said: str) -> None:
    provider.made = (status, b"" if status == 204 else b"<html>nginx")
    assert said in sentence()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"[" * 100_000,
        b'{"id": "../../admin", "status": "queued"}',
        b'{"id": 7}',
        b'{"status": "queued"}',
    ],
)
def test_an_answer_that_is_no_answer_is_refused(provider: Provider, body: bytes) -> None:
    provider.made = (200, body)
    assert sentence() == "The video provider gave no usable answer."


@pytest.mark.parametrize("where", ["/videos", "/video_1", "/content"])
def test_a_redirect_is_not_followed(provider: Provider, where: str) -> None:
    provider.redirect = where
    assert "another address" in sentence()


def test_garbage_is_not_a_video(provider: Provider) -> None:
    provider.film = bytes(range(256)) * 400
    assert "cannot be read" in sentence()


def test_a_cut_video_is_not_passed_on(provider: Provider) -> None:
    provider.film = provider.film[: len(provider.film) // 2]
    assert "cannot be read" in sentence()


def test_a_lying_content_length_is_an_answer_that_broke_off(provider: Provider) -> None:
    provider.length = len(provider.film) + 1000
    assert "broke off" in sentence()


def test_too_many_bytes_are_not_taken(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "VIDEO_BYTES", 1000)
    assert "too large" in sentence()
    monkeypatch.setattr(line, "JSON_BYTES", 10)
    assert "too large" in sentence()


def test_a_video_that_is_too_short_is_not_stretched(provider: Provider) -> None:
    assert "shorter" in sentence(seconds=4)


def test_a_longer_video_is_cut_to_the_order(provider: Provider) -> None:
    provider.film = film_bytes(seconds=3)
    made = ask()
    assert len(take(made)) == 24
    assert made.sound().shape == (48_000, 2)


def test_a_provider_that_never_finishes_is_left(provider: Provider, settings: Settings) -> None:
    settings.VIDEO_PROVIDER_SECONDS, provider.polls = 1.0, 10**6
    assert "too long" in sentence()


@pytest.mark.parametrize("made", [None, (200, b" " * 5000)])
def test_a_provider_that_sends_a_byte_at_a_time_is_left(
    provider: Provider, settings: Settings, made: tuple[int, bytes] | None
) -> None:
    settings.VIDEO_PROVIDER_SECONDS, provider.drip, provider.made = 1.5, 0.01, made
    begun = time.monotonic()
    assert "too long" in sentence()
    assert time.monotonic() - begun < 4


def test_a_provider_that_is_not_there_is_named_so(settings: Settings) -> None:
    settings.VIDEO_PROVIDER_URL = "http://127.0.0.1:9/v1"
    assert sentence() == "The video provider cannot be reached."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "VIDEO_PROVIDER_URL is empty"), ("http://video.example.org/v1", "must begin with https://"),
        ("ftp://127.0.0.1/v1", "must begin with https://"), ("https://video.example.org/v1", ""),
        ("http://localhost:9/v1", ""), ("http://127.0.0.1.example.org/v1", "must begin with https://"),
    ],
)  # fmt: skip
def test_it_says_when_it_cannot_run(settings: Settings, url: str, said: str) -> None:
    settings.VIDEO_PROVIDER_URL = url
    found = engine("http").available()
    assert said in found
    assert bool(said) == bool(found)


def test_nothing_of_a_video_stays_when_nobody_takes_it(provider: Provider, scratch: Path) -> None:
    made = ask()
    assert len(list(scratch.iterdir())) == 1
    del made
    gc.collect()
    assert not list(scratch.iterdir())


def test_the_key_is_not_logged(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        take(ask())
    assert SECRET not in caplog.text


def test_a_picture_of_any_shape_is_shown_whole() -> None:
    for high, wide in ((10, 400), (400, 10), (180, 320), (1, 1)):
        shown = film.letterbox(np.full((high, wide, 3), 200, np.uint8), width=320, height=180)
        assert shown.shape == (180, 320, 3)
        assert shown.max() == 200


def test_a_picture_goes_with_the_order_in_the_ordered_size_and_only_then(provider: Provider) -> None:
    wide = np.full((100, 400, 3), 200, np.uint8)
    plain = Order("a ball", 160, 120, 1, 12, "realistic", 1, ())
    for order in (plain, replace(plain, pictures=(wide,))):
        list(engine("http").render(order, lambda _: None).frames)
    first, second = [body for method, _, _, body in provider.asked if method == "POST"]
    assert b"input_reference" not in first
    assert b'name="input_reference"; filename="reference.png"' in second
    png = second[second.index(b"\x89PNG") :]
    with Image.open(io.BytesIO(png)) as sent:
        assert sent.size == (160, 120)
        assert sent.getpixel((80, 60)) == (200, 200, 200)
        assert sent.getpixel((80, 5)) == (0, 0, 0)
