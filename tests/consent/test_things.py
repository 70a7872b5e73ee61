from pathlib import Path

import numpy as np
import pytest

from consent.cameos import enrolment, judgement, things, vault
from consent.cameos.models import Thing
from consent.errors import TemplateError
from consent.models import Capture, Person, Receipt
from tests import cast
from tests.consent import films
from tests.consent.booth import BROWSER, commits, reasons
from tests.consent.films import Pixels
from tests.consent.test_enrolment import declined
from tests.consent.test_pages import signed_in

pytestmark = pytest.mark.django_db


def ball() -> Pixels:
    """A red ball on a chequered floor: nobody's face."""
    ys, xs = np.mgrid[0:360, 0:480]
    floor = np.where((xs // 40 + ys // 40) % 2 == 0, 170, 110)[:, :, None].repeat(3, axis=2)
    near = np.hypot(xs - 240, ys - 190) / 110
    shade = np.clip(1.1 - 0.6 * np.hypot((xs - 205) / 150, (ys - 150) / 150), 0.2, 1)[:, :, None]
    return np.where(near[:, :, None] < 1, np.array([200, 40, 45]) * shade, floor).astype(np.uint8)


def clip(folder: Path, shown: Pixels, *, says: str = "") -> Path:
    return films.silent_film(folder / "thing.mp4", films.still(shown, seconds=4), seconds=4, says=says)


def sent(owner: Person, path: Path, *, name: str = "Ball") -> Capture:
    capture = enrolment.begin_thing(owner, browser=BROWSER, kind=Thing.Kind.OBJECT, name=name)
    assert isinstance(capture, Capture), capture
    assert enrolment.receive(capture, chunks=[path.read_bytes()], browser=BROWSER) is None
    return capture


def test_a_thing_is_enrolled_without_a_challenge_and_sealed_under_its_own_key(tmp_path: Path) -> None:
    sten = cast.sten()
    capture = sent(sten, clip(tmp_path, ball()))
    assert judgement.judge(capture.pk) == "live", reasons(capture)
    thing = Thing.objects.get()
    assert (thing.owner, thing.kind, thing.name) == (sten, "object", "Ball")
    assert vault.names() == [thing.public_id]
    shown = things.opened(thing)
    assert shown.shape == (512, 512, 3)
    assert shown[250:280, 250:270, 0].mean() > 2 * shown[250:280, 250:270, 1].mean(), "it is the ball"
    assert b"PNG" not in bytes(thing.ciphertext)[:64]
    assert Receipt.objects.filter(person=sten, kind="thing.enrolled").count() == 1
    assert not hasattr(sten, "cameo"), "it makes nobody's likeness"


def test_a_human_face_is_refused_on_the_lighter_path(tmp_path: Path) -> None:
    capture = sent(cast.sten(), clip(tmp_path, films.astronaut()))
    assert judgement.judge(capture.pk) == "spoof"
    assert "human face" in reasons(capture)[0]
    assert not Thing.objects.exists()


def test_a_human_voice_is_refused_on_the_lighter_path(tmp_path: Path) -> None:
    capture = sent(cast.sten(), clip(tmp_path, ball(), says="482913"))
    assert judgement.judge(capture.pk) == "spoof"
    assert "human voice" in reasons(capture)[0]
    assert not Thing.objects.exists()


def test_withdrawing_a_thing_destroys_its_key(tmp_path: Path) -> None:
    judgement.judge(sent(cast.sten(), clip(tmp_path, ball())).pk)
    thing = Thing.objects.get()
    client = signed_in(cast.sten())
    assert client.get("/api/v1/things").json()["things"][0]["name"] == "Ball"
    assert signed_in(cast.ada()).delete(f"/api/v1/things/{thing.public_id}").status_code == 404
    with commits():
        assert client.delete(f"/api/v1/things/{thing.public_id}").status_code == 204
    assert vault.names() == []
    with pytest.raises(TemplateError):
        things.opened(thing)


def test_a_thing_needs_a_kind_and_a_name_of_its_own(tmp_path: Path) -> None:
    client = signed_in(cast.sten())
    assert client.post("/api/v1/captures", {"path": "thing"}).status_code == 400
    assert client.post("/api/v1/captures", {"path": "thing", "kind": "person", "name": "Me"}).status_code == 400
    opened = client.post("/api/v1/captures", {"path": "thing", "kind": "animal", "name": "Rex"})
    assert (opened.status_code, opened.json()["challenge"]["poses"]) == (201, [])
    judgement.judge(sent(cast.sten(), clip(tmp_path, ball()), name="Ball").pk)
    again = enrolment.begin_thing(cast.sten(), browser=BROWSER, kind=Thing.Kind.OBJECT, name="Ball")
    assert declined(again) == "name_taken"
