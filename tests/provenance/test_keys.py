"""Keys: made once, whole, for us alone; renewed in time; refused in production."""

import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings as here
from django.core import checks
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from provenance.apps import refuse_development_keys
from provenance.backends import authority, keys, leaves
from provenance.errors import KeyStoreError
from provenance.manifests import credentials, signing
from provenance.manifests.status import Verdict
from tests.provenance import material
from tests.provenance.operators import Own, aged, bring


def test_a_secret_is_made_once_and_for_us_alone(settings: Settings) -> None:
    first = keys.secret("mark-1")
    assert keys.secret("mark-1") == first
    assert len(first) == 32
    assert keys.secret("other", size=16) != first[:16]
    assert keys.place("mark-1").stat().st_mode & 0o777 == 0o600
    assert Path(settings.KEY_HOME).stat().st_mode & 0o777 == 0o700


def test_a_name_cannot_leave_the_folder() -> None:
    for name in ("../x", "a/b", "", ".hidden", "A"):
        with pytest.raises(KeyStoreError):
            keys.secret(name)


def test_a_secret_of_another_size_is_refused() -> None:
    keys.secret("mark-1")
    with pytest.raises(KeyStoreError, match="32 bytes"):
        keys.secret("mark-1", size=16)


def first_use(home: str) -> bytes:
    """Be a process that uses a secret for the first time."""
    here.KEY_HOME = home
    return keys.secret("mark-1")


def test_many_processes_at_first_use_get_the_same_bytes(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(6) as pool:
        found = pool.map(first_use, [str(tmp_path / "keys")] * 24)
    assert len(set(found)) == 1
    assert [each.name for each in (tmp_path / "keys").iterdir()] == ["mark-1"]


def test_asking_for_anchors_makes_nothing(settings: Settings) -> None:
    assert keys.anchors() == ""
    assert keys.log_public() is None
    assert not Path(settings.KEY_HOME).exists()


def test_the_leaf_keeps_to_the_profile_of_claim_signers() -> None:
    leaf, middle = x509.load_pem_x509_certificates(keys.signing().chain.encode())
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert {each.dotted_string for each in purposes} == {"1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.4"}
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=366)
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(x509.load_pem_x509_certificate(keys.anchors().encode()))


def test_a_leaf_is_renewed_long_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    first = keys.signing().chain
    assert keys.signing().chain == first
    later = timezone.now() + leaves.UNSTAMPED.used + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert keys.signing().chain != first


def test_production_refuses_development_keys(settings: Settings, tmp_path: Path) -> None:
    assert keys.is_development()
    assert [each.id for each in refuse_development_keys()] == ["provenance.E001"]
    keys.signing()
    log_key = keys.log_key().private_bytes_raw()
    assert log_key
    theirs = material.stranger()
    files = {
        "SIGNING_CHAIN": theirs.chain.encode(),
        "SIGNING_KEY": authority.private(theirs.key),
        "TRUST_ANCHORS": theirs.root.encode(),
        "LOG_KEY": keys.log_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    }
    development = keys.anchors()
    for name, content in files.items():
        setattr(settings, name, str(material.saved(tmp_path, content, name)))
    assert refuse_development_keys() == []
    assert keys.signing().chain == theirs.chain
    Path(settings.TRUST_ANCHORS).write_text(development)
    assert [each.id for each in refuse_development_keys()] == ["provenance.E001"]
    settings.LOG_KEY = str(tmp_path / "missing")
    Path(settings.SIGNING_KEY).write_text("no key")
    with pytest.raises(KeyStoreError, match="P-256"):
        keys.signing()
    with pytest.raises(KeyStoreError, match="cannot be read"):
        keys.log_key()


def test_the_check_is_one_of_deployment() -> None:
    always, deployed = (checks.registry.registry.get_checks(include_deployment_checks=each) for each in (False, True))
    ours = set(map(repr, deployed)) - set(map(repr, always))
    assert repr(refuse_development_keys) in ours


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Own:
    """An operator who brings everything."""
    return bring(settings, tmp_path)


# -- rotation


def rotate_in(home: str) -> bytes:
    """Be a worker that finds the leaf due."""
    here.KEY_HOME = home
    return keys.leaf()


def test_workers_who_find_the_leaf_due_at_once_issue_one(settings: Settings) -> None:
    old = aged(timedelta(days=31))
    with multiprocessing.get_context("fork").Pool(6) as pool:
        found = pool.map(rotate_in, [str(settings.KEY_HOME)] * 24, chunksize=1)
    assert len(set(found)) == 1
    assert old not in found
    assert found[0] == keys.leaf()


def test_a_leaf_signs_for_its_span_and_no_longer() -> None:
    assert aged(timedelta(days=29)) == keys.leaf()
    assert aged(timedelta(days=31)) != keys.leaf()


def test_a_leaf_of_another_authority_is_replaced(settings: Settings) -> None:
    keys.leaf()
    keys.replace(leaves.AUTHORITY, authority.make())
    leaf, middle = x509.load_pem_x509_certificates(keys.signing().chain.encode())
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(x509.load_pem_x509_certificate(keys.anchors().encode()))


def test_with_a_timestamp_a_leaf_lives_for_days_and_without_for_a_year() -> None:
    stamped, unstamped = (x509.load_pem_x509_certificates(keys.leaf(is_stamped=each))[0] for each in (True, False))
    assert stamped.not_valid_after_utc - timezone.now() <= timedelta(hours=72)
    assert unstamped.not_valid_after_utc - timezone.now() > timedelta(days=364)
    assert unstamped.not_valid_after_utc - unstamped.not_valid_before_utc <= timedelta(days=366)


@pytest.mark.django_db
def test_the_command_issues_the_next_leaf_and_old_seals_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = keys.signing()
    old = material.sign(material.clip(), "video/mp4", material.Stranger(authority.signer(keys.leaf()), by.chain, ""))
    call_command("keys", "rotate")
    assert "intermediate" in capsys.readouterr().out
    assert keys.signing().chain != by.chain
    assert credentials.read(material.saved(tmp_path, old)).verdict is Verdict.OURS


def test_an_operators_own_chain_is_never_renewed_here(own: Own, settings: Settings) -> None:
    signing.rotate()
    with pytest.raises(CommandError, match="renew it with whoever issued it"):
        call_command("keys", "rotate")
    assert not keys.place(leaves.NAMES[False]).exists()
    assert keys.signing().chain == Path(settings.SIGNING_CHAIN).read_text()


def test_an_operators_own_intermediate_issues_leaves(own: Own, settings: Settings, tmp_path: Path) -> None:
    theirs = authority.make()
    settings.SIGNING_KEY = settings.SIGNING_CHAIN = ""
    settings.SIGNING_AUTHORITY = str(material.saved(tmp_path, theirs, "authority.pem"))
    settings.TRUST_ANCHORS = str(material.saved(tmp_path, authority.root(theirs).encode(), "roots.pem"))
    assert keys.is_development()  # its root says so
    leaf, middle = x509.load_pem_x509_certificates(keys.signing(is_stamped=True).chain.encode())
    leaf.verify_directly_issued_by(middle)
    assert not keys.place(leaves.AUTHORITY).exists()
    Path(settings.SIGNING_AUTHORITY).write_bytes(own.chain)
    with pytest.raises(KeyStoreError, match="holds no authority"):
        keys.signing()
