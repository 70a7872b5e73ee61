"""A passkey made of software: one key pair that answers as an authenticator would. Stands in for a finger."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

from consent.models import Person

HERE = "http://testserver"  # where Django's test client says it is
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """One authenticator with one key, bound to one host; it counts its signatures unless ``counts`` is false."""

    origin: str = HERE
    counts: bool = True
    count: int = 1
    identity: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def data(self, *, flags: int, more: bytes = b"") -> bytes:
        """Return authenticator data: the host's hash, flags, the count, and what was asked besides."""
        host = self.origin.split("://")[1].split(":")[0]
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count) + more

    def credential(self) -> dict[str, Any]:
        """Return what a browser sends when a passkey is added."""
        cose = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))  # type: ignore[no-untyped-call]  # fido2's
        attested = bytes(16) + struct.pack(">H", len(self.identity)) + self.identity + cose
        data = self.data(flags=PRESENT | VERIFIED | ATTESTED, more=attested)
        said = json.dumps({"type": "webauthn.create", "challenge": "AA", "origin": self.origin}).encode()
        answer = {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return {"id": websafe_encode(self.identity), "rawId": websafe_encode(self.identity), "type": "public-key",
                "response": answer, "clientExtensionResults": {}}  # fmt: skip

    def enrol(self, person: Person) -> Authenticator:
        """Become one of this person's passkeys, kept the way signing in keeps them."""
        return Authenticator.objects.create(
            user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": self.credential()}
        )

    def answer(self, options: dict[str, Any], **said: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON)
        """Answer a page's options as a browser sends it; ``said`` replaces what the browser says of the page."""
        self.count += 1 if self.counts else 0
        flags = said.pop("flags", PRESENT | VERIFIED)
        told = {"type": "webauthn.get", "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        client, data = json.dumps(told | said).encode(), self.data(flags=flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return {"id": websafe_encode(self.identity), "rawId": websafe_encode(self.identity), "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in answer.items()},
                "clientExtensionResults": {}}  # fmt: skip


def uncounted() -> Passkey:
    """Return a passkey that never counts, as those that are synchronised between devices do."""
    return Passkey(counts=False, count=0)


def challenge(options: dict[str, Any]) -> str:
    """Return an options' challenge in hex."""
    return websafe_decode(options["challenge"]).hex()
