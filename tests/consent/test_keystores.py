"""Every key store keeps the same promises: a folder, a KMS behind the envelope, a PKCS#11 token (SoftHSM)."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pytest_django import Settings

from consent import backends
from consent.backends.envelope import Envelope
from consent.cameos import vault
from consent.errors import EngineMissingError, TemplateError

SOFTHSM = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PORTRAIT = secrets.token_bytes(400_000)  # as large as a sealed portrait


class ElsewhereKms(Envelope):
    """A KMS somewhere else, as an operator would connect one: handles here, keys there."""

    there: dict[str, tuple[bytes, float]] = {}

    def wrap(self, key: bytes, *, name: str, binding: str) -> bytes:
        own, _ = self.there.setdefault(name, (AESGCM.generate_key(256), time.time()))
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(own).encrypt(nonce, key, binding.encode())

    def unwrap(self, wrapped: bytes, *, name: str, binding: str) -> bytes:
        if name not in self.there:
            raise TemplateError
        try:
            return AESGCM(self.there[name][0]).decrypt(wrapped[:12], wrapped[12:], binding.encode())
        except (InvalidTag, ValueError) as surprise:
            raise TemplateError from surprise

    def destroy(self, name: str) -> None:
        self.there.pop(name, None)

    def names(self) -> list[str]:
        return sorted(self.there)

    def made_at(self, name: str) -> float:
        return self.there.get(name, (b"", float("inf")))[1]


@pytest.fixture
def kms(settings: Settings) -> Iterator[None]:
    settings.PERSON_KEYS = f"{__name__}.ElsewhereKms"
    yield
    ElsewhereKms.there.clear()


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A token of our own, its library and the file with its PIN."""
    library = next((path for path in SOFTHSM if Path(path).exists()), None)
    if library is None:
        pytest.skip("SoftHSM is not installed (apt-get install softhsm2)")
    pytest.importorskip("pkcs11", reason="the extra hsm is not installed")
    home = tmp_path_factory.mktemp("softhsm")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\nlog.level = ERROR\n", encoding="utf-8")
    os.environ["SOFTHSM2_CONF"] = str(home / "softhsm2.conf")
    (home / "pin").write_text("4711\n", encoding="utf-8")
    made = ["softhsm2-util", "--init-token", "--free", "--label", "people", "--pin", "4711", "--so-pin", "0815"]
    subprocess.run(made, check=True, capture_output=True)
    return library, home


@pytest.fixture
def token(softhsm: tuple[str, Path], settings: Settings) -> Iterator[None]:
    library, home = softhsm
    settings.PERSON_KEYS = "consent.backends.token.Token"
    settings.PKCS11_MODULE, settings.PKCS11_TOKEN, settings.PKCS11_PIN_FILE = library, "people", str(home / "pin")
    yield
    settings.PKCS11_TOKEN, settings.PKCS11_PIN_FILE = "people", str(home / "pin")
    for name in vault.names():
        vault.destroy(name)


@pytest.fixture(params=["folder", "kms", "token"])
def store(request: pytest.FixtureRequest) -> str:
    if request.param != "folder":
        request.getfixturevalue(request.param)
    return str(request.param)


def test_what_is_sealed_opens_under_its_own_name_and_binding_alone(store: str) -> None:
    sealed = vault.seal(PORTRAIT, name="olive", binding="a/portrait")
    vault.seal(b"-", name="felix", binding="b/face")
    assert vault.unseal(sealed, name="olive", binding="a/portrait") == PORTRAIT
    assert PORTRAIT[:32] not in sealed
    for name, binding in (("felix", "a/portrait"), ("olive", "b/portrait"), ("nobody", "a/portrait"), ("..", "a")):
        with pytest.raises(TemplateError):
            vault.unseal(sealed, name=name, binding=binding)
    for changed in (b"", sealed[:5], sealed[:-1], sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:]):
        with pytest.raises(TemplateError):
            vault.unseal(changed, name="olive", binding="a/portrait")


def test_a_key_destroyed_never_opens_again_and_a_new_one_of_its_name_opens_nothing_old(store: str) -> None:
    before = time.time()
    sealed = vault.seal(b"a face", name="olive", binding="a/face")
    assert vault.names() == ["olive"]
    assert before - 2 <= vault.made_at("olive") <= time.time() + 2
    vault.destroy("olive")
    vault.destroy("olive")
    assert vault.names() == []
    assert vault.made_at("olive") == float("inf")
    vault.seal(b"another", name="olive", binding="a/face")
    with pytest.raises(TemplateError):
        vault.unseal(sealed, name="olive", binding="a/face")


def test_one_person_has_one_key_and_no_two_seals_are_alike(store: str) -> None:
    first, second = (vault.seal(b"a face", name="olive", binding="a/face") for _ in range(2))
    assert first != second
    assert vault.names() == ["olive"]
    assert {vault.unseal(one, name="olive", binding="a/face") for one in (first, second)} == {b"a face"}


def test_a_key_in_a_token_cannot_be_taken_out(token: None, settings: Settings) -> None:
    from pkcs11 import Attribute, AttributeSensitive  # noqa: PLC0415 - only where the extra is installed

    from consent.backends.token import _keys, _session  # noqa: PLC0415 - it imports the extra

    vault.seal(b"a face", name="olive", binding="a/face")
    with _session() as session:
        (own,) = _keys(session, "olive")
        assert (own[Attribute.SENSITIVE], own[Attribute.EXTRACTABLE]) == (True, False)
        with pytest.raises(AttributeSensitive):
            own[Attribute.VALUE]


def test_a_worker_that_was_forked_asks_the_token_anew(token: None) -> None:
    sealed = vault.seal(b"a face", name="olive", binding="a/face")
    child = os.fork()
    if not child:  # only what the cipher says leaves this branch
        os._exit(0 if vault.unseal(sealed, name="olive", binding="a/face") == b"a face" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert vault.unseal(sealed, name="olive", binding="a/face") == b"a face"


@pytest.mark.parametrize(
    ("name", "value"), [("PKCS11_TOKEN", "another"), ("PKCS11_PIN_FILE", "/nowhere"), ("PKCS11_MODULE", "/nowhere.so")]
)
def test_a_token_that_does_not_answer_is_one_sentence_and_opens_nothing(
    token: None, settings: Settings, name: str, value: str
) -> None:
    sealed = vault.seal(b"a face", name="olive", binding="a/face")
    real = getattr(settings, name)
    setattr(settings, name, value)
    with pytest.raises(TemplateError, match="key token is not available"):
        vault.unseal(sealed, name="olive", binding="a/face")
    for ask in (lambda: vault.destroy("olive"), lambda: vault.seal(b"", name="olive", binding="a"), vault.names):
        with pytest.raises(EngineMissingError, match="PKCS11_"):
            ask()
    setattr(settings, name, real)
    assert vault.unseal(sealed, name="olive", binding="a/face") == b"a face"


def test_a_store_that_is_not_there_is_one_sentence(settings: Settings) -> None:
    settings.PERSON_KEYS = "nowhere.Kms"
    with pytest.raises(EngineMissingError, match=r"nowhere\.Kms cannot be imported\.$"):
        backends.key_store()
    with pytest.raises(TemplateError):
        vault.unseal(b"x" * 60, name="olive", binding="a")
