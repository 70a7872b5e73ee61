"""What is open stays in the ml process: no other opens it, nothing carries it out, no trace of an error shows it."""

import copy
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from celery import current_app
from django.conf import settings
from django.test import RequestFactory
from django.views.debug import ExceptionReporter
from kombu.exceptions import EncodeError
from kombu.serialization import dumps

from config.crew import Crew
from consent.cameos import gallery, identity, judgement, likeness, seclusion, witness
from consent.cameos.gallery import the_gallery
from consent.errors import TemplateError
from consent.models import Cameo, Person, Template
from consent.permit import Likeness
from tests import cast
from tests.consent import stories
from tests.consent.booth import Booth

pytestmark = pytest.mark.django_db

DIGEST = "0" * 64
FACE = np.random.default_rng(11).normal(0, 0.1, 128).astype(np.float32)
NUMBERS = [repr(float(value))[:8].lstrip("-") for value in FACE if abs(value) > 0.05]
NUMBERS += ["array([", "NUMPY", "PK\\x03"]  # and as packed arrays begin


def taken() -> likeness.Taken:
    """Somebody's likeness in the open."""
    portrait = np.random.default_rng(12).integers(0, 255, (64, 64, 3), np.uint8)
    return likeness.Taken(FACE, portrait, stories.MESH, DIGEST, DIGEST)


def kept(owner: str = "sten") -> Cameo:
    """A cameo of that likeness."""
    stories.enrol(owner, Cameo.Audience.ONLY_ME)
    cameo = Cameo.objects.get(owner__handle=owner)
    likeness.keep(taken(), cameo=cameo)
    return cameo


def track() -> witness.Track:
    """A face that the witness follows."""
    return witness.Track(box=(0, 0, 9, 9), size=90.0, times=[0.0], vectors=[FACE])


def tap() -> witness.WitnessTap:
    """A witness that has seen it."""
    seen = witness.WitnessTap()
    seen.tracks.append(track())
    return seen


OPEN: dict[str, Callable[[], object]] = {
    "taken": taken,
    "likeness": lambda: Likeness(cameo=1, handle="sten", portrait=taken().portrait, landmarks=stories.MESH, voice=None),
    "gallery": lambda: the_gallery,
    "track": track,
    "tap": tap,
    "outcome": lambda: judgement.Outcome("live", taken=taken()),
}


@pytest.mark.parametrize("what", OPEN)
def test_an_open_face_is_never_pickled_copied_whole_or_printed(what: str) -> None:
    one = OPEN[what]()
    for carry in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            carry(one)
    assert not shown(repr(one) + str(one))


@pytest.mark.parametrize("what", [*OPEN, "vector"])
def test_an_open_face_is_no_argument_and_no_result_of_a_task(what: str) -> None:
    one = OPEN[what]() if what in OPEN else FACE
    with pytest.raises((TypeError, EncodeError)):
        current_app.send_task("consent.tasks.judge", [one], queue="ml", retry=False)
    with pytest.raises((TypeError, EncodeError)):
        dumps(one, "json")
    assert list(current_app.conf.accept_content) == ["json"], "no worker takes a pickle"
    assert current_app.conf.task_serializer == "json"


def test_one_worker_of_one_process_takes_what_needs_a_face(tmp_path: Path) -> None:
    ml = Crew(home=tmp_path, port=1).commands()["ml"]
    assert ml[ml.index("-Q") + 1] == "ml"
    assert ml[ml.index("-c") + 1] == "1"
    for task in ("judge", "forget"):
        assert settings.CELERY_TASK_ROUTES[f"consent.tasks.{task}"] == {"queue": "ml"}


def shown(text: str) -> list[str]:
    """Which of the face's numbers are in a text."""
    return [number for number in NUMBERS if number in text]


def told(surprise: BaseException) -> str:
    """An error as the most talkative reports tell it: Django's page and mail, and a traceback with all values."""
    report = ExceptionReporter(RequestFactory().get("/"), type(surprise), surprise, surprise.__traceback__)
    trace = traceback.TracebackException.from_exception(surprise, capture_locals=True)
    return report.get_traceback_html() + report.get_traceback_text() + "".join(trace.format())


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("in the middle of it")


STUMBLES: dict[str, tuple[tuple[object, str], Callable[[], object]]] = {
    "keeping": ((Template.objects, "create"), lambda: likeness.keep(taken(), cameo=Cameo.objects.get())),
    "opening": ((np.lib.npyio.NpzFile, "items"), lambda: likeness.open(Cameo.objects.get().pk)),
    "gallery": ((gallery, "line"), lambda: the_gallery.search(FACE)),
    "identity": ((gallery, "stands"), lambda: identity.doubts(cast.ada(), taken())),
    "witness": ((gallery, "stands"), lambda: witness.sightings(tap(), besides=())),
}


@pytest.mark.parametrize("where", STUMBLES)
def test_no_report_of_an_error_shows_a_face(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    the_gallery.refresh()
    (owner, name), work = STUMBLES[where]
    monkeypatch.setattr(owner, name, broken)
    with pytest.raises(RuntimeError, match="in the middle of it") as surprise:
        work()
    report = told(surprise.value)
    assert "in the middle of it" in report
    assert not shown(report)


def report_of(work: Callable[[], object]) -> str:
    """What is reported of the error that comes of this."""
    try:
        work()
    except RuntimeError as surprise:
        return told(surprise)
    raise AssertionError("no error came of it")


def test_reports_would_show_it_otherwise() -> None:
    def careless(vector: object) -> None:
        raise RuntimeError("in the middle of it")

    careful = seclusion.discreet(careless)
    assert shown(report_of(lambda: careless(FACE)))
    assert not shown(report_of(lambda: careful(FACE)))


def test_a_hit_counts_only_while_postgresql_still_holds_that_very_template(monkeypatch: pytest.MonkeyPatch) -> None:
    cameo = kept()
    the_gallery.refresh()
    monkeypatch.setattr(gallery.Gallery, "refresh", lambda _self: None)
    assert [finding.check for finding in identity.doubts(cast.ada(), taken())] == ["conflict"]
    assert len(witness.sightings(tap(), besides=())) == 1
    likeness.keep(taken(), cameo=cameo)  # enrolled anew since: the row that was opened is gone
    assert the_gallery.search(FACE), "the gallery still thinks so"
    assert identity.doubts(cast.ada(), taken()) == ()
    assert witness.sightings(tap(), besides=()) == []


@pytest.mark.parametrize("state", ["withdrawn", "pending"])
def test_a_cameo_that_is_withdrawn_since_is_no_hit(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cameo = kept()
    the_gallery.refresh()
    monkeypatch.setattr(gallery.Gallery, "refresh", lambda _self: None)
    Cameo.objects.filter(pk=cameo.pk).update(state=state)
    assert identity.doubts(cast.ada(), taken()) == ()
    assert witness.sightings(tap(), besides=()) == []


def test_below_the_line_nobody_waits_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    the_gallery.refresh()
    monkeypatch.setattr(gallery, "LEAST", 1.01)
    (hit,) = the_gallery.search(FACE / np.linalg.norm(FACE) ** 2)  # as like as can be, and yet below
    assert not hit.is_strong
    near = likeness.Taken(FACE / np.linalg.norm(FACE) ** 2, taken().portrait, stories.MESH, DIGEST, DIGEST)
    assert identity.doubts(cast.ada(), near) == ()


def test_the_database_takes_no_voice() -> None:
    """No voice can be enrolled, so no stock voice of any engine can: there is no way in, and no row for one."""
    cameo = kept()
    with pytest.raises(Exception, match="consent_template_modality_known"):
        Template.objects.create(cameo=cameo, modality="voice", ciphertext=b"-", key_name="-", model_sha256=DIGEST)


def test_a_template_is_opened_in_no_process_but_the_ml_workers(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    cameo = booth.enrolled(cast.sten())
    for role in ("web", "light", "", "ML"):
        monkeypatch.setenv("COUNTENANCE_ROLE", role)
        with pytest.raises(TemplateError, match="ml process"):
            likeness.open(cameo.pk)
        with pytest.raises(TemplateError, match="ml process"):
            likeness.keep(taken(), cameo=cameo)
    monkeypatch.setenv("COUNTENANCE_ROLE", "ml")
    assert likeness.open(cameo.pk).handle == "sten"


def test_whoever_opens_templates_leaves_no_core_dump() -> None:
    script = (
        "import ctypes, resource; from consent.cameos import seclusion; seclusion.enter(); "
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=settings.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip().startswith("(0, 0)")
    assert sys.platform != "linux" or told.stdout.strip() == "(0, 0) 0"


def test_nothing_of_a_face_reaches_the_log_when_judging_stumbles(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_person: Person, taken: likeness.Taken) -> tuple[()]:
        raise RuntimeError(f"in the middle of it: {taken.vector.tolist()}")

    monkeypatch.setattr(identity, "doubts", stumble)
    capture = booth.sent(cast.sten())
    assert judgement.judge(capture.pk) == "unsure"
    assert "RuntimeError" in caplog.text
    assert "in the middle of it" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)
