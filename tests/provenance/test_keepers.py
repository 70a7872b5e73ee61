"""Keys that stay where they are kept: a key service behind a callback, a PKCS#11 token."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from provenance import ledger
from provenance.apps import refuse_development_keys
from provenance.backends import authority, keys, leaves
from provenance.errors import KeyStoreError
from provenance.log import sequencer
from provenance.manifests import credentials
from provenance.manifests.models import Manifest
from provenance.manifests.status import Verdict
from tests.doubles import kms
from tests.provenance import material
from tests.provenance.operators import Own, bring, pem
from tests.provenance.test_seal import sealed


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Own:
    """An operator who brings everything."""
    return bring(settings, tmp_path)


@pytest.fixture
def service(own: Own, settings: Settings, tmp_path: Path) -> Iterator[kms.Service]:
    """The operator's keys behind a key service."""
    settings.SIGNING_KEY = ""
    settings.SIGNING_KEEPER, settings.LOG_KEEPER = "tests.doubles.kms.Kms", "tests.doubles.kms.LogKms"
    settings.LOG_KEY = str(material.saved(tmp_path, pem(own.log.public_key()), "log.pub"))
    with kms.service(kms.Service(own.key, own.log)) as made:
        yield made


@pytest.mark.django_db
def test_a_seal_signed_by_a_key_service_is_ours(service: kms.Service, tmp_path: Path) -> None:
    done = sealed(tmp_path)
    assert credentials.read(done.path).verdict is Verdict.OURS
    assert not keys.is_development()
    assert not keys.place(leaves.AUTHORITY).exists()


@pytest.mark.django_db
def test_a_key_service_that_does_not_answer_is_one_sentence_and_leaves_nothing(
    service: kms.Service, tmp_path: Path
) -> None:
    service.is_down = True
    with pytest.raises(KeyStoreError, match=r"^What keeps the signing key did not sign: HTTPError\.$"):
        sealed(tmp_path)
    assert [each.name for each in tmp_path.glob("*render*")] == []
    assert not Manifest.objects.exists()


@pytest.mark.django_db
def test_a_key_service_with_another_key_is_told_before_anything_is_sealed(service: kms.Service, tmp_path: Path) -> None:
    service.seal = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(KeyStoreError, match="does not fit the first certificate"):
        sealed(tmp_path)
    service.log = Ed25519PrivateKey.generate()
    with pytest.raises(KeyStoreError, match="does not fit the public key that LOG_KEY names"):
        keys.log_key().sign(b"a checkpoint")


def test_a_keeper_that_cannot_be_made_is_one_sentence(service: kms.Service, settings: Settings) -> None:
    settings.SIGNING_KEEPER = settings.LOG_KEEPER = "nowhere.Kms"
    for ask in (keys.signing, keys.log_key):
        with pytest.raises(KeyStoreError, match=r"nowhere\.Kms cannot be made"):
            ask()
    assert [each.id for each in refuse_development_keys()] == ["provenance.E002"]


@pytest.mark.django_db
def test_checkpoints_signed_by_a_key_service_are_the_logs(service: kms.Service, own: Own) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("policy.changed", {"policy": "x"}))
    sequencer.sequence()
    proof = ledger.proof(entry)
    assert proof
    assert ledger.holds(proof)
    assert keys.log_public() == own.log.public_key().public_bytes_raw()


def test_a_kept_log_key_needs_its_public_half_and_gives_nothing_away(service: kms.Service, settings: Settings) -> None:
    with pytest.raises(KeyStoreError, match="stays where it is kept"):
        keys.log_key().private_bytes_raw()
    for wrong in ("", settings.TRUST_ANCHORS):
        settings.LOG_KEY = wrong
        with pytest.raises(KeyStoreError, match="public half"):
            keys.log_key()


def test_a_key_that_is_not_the_chains_is_refused(own: Own, settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_KEY = str(material.saved(tmp_path, authority.private(material.stranger().key), "other.key"))
    with pytest.raises(KeyStoreError, match="not the key of the first certificate"):
        keys.signing()
    assert [each.id for each in refuse_development_keys()] == ["provenance.E002"]
    settings.SIGNING_CHAIN = settings.LOG_KEY
    with pytest.raises(KeyStoreError, match="does not begin with a certificate"):
        keys.signing()


# -- a PKCS#11 token

SEAL, LOG = "countenance-seal", "countenance-log"
LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@pytest.fixture(scope="module")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A token with both keys made in it; their public halves beside it."""
    library = next((each for each in LIBRARIES if Path(each).exists()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (apt-get install softhsm2)")
    pytest.importorskip("pkcs11", reason="the extra hsm is not installed")
    import pkcs11  # noqa: PLC0415 - only where the extra is installed

    home = tmp_path_factory.mktemp("signing-token")
    (home / "tokens").mkdir()
    configuration = f"directories.tokendir = {home}/tokens\nlog.level = ERROR\n"
    (home / "softhsm2.conf").write_text(configuration, encoding="utf-8")
    (home / "pin").write_text("4712\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))
        pkcs11.unload(library)  # it reads its configuration when it is loaded, and other tests have tokens of their own
        made = ["softhsm2-util", "--init-token", "--free", "--label", "seals", "--pin", "4712", "--so-pin", "0815"]
        subprocess.run(made, check=True, capture_output=True)
        in_token(library, home)
        yield library, home
        pkcs11.unload(library)


def in_token(library: str, home: Path) -> None:
    """Make the keys in a process of its own, as an operator would with the vendor's tool."""
    script = """
import sys, pkcs11
from pkcs11 import Attribute, KeyType, Mechanism
from pkcs11.util.ec import encode_named_curve_parameters
token = pkcs11.lib(sys.argv[1]).get_token(token_label="seals")
with token.open(rw=True, user_pin="4712") as session:
    for name, kind, curve, how in (
        ("countenance-seal", KeyType.EC, encode_named_curve_parameters("secp256r1"), None),
        ("countenance-log", KeyType.EC_EDWARDS, b"\\x13\\x0cedwards25519", Mechanism.EC_EDWARDS_KEY_PAIR_GEN),
    ):
        made = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: curve}, local=True)
        public, _ = made.generate_keypair(label=name, store=True, mechanism=how)
        open(f"{sys.argv[2]}/{name}", "wb").write(public[Attribute.EC_POINT][2:])
"""
    subprocess.run([sys.executable, "-c", script, library, str(home)], check=True, capture_output=True)


@pytest.fixture
def token(softhsm: tuple[str, Path], settings: Settings, tmp_path: Path) -> None:
    """An operator whose keys of seals and log are in the token."""
    library, home = softhsm
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), (home / SEAL).read_bytes())
    root_key, now = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    start, end = now - timedelta(days=1), now + timedelta(days=90)
    root = material.certificate("Vault", root_key.public_key(), by=root_key, issuer=None, start=start, end=end)
    leaf = material.certificate("Vault signer", public, by=root_key, issuer=root, start=start, end=end)
    settings.SIGNING_KEEPER = "provenance.backends.tokens.SealToken"
    settings.LOG_KEEPER = "provenance.backends.tokens.LogToken"
    settings.PKCS11_MODULE, settings.SIGNING_TOKEN, settings.SIGNING_PIN_FILE = library, "seals", str(home / "pin")
    log = Ed25519PublicKey.from_public_bytes((home / LOG).read_bytes())
    files = {
        "SIGNING_CHAIN": authority.certificate(leaf),
        "TRUST_ANCHORS": authority.certificate(root),
        "LOG_KEY": pem(log),
    }
    for name, content in files.items():
        setattr(settings, name, str(material.saved(tmp_path, content, name)))


@pytest.mark.django_db
def test_a_seal_signed_in_a_token_is_ours(token: None, tmp_path: Path) -> None:
    done = sealed(tmp_path)
    found = credentials.read(done.path)
    assert found.verdict is Verdict.OURS
    assert found.signer
    assert found.signer.name == "Vault signer"
    assert not keys.is_development()
    assert not keys.place(leaves.AUTHORITY).exists()


@pytest.mark.django_db
def test_checkpoints_signed_in_a_token_are_the_logs(token: None) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("policy.changed", {"policy": "x"}))
    sequencer.sequence()
    proof = ledger.proof(entry)
    assert proof
    assert ledger.holds(proof)


def test_a_worker_that_was_forked_signs_in_the_token(token: None) -> None:
    by = keys.signing()
    assert len(by.sign(b"before")) == 64
    child = os.fork()
    if not child:  # only whether it could sign leaves this branch
        os._exit(0 if len(by.sign(b"in the child")) == 64 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(by.sign(b"after")) == 64


@pytest.mark.parametrize(
    ("name", "value"),
    [("SIGNING_TOKEN", "another"), ("SIGNING_PIN_FILE", "/nowhere"), ("PKCS11_MODULE", "/nowhere.so")],
)
def test_a_token_that_does_not_answer_is_one_sentence(token: None, settings: Settings, name: str, value: str) -> None:
    by, log = keys.signing(), keys.log_key()
    setattr(settings, name, value)
    for sign in (by.sign, log.sign):
        with pytest.raises(KeyStoreError, match="token is not available"):
            sign(b"x")


def test_a_token_without_our_key_is_one_sentence(token: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from provenance.backends import tokens  # noqa: PLC0415 - it imports the extra

    monkeypatch.setattr(tokens, "SEAL", "another-key")
    with pytest.raises(KeyStoreError, match="no private key labelled another-key"):
        keys.signing().sign(b"x")
