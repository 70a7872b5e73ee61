"""A whole service of its own for the walks: database, broker, web, workers, and Chromium to walk with."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from config import broker, postgres
from config.crew import Crew, free_port

NAMES = ("chromium", "chromium-browser", "google-chrome")
APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
]  # containers have no user namespaces, small /dev/shm
PATIENCE = 120_000  # milliseconds: a clip is made while other tests take the other core


@dataclass
class Service:
    """Where it answers, and where it keeps things."""

    url: str
    home: Path


def chromium() -> str:
    """The browser's path, or nothing."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(APPLICATION) if APPLICATION.exists() else "")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with an empty database beside the tests' own."""
    home = tmp_path_factory.mktemp("service")
    url = postgres.keywords(broker.libpq(settings.DATABASES["default"]), dbname=f"countenance_walk_{os.getpid()}")
    name = f"countenance_walk_{os.getpid()}"
    server = postgres.keywords(url, dbname="postgres")
    postgres.create(server, name, anew=True)
    environment = {"DATABASE_URL": url, "WEIGHTS_HOME": str(settings.WEIGHTS_HOME), "CELERY_BROKER_URL": ""}
    env = {**os.environ, **environment, "COUNTENANCE_HOME": str(home)}
    subprocess.run([sys.executable, "manage.py", "setup"], cwd=settings.ROOT, env=env, check=True, capture_output=True)
    with Crew(home, free_port(), environment) as crew:
        yield Service(crew.url, home)
    broker.stop(home)
    postgres.drop(server, name)


@pytest.fixture
def tab() -> Iterator[Page]:
    """A tab of a fresh Chromium that complains about everything a page complains about."""
    path = chromium()
    if not path:
        pytest.skip("There is no Chromium here; make test installs it where it may.")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
        browser.close()
    assert complaints == []
