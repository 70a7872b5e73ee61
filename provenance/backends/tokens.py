"""Signing inside a PKCS#11 token: the keys were made there and never leave it.

``settings.PKCS11_MODULE`` is the vendor's library, ``SIGNING_TOKEN`` the token's label (not that of people's keys: who
may seal need not be who may open likenesses), ``SIGNING_PIN_FILE`` a file with its PIN. The sealing key is an EC P-256
private key labelled ``countenance-seal``, the log's an Ed25519 one labelled ``countenance-log``. Needs the package
``python-pkcs11`` (the extra ``hsm``); tested with SoftHSM 2.6. A session lasts one signature: tokens have few of them.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pkcs11
from django.conf import settings
from pkcs11 import Mechanism, ObjectClass

from provenance.errors import KeyStoreError

SEAL: Final = "countenance-seal"
LOG: Final = "countenance-log"
MISSING: Final = "The signing token is not available: see PKCS11_MODULE, SIGNING_TOKEN and SIGNING_PIN_FILE."

_one_at_a_time = threading.Lock()
_opened: dict[str, int] = {}  # module -> the process that loaded it; after a fork it has to be loaded again


class SealToken:
    """The sealing key in the token. Implements :class:`provenance.backends.SealKeeper`."""

    def sign(self, digest: bytes) -> bytes:
        """Return r || s over a SHA-256 digest; raises KeyStoreError when the token does not answer."""
        with _key(SEAL) as key:
            signature: bytes = key.sign(digest, mechanism=Mechanism.ECDSA)
        return signature


class LogToken:
    """The log's key in a token that does EdDSA. Implements :class:`provenance.backends.LogKeeper`."""

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of a message; raises KeyStoreError when the token does not answer."""
        with _key(LOG) as key:
            signature: bytes = key.sign(message, mechanism=Mechanism.EDDSA)
        return signature


@contextlib.contextmanager
def _key(label: str) -> Iterator[Any]:
    """Hand on a private key in a session that is logged in; whatever the token says is told in one sentence."""
    try:
        with _one_at_a_time, _token().open(user_pin=_pin()) as session:
            yield session.get_key(ObjectClass.PRIVATE_KEY, label=label)
    except pkcs11.NoSuchKey as surprise:
        msg = f"There is no private key labelled {label} in the signing token."
        raise KeyStoreError(msg) from surprise
    except (pkcs11.PKCS11Error, OSError) as surprise:
        raise KeyStoreError(MISSING) from surprise


def _token() -> Any:  # noqa: ANN401 - what the package returns is not typed alike in its two halves
    module, own = str(settings.PKCS11_MODULE), os.getpid()
    library = pkcs11.lib(module)
    if _opened.get(module, own) != own:
        library.reinitialize()
    _opened[module] = own
    return library.get_token(token_label=settings.SIGNING_TOKEN)


def _pin() -> str:
    return Path(settings.SIGNING_PIN_FILE).read_text(encoding="utf-8").strip()
