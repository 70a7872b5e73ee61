"""The attacker of the story: a video provider on this machine that answers every prompt with the same film.

It speaks the OpenAI-shaped videos API, so the service meets it through the same adapter as any provider. Nothing in the
service knows that it lies; only the provider is the attacker.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Provider(ThreadingHTTPServer):
    """``film`` is what it sends, whatever was asked; ``asked`` counts the prompts it got."""

    daemon_threads = True
    film: Path | None = None
    asked = 0

    @property
    def url(self) -> str:
        """Where its API begins."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    """POST /v1/videos, GET /v1/videos/{id}, GET /v1/videos/{id}/content, DELETE /v1/videos/{id}."""

    server: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a prompt, and say that the video is ready."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked += 1
        self.say(video())

    def do_GET(self) -> None:
        """Send the film, or say that it is ready."""
        if self.path.split("?")[0].endswith("/content") and self.server.film is not None:
            self.send(self.server.film.read_bytes(), "video/mp4")
        else:
            self.say(video())

    def do_DELETE(self) -> None:
        """Say that it is deleted."""
        self.say({"id": "video_1", "object": "video.deleted", "deleted": True})

    def say(self, answer: dict[str, object]) -> None:
        """Send JSON."""
        self.send(json.dumps(answer).encode(), "application/json")

    def send(self, body: bytes, kind: str) -> None:
        """Send bytes."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def video() -> dict[str, object]:
    """Return the videos API's object for a finished video."""
    return {
        "id": "video_1",
        "object": "video",
        "model": "attacker-1",
        "status": "completed",
        "progress": 100,
        "created_at": 0,
        "completed_at": 0,
        "seconds": "4",
        "size": "640x360",
        "error": None,
    }


@contextmanager
def provider() -> Iterator[Provider]:
    """Run the provider on a free port of this machine."""
    with Provider(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
