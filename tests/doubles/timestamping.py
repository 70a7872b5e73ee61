"""A timestamp authority of the tests' own (RFC 3161): real tokens by ``openssl ts``, over HTTP on this machine.

It can fall silent, answer with an error, or send elsewhere, and counts who asked.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

from provenance.backends import authority

NAME = "Clock of the Tests"
CONFIGURATION = """
[tsa]
default_tsa = clock
[clock]
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
"""  # the signer's certificate alone is in the token: openssl sorts no set, and stricter readers refuse an unsorted one


@dataclass
class Clock:
    """The authority: ``root`` is its anchor in PEM, ``key`` what it issues with; ``asked`` counts requests."""

    home: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    url: str = ""
    asked: int = 0
    is_down: bool = False
    elsewhere: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def root(self) -> str:
        """Its anchor in PEM."""
        return authority.certificate(self.certificate).decode()

    def answer(self, query: bytes) -> bytes:
        """Return the answer to a query."""
        with self.lock:
            (self.home / "query").write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", "clock.cnf", "-queryfile", "query", "-out", "answer"]
            subprocess.run(command, cwd=self.home, check=True, capture_output=True)
            return (self.home / "answer").read_bytes()


@contextmanager
def clock(home: Path) -> Iterator[Clock]:
    """Yield an authority that answers until the end."""
    made = make(home)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
    made.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def make(home: Path) -> Clock:
    """Make its root and the certificate it stamps with."""
    home.mkdir(parents=True, exist_ok=True)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certify(f"{NAME}, root", root_key.public_key(), by=root_key)
    signer = certify(NAME, key.public_key(), by=root_key, issuer=root)
    (home / "signer.pem").write_bytes(authority.certificate(signer))
    (home / "signer.key").write_bytes(authority.private(key))
    (home / "serial").write_text("01\n")
    (home / "clock.cnf").write_text(CONFIGURATION.format(home=home))
    return Clock(home, root_key, root)


def certify(
    name: str,
    public: ec.EllipticCurvePublicKey,
    *,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None = None,
) -> x509.Certificate:
    """Return a root, or a certificate that may stamp times and nothing else."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME)]
    )
    now = timezone.now()
    builder = (
        x509.CertificateBuilder(issuer.subject if issuer else subject, subject, public, x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(authority.usage(is_leaf=issuer is not None), critical=True)
    )
    if issuer:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(by, hashes.SHA256())


def handler(made: Clock) -> type[BaseHTTPRequestHandler]:
    """Return what answers requests."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Stamp, unless it is silent."""
            query = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked += 1
            if made.elsewhere:
                self.reply(307, b"", Location=made.elsewhere)
            elif made.is_down:
                self.reply(503, b"")
            else:
                self.reply(200, made.answer(query))

        def reply(self, status: int, body: bytes, **headers: str) -> None:
            """Send an answer."""
            self.send_response(status)
            for name, value in {"Content-Type": "application/timestamp-reply", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
            """Say nothing."""

    return Handler
