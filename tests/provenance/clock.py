"""A timestamp authority of the tests' own, after RFC 3161: ``openssl ts`` behind HTTP on this machine."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {home}/serial
signer_cert = {home}/signer.pem
signer_key = {home}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sha384,sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""  # the token holds the signer's certificate alone: stricter parsers refuse more, as OpenSSL sorts none of it
SIGNER = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n"


@dataclass(frozen=True)
class Clock:
    """Where it answers, and its root in PEM."""

    url: str
    root: str


@contextmanager
def running(home: Path, name: str) -> Iterator[Clock]:
    """Yield a timestamp authority of this name that answers until the end."""
    root = made(home, name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(home))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Clock(f"http://127.0.0.1:{server.server_port}/", root)
    finally:
        server.shutdown()
        server.server_close()


def made(home: Path, name: str) -> str:
    """Make its keys and certificates; return the root in PEM."""
    (home / "tsa.cnf").write_text(CONFIG.format(home=home))
    (home / "serial").write_text("01")
    (home / "signer.ext").write_text(SIGNER)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run(
        home,
        "req",
        "-x509",
        *key,
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
        "-days",
        "99",
        "-subj",
        f"/CN={name}/O={name}",
    )
    run(home, "req", "-new", *key, "-keyout", "signer.key", "-out", "signer.csr", "-subj", f"/CN={name} 1/O={name}")
    run(home, "x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
        "-days", "98", "-extfile", "signer.ext", "-out", "signer.pem")  # fmt: skip
    return (home / "root.pem").read_text()


def handler(home: Path) -> type[BaseHTTPRequestHandler]:
    """Return what answers a request for a timestamp."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = home / f"{threading.get_ident()}.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            answer = run(home, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", query.name)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def run(home: Path, *words: str) -> bytes:
    """Return what ``openssl`` wrote."""
    return subprocess.run(["openssl", *words], cwd=home, check=True, capture_output=True).stdout
