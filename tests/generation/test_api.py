"""What a program sees: jobs, clips, bytes; and what it sees of what does not concern it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from consent.grants import switch
from consent.models import Person
from generation.models import Clip, Job
from generation.pipeline import run
from tests import cast
from tests.generation.conftest import Answer

pytestmark = pytest.mark.django_db
BALL = {"prompt": "a red ball rolls over a green meadow", "seconds": 1, "seed": 7}


def client(person: Person) -> Client:
    """Return a browser in which this person is signed in."""
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def ask(browser: Client, *, key: str = "", **changes: object) -> Answer:
    """Ask for a video."""
    headers = {"Idempotency-Key": key} if key else {}
    return browser.post("/api/v1/jobs", {**BALL, **changes}, content_type="application/json", headers=headers)


@pytest.fixture
def clip(wave: Job) -> Clip:
    """Return the released clip in which Felix casts Olive."""
    run.make(wave.pk)
    return Clip.objects.get()


def body(answer: Answer) -> bytes:
    """Return an answer's bytes, streamed or not."""
    return b"".join(answer)


def test_a_job_is_made_watched_and_gives_a_clip(engines: object) -> None:
    felix = client(cast.felix())
    answer = ask(felix)
    assert answer.status_code == 201
    job = answer.json()
    assert (job["state"], job["clip"], job["refusal"], job["finished_at"]) == ("queued", None, None, None)
    run.make(Job.objects.get().pk)
    job = felix.get(f"/api/v1/jobs/{job['id']}").json()
    assert (job["state"], job["progress"]) == ("done", 1.0)
    clip = felix.get(f"/api/v1/clips/{job['clip']}").json()
    assert (clip["id"], clip["job"], clip["maker"], clip["visibility"]) == (job["clip"], job["id"], "felix", "private")


def test_the_same_key_sent_twice_gives_one_job(engines: object) -> None:
    felix = client(cast.felix())
    assert ask(felix, key="k").json()["id"] == ask(felix, key="k").json()["id"]
    assert Job.objects.count() == 1
    answer = ask(felix, key="k", prompt="something else")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "repeated")


def test_the_eleventh_waiting_job_is_429_with_a_sentence(engines: object) -> None:
    felix = client(cast.felix())
    for _ in range(10):
        assert ask(felix).status_code == 201
    answer = ask(felix)
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert "let one finish" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "wrong",
    [{"size": "1x1"}, {"seconds": 0}, {"seconds": "many"}, {"model": "dream"}, {"prompt": ""}, {"prompt": "@nobody_"}],
)
def test_a_request_that_cannot_be_made_is_one_clear_sentence(engines: object, wrong: dict[str, Any]) -> None:
    answer = ask(client(cast.felix()), **wrong)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "advice"}
    assert error["message"]


def test_nobody_asks_for_anything_without_signing_in(engines: object) -> None:
    assert ask(Client()).status_code in {401, 403}
    assert not Job.objects.exists()


def test_a_refusal_comes_with_its_source_sentence_and_path(engines: object, olive: Person) -> None:
    sten = client(cast.sten())
    job = ask(sten, prompt="@olive waves").json()
    run.make(Job.objects.get().pk)
    refusal = sten.get(f"/api/v1/jobs/{job['id']}").json()["refusal"]
    assert refusal["source"] == "consent"
    assert refusal["sentence"].endswith(".")
    assert refusal["path"]


def test_a_job_of_somebody_else_does_not_exist(ball: Job) -> None:
    sten = client(cast.sten())
    assert sten.get(f"/api/v1/jobs/{ball.public_id}").status_code == 404
    assert sten.post(f"/api/v1/jobs/{ball.public_id}/cancel").status_code == 404


def test_a_job_can_be_cancelled(ball: Job) -> None:
    answer = client(cast.felix()).post(f"/api/v1/jobs/{ball.public_id}/cancel")
    assert answer.json()["state"] == "cancelled"


def test_maker_and_depicted_get_the_sealed_bytes_and_nobody_else_learns_of_them(clip: Clip, settings: Settings) -> None:
    sealed = (Path(settings.MEDIA_HOME) / clip.path).read_bytes()
    for person in (cast.felix(), cast.olive()):
        answer = client(person).get(f"/api/v1/clips/{clip.public_id}/content")
        assert (answer.status_code, body(answer)) == (200, sealed)
        assert answer["Content-Type"] == "video/mp4"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("inline")
    sten = client(cast.sten())
    for path in (f"/api/v1/clips/{clip.public_id}", f"/api/v1/clips/{clip.public_id}/content"):
        theirs, unknown = sten.get(path), sten.get(path.replace(clip.public_id, "x" * 16))
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.content == unknown.content


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=100-199", 100, 200),
        ("bytes=-50", -50, None),
        ("bytes=0-0", 0, 1),
    ],
)
def test_a_player_gets_the_range_it_asks_for(
    clip: Clip, settings: Settings, asked: str, start: int, end: int | None
) -> None:
    sealed = (Path(settings.MEDIA_HOME) / clip.path).read_bytes()
    answer = client(cast.felix()).get(f"/api/v1/clips/{clip.public_id}/content", headers={"Range": asked})
    assert answer.status_code == 206
    assert body(answer) == sealed[start:end]
    assert answer["Content-Range"].endswith(f"/{len(sealed)}")
    assert answer["Accept-Ranges"] == "bytes"


def test_a_range_beyond_the_end_is_416(clip: Clip) -> None:
    answer = client(cast.felix()).get(f"/api/v1/clips/{clip.public_id}/content", headers={"Range": "bytes=999999999-"})
    assert answer.status_code == 416


def test_a_download_is_the_same_bytes_as_a_file(clip: Clip, settings: Settings) -> None:
    answer = client(cast.felix()).get(f"/api/v1/clips/{clip.public_id}/content?download")
    assert answer["Content-Disposition"].startswith("attachment")
    assert body(answer) == (Path(settings.MEDIA_HOME) / clip.path).read_bytes()


def test_after_revoking_the_bytes_are_410_for_those_concerned_and_404_for_others(clip: Clip, olive: Person) -> None:
    switch.pause(olive)
    path = f"/api/v1/clips/{clip.public_id}/content"
    assert client(cast.felix()).get(path).status_code == 410
    assert client(olive).get(path).status_code == 410
    assert client(cast.sten()).get(path).status_code == 404


def test_a_maker_deletes_and_the_bytes_are_gone(
    clip: Clip, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    path = f"/api/v1/clips/{clip.public_id}"
    assert client(cast.olive()).delete(path).status_code == 404
    felix = client(cast.felix())
    with django_capture_on_commit_callbacks(execute=True):
        assert felix.delete(path).status_code == 204
    assert felix.get(path).status_code == 410
    assert not (Path(settings.MEDIA_HOME) / clip.path).exists()
    clip.manifest.refresh_from_db()
    assert clip.manifest.withdrawn_entry is not None
    assert felix.delete(path).status_code == 204


def test_a_video_whose_bytes_were_lost_is_not_found(clip: Clip, settings: Settings) -> None:
    (Path(settings.MEDIA_HOME) / clip.path).unlink()
    answer = client(cast.felix()).get(f"/api/v1/clips/{clip.public_id}/content")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
