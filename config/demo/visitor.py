"""Somebody with a browser: signs up, keeps a session, speaks to the API."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from config.errors import SetupError

PASSPHRASE = "paper lantern over water"  # noqa: S105 - of people who live for one run
TIMEOUT = 60  # seconds for one answer
EVERY = 0.25  # seconds between two looks


class DemoError(SetupError):
    """The demo did not go as the story says."""


@dataclass
class Visitor:
    """One person at the service's address."""

    url: str
    handle: str
    passphrase: str = PASSPHRASE
    session: requests.Session = field(default_factory=requests.Session)

    def arrive(self) -> bool:
        """Sign in, or make an account on the first visit; return whether there was one."""
        page = f"{self.url}/accounts/login/"
        self.session.get(page, timeout=TIMEOUT)
        answer = self.session.post(
            page,
            data={
                "login": self.handle,
                "password": self.passphrase,
                "csrfmiddlewaretoken": self.session.cookies["csrftoken"],
            },
            headers={"Referer": page},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if answer.is_redirect:
            return True
        self.sign_up()
        return False

    def sign_up(self) -> None:
        """Make an account with the form that everybody uses; it leaves us signed in."""
        page = f"{self.url}/accounts/signup/"
        self.session.get(page, timeout=TIMEOUT)
        answer = self.session.post(
            page,
            data={
                "email": f"{self.handle}@example.org",
                "username": self.handle,
                "handle": self.handle,
                "display_name": self.handle.capitalize(),
                "birth_date": "1990-05-17",
                "country": "DE",
                "password1": self.passphrase,
                "password2": self.passphrase,
                "csrfmiddlewaretoken": self.session.cookies["csrftoken"],
            },
            headers={"Referer": page},
            timeout=TIMEOUT,
        )
        if not answer.ok or "sessionid" not in self.session.cookies:
            raise DemoError(
                f"@{self.handle} could not sign up: the form answered {answer.status_code}. If somebody here has that "
                "handle already, give the demo a home of its own: COUNTENANCE_HOME=some/folder make demo"
            )

    def call(self, method: str, path: str, **sent: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Return what the API answers."""
        headers = {"X-CSRFToken": self.session.cookies.get("csrftoken", ""), "Referer": self.url}
        return self.session.request(method, f"{self.url}/api/v1/{path}", headers=headers, timeout=TIMEOUT, **sent)

    def ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401 - requests' own
        """Return the JSON of an answer that had to be a yes."""
        answer = self.call(method, path, **sent)
        if not answer.ok:
            raise DemoError(f"{method} {path} answered {answer.status_code}: {complaint(answer)}")
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def upload(self, path: str, recording: Path) -> dict[str, Any]:
        """Send a recording."""
        with recording.open("rb") as file:
            return self.ask("PUT", path, files={"recording": (recording.name, file, "video/mp4")})

    def follow(self, path: str, *, until: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """Look again and again until something has happened; raise when it takes too long."""
        deadline = time.monotonic() + seconds
        while not until(found := self.ask("GET", path)):
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{path} is still {found.get('state')} ({found.get('stage', '-')}) after {seconds:.0f} s."
                )
            time.sleep(EVERY)
        return found


def complaint(answer: requests.Response) -> str:
    """Return the sentence of a refusal."""
    try:
        error = answer.json()["error"]
        return f"{error['message']} {error.get('advice', '')}".strip()
    except (ValueError, KeyError, TypeError):
        return "no reason was given."
