"""Keys behind a callback: a file, a token, a KMS. What they sign is checked before anybody is handed it.

A key that is not the one that chain or public half promise would make seals that nobody can verify; it is found here,
at the first signature, and told in one sentence.
"""

from collections.abc import Callable
from typing import NoReturn, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provenance import backends
from provenance.backends import authority
from provenance.errors import KeyStoreError

HALF = 32  # bytes of r, and of s
SILENT = "What keeps the {which} key did not sign: {why}."


def raw_es256(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Return r || s as COSE wants it."""
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


def by_file(bundle: bytes, *, chain: str = "") -> Callable[[bytes], bytes]:
    """Return the callback that signs with a key in PEM; with a ``chain`` it has to be its leaf's.

    Raises:
        KeyStoreError: it is no ECDSA P-256 key, or not the leaf's.
    """
    try:
        key = authority.signer(bundle)
    except (ValueError, TypeError) as error:
        msg = "The signing key is not an ECDSA P-256 key in PEM."
        raise KeyStoreError(msg) from error
    if chain and key.public_key() != leaf_key(chain):
        msg = "SIGNING_KEY is not the key of the first certificate in SIGNING_CHAIN."
        raise KeyStoreError(msg)
    return lambda data: raw_es256(key, data)


def by_keeper(dotted: str, *, chain: str) -> Callable[[bytes], bytes]:
    """Return the callback that has a keeper sign the SHA-256 digest, and checks the answer against the leaf.

    Raises:
        KeyStoreError: the chain has no P-256 leaf, or there is no such keeper.
    """
    public, keeper = leaf_key(chain), backends.seal_keeper(dotted)

    def sign(data: bytes) -> bytes:
        signature = asked(lambda: keeper.sign(digest(data)), which="signing")
        if not holds(public, signature, data):
            msg = "What SIGNING_KEEPER signs does not fit the first certificate in SIGNING_CHAIN."
            raise KeyStoreError(msg)
        return signature

    return sign


def leaf_key(chain: str) -> ec.EllipticCurvePublicKey:
    """Return the public key of a chain's leaf."""
    msg = "SIGNING_CHAIN does not begin with a certificate of an ECDSA P-256 key in PEM."
    try:
        key = x509.load_pem_x509_certificates(chain.encode())[0].public_key()
    except ValueError as error:
        raise KeyStoreError(msg) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyStoreError(msg)
    return key


def digest(data: bytes) -> bytes:
    """Return the SHA-256 digest."""
    running = hashes.Hash(hashes.SHA256())
    running.update(data)
    return running.finalize()


def holds(public: ec.EllipticCurvePublicKey, signature: object, data: bytes) -> bool:
    """Return whether r || s is this key's signature."""
    if not isinstance(signature, bytes) or len(signature) != 2 * HALF:
        return False
    r, s = (int.from_bytes(each, "big") for each in (signature[:HALF], signature[HALF:]))
    try:
        public.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def asked(ask: Callable[[], bytes], *, which: str) -> bytes:
    """Return what a keeper answers; whatever it raises is told in one sentence."""
    try:
        return ask()
    except KeyStoreError:
        raise
    except Exception as error:
        raise KeyStoreError(SILENT.format(which=which, why=type(error).__name__)) from error


class LogKey(Ed25519PrivateKey):
    """The log's key, kept elsewhere: it signs and has a public half, and cannot be taken out."""

    def __init__(self, dotted: str, *, public: Ed25519PublicKey) -> None:
        self.keeper, self.public = backends.log_keeper(dotted), public

    def public_key(self) -> Ed25519PublicKey:
        """Return the public half."""
        return self.public

    def sign(self, data: bytes) -> bytes:  # type: ignore[override]  # the base takes any buffer; notes are bytes
        """Return the 64 bytes of the signature, checked; raises KeyStoreError."""
        signature = asked(lambda: self.keeper.sign(data), which="log's")
        try:
            self.public.verify(signature, data)
        except (InvalidSignature, TypeError, ValueError) as error:
            msg = "What LOG_KEEPER signs does not fit the public key that LOG_KEY names."
            raise KeyStoreError(msg) from error
        return signature

    def private_bytes_raw(self) -> NoReturn:
        """Refuse."""
        msg = "The log's key stays where it is kept."
        raise KeyStoreError(msg)

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Refuse."""
        self.private_bytes_raw()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
