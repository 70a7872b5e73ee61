"""What a person sees; everything works without JavaScript."""

import pytest
from django.test import Client
from pytest_django import Settings

from consent.grants import switch
from consent.models import Person
from generation.models import Availability, Clip, Job
from generation.pipeline import run
from generation.pipeline.survey import is_old, survey
from tests import cast
from tests.generation.conftest import Answer
from tests.generation.test_api import client

pytestmark = pytest.mark.django_db
FORM = {"prompt": "a red ball", "size": "640x360", "seconds": "1", "style": "realistic", "model": "world"}


@pytest.fixture
def felix() -> Client:
    """Return Felix's browser."""
    return client(cast.felix())


def words(answer: Answer) -> str:
    """Return a page's text."""
    return answer.content.decode()


def test_the_studio_takes_a_request_and_leads_to_its_job(felix: Client, engines: object) -> None:
    answer = felix.post("/studio", FORM)
    job = Job.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/jobs/{job.public_id}"
    page = words(felix.get(answer["Location"]))
    assert "waiting for its turn" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<meta http-equiv="refresh"' in page


def test_the_studio_says_in_place_what_is_wrong(felix: Client) -> None:
    page = words(felix.post("/studio", {**FORM, "prompt": "@olivia waves"}))
    assert "Nobody here is called @olivia" in page
    assert not Job.objects.exists()


def test_the_eleventh_request_is_answered_with_a_sentence(felix: Client) -> None:
    for _ in range(10):
        felix.post("/studio", FORM)
    answer = felix.post("/studio", FORM)
    assert answer.status_code == 429
    assert "let one finish" in words(answer)


def test_chips_say_who_has_agreed_while_one_writes(felix: Client, wave: Job) -> None:
    page = words(felix.post("/studio/people", {"prompt": "@olive and @nobody_ wave"}))
    assert "@olive" in page
    assert "you may" in page
    assert "nobody here is called that" in page
    page = words(client(cast.sten()).post("/studio/people", {"prompt": "@olive waves"}))
    assert "you may<" not in page


def test_a_model_that_cannot_run_says_why(felix: Client, settings: Settings) -> None:
    settings.VIDEO_ENGINES = {"world": "tests.doubles.engine.BarEngine", "lost": "generation.backends.lost.Engine"}
    assert is_old()
    survey()
    assert not is_old()
    assert Availability.objects.get(engine="world").missing == ""
    page = words(felix.get("/studio"))
    assert "The model lost is not available" in page
    assert "The model world is not available" not in page


def test_a_refused_job_shows_sentence_and_path(wave: Job, felix: Client, olive: Person) -> None:
    switch.pause(olive)
    run.make(wave.pk)
    wave.refresh_from_db()
    assert wave.refusal is not None
    page = words(felix.get(f"/jobs/{wave.public_id}"))
    assert "How this was decided" in page
    assert 'data-state="refused"' in page
    assert "every 1s" not in page


def test_htmx_gets_only_the_middle_of_the_page(ball: Job, felix: Client) -> None:
    page = words(felix.get(f"/jobs/{ball.public_id}", headers={"HX-Request": "true"}))
    assert page.lstrip().startswith('<div id="progress"')


def test_a_released_video_has_its_line_of_truth(wave: Job, felix: Client) -> None:
    run.make(wave.pk)
    clip = Clip.objects.get()
    assert f"/videos/{clip.public_id}" in words(felix.get(f"/jobs/{wave.public_id}"))
    page = words(felix.get(f"/videos/{clip.public_id}"))
    assert "Made with AI by @felix · @olive agreed · sealed, being logged" in page
    assert "<video" in page
    assert clip.manifest.file_sha256 in page
    assert "Not evaluated" not in page
    Clip.objects.update(not_evaluated=["scene content", "apparent age"])
    page = words(felix.get(f"/videos/{clip.public_id}"))
    assert page.count("Not evaluated") == 2
    assert "scene content" in page


def test_a_video_taken_back_is_a_calm_410_to_those_concerned(wave: Job, felix: Client, olive: Person) -> None:
    run.make(wave.pk)
    path = f"/videos/{Clip.objects.get().public_id}"
    switch.pause(olive)
    for browser in (felix, client(olive)):
        answer = browser.get(path)
        assert answer.status_code == 410
        assert "not shown any more" in words(answer)
        assert "<video" not in words(answer)
    assert client(cast.sten()).get(path).status_code == 404


def test_the_library_shows_what_one_made_and_is_in_and_what_was_withdrawn(
    wave: Job, ball: Job, felix: Client, olive: Person
) -> None:
    assert "red ball" in words(felix.get("/library"))
    run.make(wave.pk)
    run.make(ball.pk)
    page = words(client(olive).get("/library"))
    assert "@olive waves on a beach" in page
    assert "red ball" not in page
    switch.pause(olive)
    page = words(felix.get("/library"))
    assert 'data-state="withdrawn"' in page
    assert 'data-state="released"' in page
    assert "No videos yet" in words(client(cast.sten()).get("/library"))


def test_a_maker_deletes_on_the_page(wave: Job, felix: Client, olive: Person) -> None:
    run.make(wave.pk)
    path = f"/videos/{Clip.objects.get().public_id}"
    assert client(olive).post(f"{path}/delete").status_code == 404
    assert felix.post(f"{path}/delete")["Location"] == "/library"
    assert "Its maker deleted it" in words(felix.get(path))


@pytest.mark.parametrize("path", ["/studio", "/library", "/jobs/x", "/videos/x"])
def test_a_visitor_is_asked_to_sign_in(path: str) -> None:
    assert Client().get(path).status_code == 302


def test_a_job_is_cancelled_on_its_page(ball: Job, felix: Client) -> None:
    felix.post(f"/jobs/{ball.public_id}/cancel")
    assert "You cancelled this" in words(felix.get(f"/jobs/{ball.public_id}"))
    assert client(cast.sten()).post(f"/jobs/{ball.public_id}/cancel").status_code == 404
