"""Order a video from a provider, wait for it, fetch it; every answer is doubted and every failure is one sentence."""

import ipaddress
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from django.conf import settings

from generation.backends import Order, Rendering
from generation.backends.http.film import VIDEO_BYTES, Film, still
from generation.backends.http.line import BLOCKED, BLOCKED_SENTENCE, Line
from generation.errors import EngineError, EngineRefusedError

POLL: Final = (0.1, 1.0, 10.0)  # seconds between questions: least, usual, most
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class HttpEngine:
    """One remote provider, named by VIDEO_PROVIDER_URL."""

    name = "Video provider"
    licence = "The provider's terms"
    source_type = "trainedAlgorithmicMedia"
    draws_people = False
    takes = frozenset({"image"})  # one, as the API's input_reference

    def __init__(self) -> None:
        self.version = str(settings.VIDEO_PROVIDER_MODEL or "its default")

    def available(self) -> str:
        """Return '' when a provider is configured and may be spoken to, else one sentence."""
        if not settings.VIDEO_PROVIDER_URL:
            return "No video provider is set up: VIDEO_PROVIDER_URL is empty."
        address = urlsplit(settings.VIDEO_PROVIDER_URL)
        if address.scheme == "https" or (address.scheme == "http" and _is_here(address.hostname or "")):
            return ""
        return "VIDEO_PROVIDER_URL must begin with https:// unless it names this machine."

    def render(self, order: Order, progress: Callable[[float], None]) -> Rendering:
        """Order the video, wait, fetch and decode it; EngineRefusedError when the provider's rules say no."""
        if order.cast:
            raise EngineRefusedError("This model cannot draw enrolled people.")
        if missing := self.available():
            raise EngineError(missing)
        with Line(
            settings.VIDEO_PROVIDER_URL, key=settings.VIDEO_PROVIDER_KEY, seconds=settings.VIDEO_PROVIDER_SECONDS
        ) as line:
            film = Film(order, _fetch(line, _wait(line, _ask(line, order), progress)))
        progress(1.0)
        sound = film.sound()
        return Rendering(
            width=order.width, height=order.height, fps=order.fps, frames=film.frames(), sound=lambda: sound
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ask(line: "Line", order: Order) -> Mapping[str, Any]:
    """Order the video; the fields are multipart strings, as the API's own client sends them."""
    fields = {"prompt": order.prompt, "seconds": str(order.seconds), "size": f"{order.width}x{order.height}"}
    if settings.VIDEO_PROVIDER_MODEL:
        fields["model"] = settings.VIDEO_PROVIDER_MODEL
    parts: dict[str, tuple[Any, ...]] = {name: (None, value) for name, value in fields.items()}
    for picture in order.pictures[:1]:
        parts["input_reference"] = ("reference.png", still(picture, order), "image/png")
    return line.json("POST", "/videos", files=parts)[0]


def _wait(line: "Line", job: Mapping[str, Any], progress: Callable[[float], None]) -> str:
    """Ask until the video is complete; return its identifier."""
    identifier = job.get("id")
    if not isinstance(identifier, str) or not IDENTIFIER.fullmatch(identifier):
        raise EngineError("The video provider gave no usable answer.")
    pause = POLL[1]
    while True:
        state = job.get("status")
        if state == "completed":
            return identifier
        if state not in {"queued", "in_progress"}:
            _failed(job)
        done = job.get("progress")
        if isinstance(done, int | float):
            progress(min(max(float(done), 0.0), 100.0) * 0.009)
        line.sleep(pause)
        job, headers = line.json("GET", f"/videos/{identifier}")
        pause = _pause(headers)


def _pause(headers: Mapping[str, str]) -> float:
    """Return how long the provider asks us to wait, within reason."""
    wish = headers.get("openai-poll-after-ms", "")
    return min(max(int(wish) / 1000, POLL[0]), POLL[2]) if wish.isdigit() and len(wish) < 8 else POLL[1]  # noqa: PLR2004


def _failed(job: Mapping[str, Any]) -> NoReturn:
    """Raise in our own words; the provider's message is not passed on."""
    error = job.get("error")
    code = str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""
    if code in BLOCKED:
        raise EngineRefusedError(BLOCKED_SENTENCE)
    raise EngineError("The video provider could not make this video.")


def _fetch(line: "Line", identifier: str) -> Path:
    """Bring the video to a temporary file, at most VIDEO_BYTES; the file is the caller's to remove."""
    with tempfile.NamedTemporaryFile(prefix="provider-", suffix=".video", delete=False) as file:
        path = Path(file.name)
        try:
            for chunk in line.stream("GET", f"/videos/{identifier}/content", limit=VIDEO_BYTES):
                file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path
