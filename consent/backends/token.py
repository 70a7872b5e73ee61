"""People's keys inside a PKCS#11 token: made there, never extractable, destroyed there.

Each person's key is an AES-256 object labelled with their name. ``settings.PKCS11_MODULE`` is the vendor's library,
``PKCS11_TOKEN`` the token's label, ``PKCS11_PIN_FILE`` a file with its PIN. Needs the package ``python-pkcs11`` (the
extra ``hsm``); tested with SoftHSM 2.6. A session lasts one operation: tokens have few of them.
"""

import contextlib
import os
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pkcs11
from django.conf import settings
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass

from consent.backends.envelope import NONCE, Envelope
from consent.errors import EngineMissingError, TemplateError

PREFIX: Final = "countenance/"
TAG: Final = 128  # bits
USES: Final = MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT
CLOSED: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
MISSING: Final = "The key token is not available: see PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN_FILE."

_one_at_a_time = threading.Lock()
_opened: dict[str, int] = {}  # module -> the process that loaded it; after a fork it has to be loaded again


class Token(Envelope):
    """A hardware module, or SoftHSM."""

    def wrap(self, key: bytes, *, name: str, binding: str) -> bytes:
        """Return nonce and wrapped key; raises EngineMissingError when the token does not answer."""
        nonce = secrets.token_bytes(NONCE)
        with _session() as session:
            own = next(_keys(session, name), None) or _made(session, name)
            wrapped: bytes = own.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=_bound(nonce, binding))
        return nonce + wrapped

    def unwrap(self, wrapped: bytes, *, name: str, binding: str) -> bytes:
        """Return the data key; raises TemplateError when no key of this name opens it."""
        bound = _bound(wrapped[:NONCE], binding)
        with _session() as session:
            for own in list(_keys(session, name)):
                with contextlib.suppress(pkcs11.PKCS11Error):
                    opened: bytes = own.decrypt(wrapped[NONCE:], mechanism=Mechanism.AES_GCM, mechanism_param=bound)
                    return opened
        raise TemplateError

    def destroy(self, name: str) -> None:
        """Destroy the person's key; raises EngineMissingError while the token does not answer."""
        with _session() as session:
            for own in list(_keys(session, name)):
                own.destroy()

    def names(self) -> list[str]:
        """Return the names of all keys in the token that are people's."""
        with _session() as session:
            labels = {own.label for own in session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})}
        return sorted(label.removeprefix(PREFIX) for label in labels if label and label.startswith(PREFIX))

    def made_at(self, name: str) -> float:
        """Return when the key was made, as it says itself."""
        with _session() as session:
            return max((int(own.id.decode()) for own in _keys(session, name)), default=float("inf"))


@contextlib.contextmanager
def _session() -> Iterator[Any]:
    """Hand on a session that is logged in; whatever the token says is told as EngineMissingError."""
    try:
        with _one_at_a_time, _token().open(rw=True, user_pin=_pin()) as session:
            yield session
    except (pkcs11.PKCS11Error, OSError) as surprise:
        raise EngineMissingError(MISSING) from surprise


def _token() -> Any:  # noqa: ANN401 - what the package returns is not typed alike in its two halves
    module, own = str(settings.PKCS11_MODULE), os.getpid()
    library = pkcs11.lib(module)
    if _opened.get(module, own) != own:
        library.reinitialize()
    _opened[module] = own
    return library.get_token(token_label=settings.PKCS11_TOKEN)


def _pin() -> str:
    return Path(settings.PKCS11_PIN_FILE).read_text(encoding="utf-8").strip()


def _keys(session: Any, name: str) -> Iterator[Any]:  # noqa: ANN401 - as above
    yield from session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: PREFIX + name})


def _made(session: Any, name: str) -> Any:  # noqa: ANN401 - as above
    made = str(int(time.time())).encode()
    return session.generate_key(
        KeyType.AES, 256, id=made, label=PREFIX + name, store=True, capabilities=USES, template=CLOSED
    )


def _bound(nonce: bytes, binding: str) -> GCMParams:
    return GCMParams(nonce, binding.encode(), TAG)
