"""A file that a video is made from: looked at first, bound to one draft, and nothing kept of a stranger's."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client, TestCase
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from consent.cameos.gallery import the_gallery
from consent.grants import grant
from consent.models import Person
from consent.permit import Use
from generation.errors import DraftError, HeavyError, NoFileError, NoTakerError, QuotaError, StrangerError
from generation.models import Availability, Draft, Job, Reference
from generation.pipeline import run
from generation.pipeline.submit import submit
from generation.pipeline.survey import survey
from generation.studio import looking, references
from generation.studio.compose import Wish, is_whole
from safety.review import decide
from safety.review.models import Case, Decision
from tests import cast
from tests.consent import films
from tests.consent.test_pages import signed_in
from tests.consent.test_witness import enrol
from tests.doubles.engine import BarEngine

pytestmark = pytest.mark.django_db
Pixels = films.Pixels


def rocket() -> Pixels:
    picture: Pixels = skimage.data.rocket()  # type: ignore[no-untyped-call]
    return picture


def jpeg(picture: Pixels, **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", **how)
    return file.getvalue()


def sent(picture: Pixels | bytes, *, by: str = "felix", kind: str = "image") -> Reference:
    body = picture if isinstance(picture, bytes) else jpeg(picture)
    return references.receive([body], kind=kind, maker=cast.person(by).pk)


def looked(picture: Pixels | bytes, *, by: str = "felix", kind: str = "image") -> Reference:
    one = sent(picture, by=by, kind=kind)
    with TestCase.captureOnCommitCallbacks(execute=True):
        looking.judge(one.pk)
    one.refresh_from_db()
    return one


def files() -> list[Path]:
    return list(references.home().iterdir())


@pytest.fixture(autouse=True)
def surveyed(engines: type[BarEngine]) -> Iterator[type[BarEngine]]:
    """The quick engines, of which the studio knows that they take pictures."""
    survey()
    the_gallery._known.clear()
    yield engines
    the_gallery._known.clear()


@pytest.fixture
def olive() -> Person:
    """Olive, whose face is the astronaut's, and who lets Felix use it."""
    enrol(cast.olive(), films.astronaut())
    grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE])
    return cast.olive()


def test_a_picture_without_people_becomes_part_of_a_draft_and_reaches_the_engine(surveyed: type[BarEngine]) -> None:
    one = looked(rocket())
    assert one.state == Reference.State.READY, one.refusal
    job = submit(Wish("steam rises from a cup", seconds=1, references=(one.public_id,)), maker=cast.felix().pk)
    run.make(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.refusal
    (order,) = surveyed.orders
    assert order.pictures[0].shape == (427, 640, 3)


def test_what_is_kept_is_our_own_copy_without_anything_else_the_file_held() -> None:
    hidden = Image.Exif()
    hidden[0x010E] = "a place and a name"
    one = looked(jpeg(rocket(), exif=hidden))
    (kept,) = files()
    assert kept.name == one.file
    body = kept.read_bytes()
    assert body.startswith(b"\x89PNG")
    assert b"a place and a name" not in body
    assert kept.stat().st_mode & 0o077 == 0


def test_a_strangers_portrait_is_refused_and_nothing_of_it_is_kept(surveyed: type[BarEngine]) -> None:
    one = looked(films.hopper())
    assert one.state == Reference.State.REFUSED
    assert one.refusal is not None
    assert one.refusal["code"] == "unconsented_person_in_reference"
    assert files() == []
    assert (one.file, one.digest, one.people, one.clearance) == ("", "", [], None)
    with pytest.raises(DraftError, match="Somebody is in this file"):
        submit(Wish("she waves", seconds=1, references=(one.public_id,)), maker=one.maker_id)
    assert surveyed.orders == []


def test_an_enrolled_person_who_did_not_agree_is_refused_with_the_same_words(olive: Person) -> None:
    hers, nobodys = looked(films.astronaut(), by="sten"), looked(films.hopper(), by="sten")
    assert hers.refusal == nobodys.refusal
    assert "olive" not in json.dumps(hers.refusal)


def cleared_by_a_person(one: Reference) -> Reference:
    decide.decide(one.case, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="Harmless.")
    with TestCase.captureOnCommitCallbacks(execute=True):
        looking.judge(one.pk)
    one.refresh_from_db()
    return one


def test_somebody_who_agreed_may_be_in_it_when_they_are_cast_and_a_person_has_looked(
    olive: Person, surveyed: type[BarEngine]
) -> None:
    held = looked(films.astronaut())
    assert held.state == Reference.State.HELD
    assert Case.objects.get(public_id=held.case).kind == "reference"
    one = cleared_by_a_person(held)
    assert one.state == Reference.State.READY
    assert one.people == [olive.pk]
    with pytest.raises(StrangerError):
        submit(Wish("somebody waves", seconds=1, references=(one.public_id,)), maker=one.maker_id)
    job = submit(Wish("@olive waves", seconds=1, references=(one.public_id,)), maker=one.maker_id)
    assert is_whole(job.draft)
    assert surveyed.orders == []


def test_consent_that_ended_while_a_person_looked_refuses_it(olive: Person) -> None:
    held = looked(films.astronaut())
    grant.revoke(olive, grant=olive.cameo.grants.get().public_id)
    assert cleared_by_a_person(held).state == Reference.State.REFUSED
    assert files() == []


def test_a_person_may_say_no_and_the_bytes_go(
    olive: Person, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    held = looked(films.astronaut())
    with django_capture_on_commit_callbacks(execute=True):
        decide.decide(held.case, by=cast.mo().pk, decision=Decision.Answer.REFUSE, reason="No.")
    assert files() == []
    held.refresh_from_db()
    assert (held.state, held.file) == (Reference.State.REFUSED, "")


def test_a_draft_without_a_file_keeps_the_digest_it_had() -> None:
    job = submit(Wish("a ball falls", seconds=1), maker=cast.felix().pk)
    assert is_whole(job.draft)


def test_other_bytes_than_those_judged_are_never_drawn_from(surveyed: type[BarEngine]) -> None:
    one = looked(rocket())
    job = submit(Wish("steam rises", seconds=1, references=(one.public_id,)), maker=one.maker_id)
    path = references.home() / one.file
    Image.fromarray(films.hopper()).save(path, "PNG")
    run.make(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.REFUSED
    assert surveyed.orders == []


def test_another_file_put_in_its_place_does_not_fit_the_draft() -> None:
    one, other = looked(rocket()), looked(np.ascontiguousarray(rocket()[:, ::-1]))
    job = submit(Wish("steam rises", seconds=1, references=(one.public_id,)), maker=one.maker_id)
    Reference.objects.filter(pk=one.pk).update(draft=None)
    Reference.objects.filter(pk=other.pk).update(draft=job.draft)
    assert not is_whole(Draft.objects.get(pk=job.draft_id))


def test_a_file_is_for_one_video_of_its_own_maker() -> None:
    one = looked(rocket())
    wish = Wish("steam rises", seconds=1, references=(one.public_id,))
    with pytest.raises(DraftError, match="no such file"):
        submit(wish, maker=cast.sten().pk)
    submit(wish, maker=one.maker_id)
    with pytest.raises(DraftError, match="used for another"):
        submit(wish, maker=one.maker_id)


def test_a_file_that_waits_or_that_the_model_cannot_use_is_refused() -> None:
    waiting = sent(rocket())
    with pytest.raises(DraftError, match="still being looked at"):
        submit(Wish("steam", seconds=1, references=(waiting.public_id,)), maker=waiting.maker_id)
    one = looked(rocket())
    Availability.objects.filter(engine="world").update(takes=[])
    with pytest.raises(DraftError, match="makes nothing from"):
        submit(Wish("steam", seconds=1, references=(one.public_id,)), maker=one.maker_id)


def test_where_no_model_takes_it_nothing_is_written() -> None:
    with pytest.raises(NoTakerError):
        sent(b"sound", kind="audio")
    Availability.objects.update(takes=[])
    with pytest.raises(NoTakerError):
        sent(rocket())
    assert files() == []
    assert not Reference.objects.exists()


def test_what_is_empty_or_too_large_or_too_much_is_refused_and_not_kept(settings: Settings) -> None:
    with pytest.raises(NoFileError):
        sent(b"")
    with pytest.raises(HeavyError):
        references.receive((bytes(2**20) for _ in range(30)), kind="image", maker=cast.felix().pk)
    settings.REFERENCES_MAX = 0
    with pytest.raises(QuotaError):
        sent(rocket())
    assert files() == []


def test_hostile_files_end_in_one_sentence_and_leave_nothing() -> None:
    for body in (b"GIF89a" + bytes(50), b"\x89PNG\r\n\x1a\n" + bytes(50), b"<svg/>"):
        one = looked(body)
        assert one.state == Reference.State.REFUSED
        assert one.refusal is not None
        assert one.refusal["sentence"].endswith(".")
    assert files() == []


def test_an_engine_that_fails_while_looking_is_a_no(settings: Settings) -> None:
    settings.WEIGHTS = settings.WEIGHTS | {"face_detection_yunet.onnx": None}
    one = looked(rocket())
    assert one.state == Reference.State.REFUSED
    assert one.refusal is not None
    assert one.refusal["code"] == "error"
    assert files() == []


def test_three_workers_that_died_over_it_are_enough() -> None:
    one = sent(rocket())
    Reference.objects.filter(pk=one.pk).update(attempts=3, leased_until=timezone.now() - timedelta(seconds=1))
    assert looking.judge(one.pk) == Reference.State.REFUSED


def test_what_nobody_uses_is_let_go_after_a_day() -> None:
    one, used = looked(rocket()), looked(rocket())
    submit(Wish("steam", seconds=1, references=(used.public_id,)), maker=used.maker_id)
    Reference.objects.update(judged_at=timezone.now() - timedelta(days=2))
    references.sweep()
    one.refresh_from_db()
    used.refresh_from_db()
    assert (one.state, used.state) == (Reference.State.GONE, Reference.State.READY)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"state": "refused", "refusal": {}}, "reference_kept_while"),
        ({"state": "refused", "file": "", "refusal": {}, "people": [1]}, "knows_nobody"),
        ({"state": "refused", "file": ""}, "says_why"),
        ({"state": "held"}, "held_by_a_case"),
        ({"clearance": None}, "ready_was_cleared"),
        ({"state": "well"}, "reference_(state|kept)"),
    ],
)
def test_the_table_takes_no_reference_that_makes_no_sense(change: dict[str, object], broken: str) -> None:
    one = looked(rocket())
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        Reference.objects.filter(pk=one.pk).update(**change)


# -- over HTTP


def upload(client: Client, picture: Pixels | bytes) -> dict[str, object]:
    body = picture if isinstance(picture, bytes) else jpeg(picture)
    answer = client.post("/api/v1/references", {"file": SimpleUploadedFile("me.jpg", body, "image/jpeg")})
    told: dict[str, object] = answer.json()
    assert answer.status_code == 202, told
    return told


def test_the_api_takes_a_file_says_how_it_stands_and_makes_a_video_of_it() -> None:
    client = signed_in(cast.felix())
    told = upload(client, rocket())
    assert told["state"] == "checking"
    looking.judge(Reference.objects.get(public_id=told["id"]).pk)
    assert client.get(f"/api/v1/references/{told['id']}").json()["state"] == "ready"
    assert client.get("/api/v1/references").json()["references"][0]["id"] == told["id"]
    body = {"prompt": "steam rises", "seconds": 1, "references": [told["id"]]}
    assert client.post("/api/v1/jobs", body, "application/json").status_code == 201


def test_the_api_shows_and_removes_ones_own_alone() -> None:
    told = upload(signed_in(cast.felix()), rocket())
    sten = signed_in(cast.sten())
    assert sten.get(f"/api/v1/references/{told['id']}").status_code == 404
    assert sten.delete(f"/api/v1/references/{told['id']}").status_code == 404
    assert signed_in(cast.felix()).delete(f"/api/v1/references/{told['id']}").status_code == 204
    assert Reference.objects.get().state == Reference.State.GONE


def test_the_studio_takes_a_picture_and_says_where_no_model_does() -> None:
    client = signed_in(cast.felix())
    assert "Send the picture" in client.get("/studio").content.decode()
    client.post("/studio/references/send", {"file": SimpleUploadedFile("me.jpg", jpeg(rocket()), "image/jpeg")})
    one = Reference.objects.get()
    looking.judge(one.pk)
    assert one.public_id in client.get("/studio").content.decode()
    form = {"prompt": "steam", "size": "640x360", "seconds": 1, "style": "realistic", "model": "world"}
    made = client.post("/studio", {**form, "reference": one.public_id})
    assert made.status_code == 302
    assert Job.objects.get().draft.reference.public_id == one.public_id
    Availability.objects.update(takes=[])
    page = client.get("/studio").content.decode()
    assert "makes anything from a picture" in page
    assert "Send the picture" not in page
    assert str(settings.REFERENCE_HOME) not in page


def test_the_studio_says_why_a_picture_was_refused() -> None:
    client = signed_in(cast.felix())
    looked(films.hopper())
    page = client.get("/studio/references").content.decode()
    assert "has not agreed" in page
    assert np.asarray(films.hopper()).size
