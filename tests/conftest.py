"""What every test stands on: PostgreSQL, no network beyond this machine, warnings are errors (see pyproject.toml)."""

import os
import socket
from collections.abc import Iterator

import pytest
from celery import current_app
from pytest_django import Settings

from config import postgres
from config.home import HOME

os.environ["COUNTENANCE_ROLE"] = "ml"  # the one process that opens likenesses: here a test is that process
postgres.ensure(HOME)  # where settings look for it, unless DATABASE_URL names another

LOCAL = {"127.0.0.1", "::1", "localhost", ""}
real_connect = socket.socket.connect


class NetworkError(RuntimeError):
    """A test tried to leave this machine."""


def connect(self: socket.socket, address: tuple[str, int] | str) -> None:
    """Connect to this machine only."""
    if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOCAL:
        raise NetworkError(f"{NetworkError.__doc__} It asked for {address[0]}.")
    real_connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def letters_stay_here() -> None:
    """Let a sent message end in this process: a test that wants a worker starts one."""
    current_app.conf.update(broker_url="memory://", broker_transport_options={})


@pytest.fixture(autouse=True)
def homes(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep everything a test writes on disk in a folder of its own, and hash passwords cheaply."""
    home = tmp_path_factory.mktemp("home")
    settings.HOME = home
    settings.MEDIA_HOME = home / "media"
    settings.QUARANTINE_HOME = home / "quarantine"
    settings.CAPTURE_HOME = home / "captures"
    settings.REFERENCE_HOME = home / "references"
    settings.EXPORT_HOME = home / "exports"
    settings.LOOK_HOME = home / "looks"
    settings.KEY_HOME = home / "keys"
    settings.STATIC_ROOT = home / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
