"""A key service of the tests' own: the keys live behind HTTP on this machine, as in a cloud's KMS.

``Kms`` is what an operator would write: it knows the service's protocol and nothing of ours beyond ``sign``.
"""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECONDS = 5
ADDRESS = {"url": ""}


@dataclass
class Service:
    """The keys behind the address; ``is_down`` makes it answer with an error."""

    seal: ec.EllipticCurvePrivateKey
    log: Ed25519PrivateKey
    is_down: bool = False

    def sign(self, key: str, message: bytes) -> bytes:
        """Return what the key of this name signs: r || s over a digest, or Ed25519 over a message."""
        if key == "log":
            return self.log.sign(message)
        r, s = utils.decode_dss_signature(self.seal.sign(message, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@contextmanager
def service(made: Service) -> Iterator[Service]:
    """Answer on this machine until the end."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Sign the body."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = b"" if made.is_down else made.sign(self.path.strip("/"), body)
            self.send_response(503 if made.is_down else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ADDRESS["url"] = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


class Kms:
    """An operator's keeper of the sealing key."""

    key = "seal"

    def sign(self, message: bytes) -> bytes:
        """Ask the service."""
        request = urllib.request.Request(f"{ADDRESS['url']}/{self.key}", data=message, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - ourselves
            found: bytes = answer.read()
        return found


class LogKms(Kms):
    """And of the log's."""

    key = "log"
