"""A stranger's portrait at every address where a video could be asked for: no engine is ever called for it.

Doors that other services have and this one has not are listed: each answers that it is not there.
"""

import base64
import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image
from pytest_django import Settings
from rest_framework.parsers import MultiPartParser

from generation.models import Job, Reference
from generation.pipeline import run
from generation.pipeline.survey import survey
from generation.studio import looking
from tests import cast
from tests.consent import films
from tests.consent.test_pages import signed_in
from tests.doubles.engine import BarEngine

pytestmark = pytest.mark.django_db
WISH = {"prompt": "she waves at us", "seconds": 1}
NOT_THERE = (  # what other video services offer for a picture, a clip or a character
    "videos", "videos/edits", "videos/extensions", "videos/characters", "videos/{clip}/remix", "videos/{clip}/edit",
    "videos/{clip}/extend", "clips", "clips/{clip}/remix", "clips/{clip}/edit", "clips/{clip}/extend",
    "clips/{clip}/extension", "characters", "cameo/portrait", "jobs/{job}/remix", "jobs/{job}/edit",
    "jobs/{job}/extend", "jobs/{job}/references", "images", "files", "uploads", "remixes", "edits", "extensions",
)  # fmt: skip
NAMES = ("file", "image", "video", "audio", "input_reference", "image_url", "reference", "characters", "remix_of")
TAKE_FILES = {  # every address of the API that reads a file, and what becomes of it
    "captures/<str:capture_id>/recording": "enrolment judges it",
    "protected": "a person looks at the proof",
    "references": "witness and screening, before any draft names it",
    "verify": "read, told, and not kept",
}


def portrait() -> bytes:
    file = io.BytesIO()
    Image.fromarray(films.hopper()).save(file, "JPEG")
    return file.getvalue()


def sent() -> SimpleUploadedFile:
    return SimpleUploadedFile("her.jpg", portrait(), "image/jpeg")


@pytest.fixture
def engine(settings: Settings) -> Iterator[type[BarEngine]]:
    """The one engine there is, which would draw from a picture and keeps count."""
    settings.JOB_RENEW_SECONDS = 3600
    settings.VIDEO_ENGINES = {"world": "tests.doubles.engine.BarEngine"}
    BarEngine.orders.clear()
    survey()
    yield BarEngine
    BarEngine.orders.clear()


@pytest.fixture
def sten(engine: type[BarEngine]) -> Client:
    return signed_in(cast.sten())


def work() -> None:
    """Do all that the workers would."""
    for one in Reference.objects.all():
        looking.judge(one.pk)
    for job in Job.objects.all():
        run.make(job.pk)


@pytest.mark.parametrize("name", NAMES)
def test_a_portrait_within_a_request_for_a_video_is_refused_by_whatever_name(
    sten: Client, engine: type[BarEngine], name: str
) -> None:
    as_file = sten.post("/api/v1/jobs", {**WISH, name: sent()})
    as_text = sten.post("/api/v1/jobs", {**WISH, name: base64.b64encode(portrait()).decode()}, "application/json")
    as_link = sten.post("/api/v1/jobs", {**WISH, name: {"url": "https://example.org/her.jpg"}}, "application/json")
    assert {answer.status_code for answer in (as_file, as_text, as_link)} == {400}
    work()
    assert engine.orders == []
    assert not Job.objects.exists()


def test_a_portrait_in_the_field_for_ids_is_no_id(sten: Client, engine: type[BarEngine]) -> None:
    assert sten.post("/api/v1/jobs", {**WISH, "references": sent()}).status_code == 400
    assert sten.post("/api/v1/jobs", {**WISH, "references": ["https://x/y"]}, "application/json").status_code == 400
    assert engine.orders == []


def test_a_portrait_sent_to_the_studio_makes_nothing(sten: Client, engine: type[BarEngine]) -> None:
    form = {**WISH, "size": "640x360", "style": "realistic", "model": "world", "file": sent()}
    assert sten.post("/studio", form).status_code == 400
    work()
    assert engine.orders == []


def test_a_portrait_sent_where_references_are_taken_is_refused_and_draws_nothing(
    sten: Client, engine: type[BarEngine]
) -> None:
    told = sten.post("/api/v1/references", {"file": sent()}).json()
    sten.post("/studio/references/send", {"file": sent()})
    work()
    assert {one.state for one in Reference.objects.all()} == {"refused"}
    refusal = sten.get(f"/api/v1/references/{told['id']}").json()["refusal"]
    assert refusal["code"] == "unconsented_person_in_reference"
    named = sten.post("/api/v1/jobs", {**WISH, "references": [told["id"]]}, "application/json")
    assert named.status_code == 400
    work()
    assert engine.orders == []
    assert not Job.objects.exists()


@pytest.mark.parametrize("door", NOT_THERE)
def test_a_door_that_does_not_exist_says_so(sten: Client, engine: type[BarEngine], door: str) -> None:
    address = f"/api/v1/{door.format(clip='abc', job='abc')}"
    for answer in (sten.post(address, {"file": sent(), "prompt": "x"}), sten.post(address, WISH, "application/json")):
        assert answer.status_code in {404, 405}, address
    assert engine.orders == []


def api(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        here = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from api(one, here)
        elif here.startswith("api/v1/"):
            yield here.removeprefix("api/v1/"), one


def test_every_address_that_reads_files_is_known() -> None:
    found = {
        route
        for route, pattern in api(get_resolver())
        if getattr(getattr(pattern.callback, "cls", None), "parser_classes", None) == [MultiPartParser]
    }
    assert found <= set(TAKE_FILES)
    assert "references" in found
