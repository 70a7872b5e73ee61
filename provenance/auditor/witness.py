"""``python -m provenance.auditor.witness``: a witness of logs, to be run by somebody else than who runs the log.

It serves ``POST /add-checkpoint`` and ``GET /<sha256 of the log's name>/checkpoint`` (C2SP tlog-witness) over HTTP;
put it behind a server that speaks TLS. It needs Python and ``cryptography``: no Django, no database.
"""

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenance.auditor.cosigning import PLAIN, Answer, Cosigner, Memory
from provenance.errors import LogFormatError
from provenance.log import checkpoint
from provenance.log.cosignature import Witness

MOST = 64 * 1024  # bytes of a request that are read
PATIENCE = 10  # seconds a client may take


def server(cosigner: Cosigner, address: tuple[str, int]) -> ThreadingHTTPServer:
    """Return a server of this witness, bound and not yet serving."""

    class Handler(Desk):
        witness: ClassVar[Cosigner] = cosigner

    return ThreadingHTTPServer(address, Handler)


class Desk(BaseHTTPRequestHandler):
    """One connection to a witness."""

    witness: ClassVar[Cosigner]
    protocol_version = "HTTP/1.1"
    server_version = "witness"
    sys_version = ""
    timeout = PATIENCE

    def do_POST(self) -> None:
        """Take a checkpoint."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal() or int(length) > MOST:
            self.close_connection = True
            self.say(Answer(413 if length.isdecimal() else 411, "Send at most 64 KiB, and say how many.\n"))
            return
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            self.say(Answer(404, "There is nothing here.\n"))
            return
        try:
            answer = self.witness.add(body.decode(), now=int(time.time()))
        except UnicodeDecodeError:
            answer = Answer(400, "This is not text.\n")
        self.say(answer)

    def do_GET(self) -> None:
        """Show the largest tree of a log that was cosigned."""
        self.say(latest(self.witness, self.path))

    def say(self, answer: Answer) -> None:
        """Send an answer."""
        content = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet: who asks is nobody's business."""


def latest(witness: Cosigner, path: str) -> Answer:
    """Return the answer to ``/<sha256 of the log's name>/checkpoint``."""
    by_path = {f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint": origin for origin in witness.logs}
    try:
        seen = witness.memory.of(by_path[path]) if path in by_path else None
    except LogFormatError as error:
        return Answer(500, f"{error}\n")
    return Answer(200, seen.note, PLAIN) if seen and seen.note else Answer(404, "There is nothing here.\n")


def key(path: Path) -> Ed25519PrivateKey:
    """Return the witness's key, made at first use and readable by its user alone.

    Raises:
        LogFormatError: the file holds another kind of key, or none.
    """
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made)
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise LogFormatError(f"{path.name} does not hold an Ed25519 key in PEM.") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise LogFormatError(f"{path.name} does not hold an Ed25519 key in PEM.")
    return found


def remember(path: Path, *, is_new: bool) -> None:
    """Begin the memory of a new witness; an old one whose memory is gone must not go on.

    Raises:
        LogFormatError: the file is missing, and this key may have cosigned before.
    """
    if path.exists():
        return
    if not is_new:
        raise LogFormatError(f"{path.name} is gone: a witness that forgot what it cosigned needs a new key.")
    path.write_text("{}", encoding="utf-8")


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m provenance.auditor.witness", description=__doc__)
    parser.add_argument("--name", required=True, help="the witness's name, such as witness.example/w1")
    parser.add_argument("--key", required=True, type=Path, help="its Ed25519 key in PEM; made if there is none")
    parser.add_argument("--state", required=True, type=Path, help="the file in which it remembers what it cosigned")
    parser.add_argument("--begin", action="store_true", help="begin with no memory; only for a key that never cosigned")
    parser.add_argument("--log", required=True, action="append", help="a log's key as name+id+key; once for each log")
    parser.add_argument("--listen", default="127.0.0.1:8092", help="host:port")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Serve until stopped; exit 2 with one sentence when that cannot be begun."""
    said = arguments(words)
    try:
        is_new = not said.key.exists()
        mine = key(said.key)
        remember(said.state, is_new=is_new or said.begin)
        logs = dict(checkpoint.verifying(each) for each in said.log)
        host, _, port = said.listen.rpartition(":")
        witness = Cosigner(said.name, mine, logs, Memory(said.state))
        serving = server(witness, (host, int(port)))
    except (LogFormatError, OSError, ValueError) as error:
        sys.stderr.write(f"witness: {error}\n")
        return 2
    me = Witness(said.name, mine.public_key().public_bytes_raw())
    sys.stdout.write(f"{me}\nhttp://{host}:{serving.server_port}\n")
    sys.stdout.flush()
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
