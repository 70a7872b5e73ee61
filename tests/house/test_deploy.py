"""``check --deploy`` passes for a production with its own keys, and names what is missing for one without."""

import os
import secrets
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

PEM, PLAIN = serialization.Encoding.PEM, serialization.NoEncryption()


def certificate(name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """A self-signed certificate of an organisation of somebody's own."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    now = timezone.now()
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=90))
    return builder.sign(key, hashes.SHA256()).public_bytes(PEM)


def private(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, PLAIN)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    files = {
        "SIGNING_CHAIN": certificate("Example Studios", key),
        "TRUST_ANCHORS": certificate("Example Studios", key),
        "SIGNING_KEY": private(key),
        "LOG_KEY": private(ed25519.Ed25519PrivateKey.generate()),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "secret").write_text(secrets.token_urlsafe(48))
    return {
        **{name: str(tmp_path / name) for name in files},
        "COUNTENANCE_ENV": "production",
        "COUNTENANCE_HOME": str(tmp_path / "home"),
        "SECRET_KEY_FILE": str(tmp_path / "secret"),
        "ALLOWED_HOSTS": "countenance.example",
        "KEY_HOME": str(tmp_path / "keys"),
        "DATABASE_URL": "postgresql://countenance@db/countenance",
        "CELERY_BROKER_URL": "redis://broker",
        "LOG_ORIGIN": "countenance.example/log",
    }


def check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = inherited | environment
    return subprocess.run(command, cwd=settings.ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_production_with_keys_of_its_own_passes_every_deployment_check(production: dict[str, str]) -> None:
    done = check(production)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY_FILE", "KEY_HOME", "DATABASE_URL", "ALLOWED_HOSTS"])
def test_production_does_not_start_without_what_it_needs(production: dict[str, str], name: str) -> None:
    del production[name]
    done = check(production)
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith("countenance: Production needs ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["SIGNING_KEY", "SIGNING_CHAIN", "TRUST_ANCHORS", "LOG_KEY"])
def test_production_is_refused_with_keys_made_for_development(production: dict[str, str], name: str) -> None:
    del production[name]
    done = check(production)
    assert done.returncode != 0
    assert "development" in done.stderr


def test_production_is_refused_with_keys_inside_the_checkout(production: dict[str, str]) -> None:
    done = check({**production, "KEY_HOME": str(settings.ROOT / "var" / "keys")})
    assert done.returncode != 0
    assert "inside the checkout" in done.stderr


def test_development_is_refused_by_the_deployment_check(tmp_path: Path) -> None:
    done = check({"COUNTENANCE_HOME": str(tmp_path)})
    assert done.returncode != 0
    assert "development configuration" in done.stderr
