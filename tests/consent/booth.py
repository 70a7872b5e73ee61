"""Where people enrol in tests; the engines' look at the honest film is taken once for all."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from django.test import Client, TestCase

from consent.cameos import enrolment, judgement
from consent.cameos.enrolment import Declined
from consent.models import Cameo, Capture, Person
from tests.consent import films

BROWSER = enrolment.browser_of("a session")


@dataclass
class Booth:
    """Opens captures, sends the film, has it judged."""

    film: Path

    def begun(self, person: Person) -> Capture | Declined:
        return enrolment.begin(person, browser=BROWSER)

    def page(self, person: Person) -> str:
        client = Client()
        client.force_login(person)
        return client.get("/enrol").content.decode()

    def opened(self, person: Person, *, digits: str = films.DIGITS) -> Capture:
        capture = self.begun(person)
        assert isinstance(capture, Capture), capture
        capture.challenge = {"poses": list(films.POSES), "digits": digits, "max_seconds": 20}
        capture.save()
        return capture

    def sent(self, person: Person, *, digits: str = films.DIGITS, extra: bytes = b"") -> Capture:
        capture = self.opened(person, digits=digits)
        assert enrolment.receive(capture, chunks=[self.film.read_bytes(), extra], browser=BROWSER) is None
        return capture

    def enrolled(self, person: Person, *, extra: bytes = b"") -> Cameo:
        capture = self.sent(person, extra=extra)
        assert judgement.judge(capture.pk) == "live", reasons(capture)
        return Cameo.objects.get(owner=person)


def reasons(capture: Capture) -> list[str]:
    """What the person is told."""
    capture.refresh_from_db()
    return list(capture.reasons)


def commits() -> AbstractContextManager[object]:
    """Run what was put off until the commit, as a request or task outside a test would."""
    return TestCase.captureOnCommitCallbacks(execute=True)
