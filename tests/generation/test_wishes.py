"""What people in a video want of it, and asking those who said no."""

import pytest

from consent.cameos.models import Cameo
from consent.grants import preferences, requests
from consent.grants.grant import give
from consent.grants.requests import Yes
from consent.models import Person
from consent.models import Request as Asked
from consent.permit import Use
from generation.models import Clip, Job
from generation.pipeline import asking, run, tickets
from generation.pipeline.submit import submit
from generation.studio import compose
from generation.studio.compose import Wish
from tests import cast
from tests.consent.test_pages import signed_in
from tests.doubles.engine import BarEngine

pytestmark = pytest.mark.django_db
WAVE = Wish("@olive waves on a beach", seconds=1, seed=7)


def wish(owner: Person, text: str) -> None:
    rules = preferences.propose(owner, text=text)
    preferences.confirm(owner, rules=[rule.public_id for rule in rules])


def made(job: Job) -> Job:
    run.make(job.pk)
    job.refresh_from_db()
    return job


def code(job: Job) -> str:
    assert job.refusal is not None
    return str(job.refusal["code"])


@pytest.fixture
def felix(olive: Person) -> Person:
    found = cast.felix()
    give(olive, person=found, uses=[Use.GENERATE])
    return found


def test_a_wish_is_part_of_the_draft_its_digest_and_what_is_drawn(
    felix: Person, olive: Person, engines: type[BarEngine]
) -> None:
    wish(olive, "always wear a red hat")
    job = submit(WAVE, maker=felix.pk)
    assert job.draft.requires == ["@olive: wearing a red hat."]
    assert job.draft.prompt == WAVE.prompt
    assert made(job).state == Job.State.DONE
    assert engines.orders[-1].prompt == "@olive waves on a beach\n@olive: wearing a red hat."
    job.draft.requires = []
    assert not compose.is_whole(job.draft)


def test_a_wish_that_came_later_ends_the_job_before_anything_is_drawn(
    felix: Person, olive: Person, engines: type[BarEngine]
) -> None:
    job = submit(WAVE, maker=felix.pk)
    wish(olive, "always wear a red hat")
    assert code(made(job)) == "draft_changed"
    assert engines.orders == []
    assert made(submit(WAVE, maker=felix.pk)).state == Job.State.DONE


def test_somebody_who_may_not_use_a_likeness_is_told_no_wish(olive: Person, engines: type[BarEngine]) -> None:
    wish(olive, "always wear a red hat")
    assert submit(WAVE, maker=cast.sten().pk).draft.requires == []


def test_a_word_that_was_ruled_out_ends_the_job_with_the_clause(
    felix: Person, olive: Person, engines: type[BarEngine]
) -> None:
    wish(olive, "never on beaches")
    job = made(submit(WAVE, maker=felix.pk))
    assert job.refusal is not None
    assert (job.refusal["code"], job.refusal["clause"]) == ("words_ruled_out", "never on beaches")
    page = signed_in(felix).get(f"/jobs/{job.public_id}").content.decode()
    assert "never on beaches" in page
    assert "/ask" not in page


def test_a_refused_maker_asks_and_makes_it_once_the_owner_said_yes(olive: Person, engines: type[BarEngine]) -> None:
    wish(olive, "always wear a red hat")
    sten = cast.sten()
    job = made(submit(WAVE, maker=sten.pk))
    assert (code(job), asking.whom(job)) == ("only_me", "olive")
    client = signed_in(sten)
    assert "A word to @olive" in client.get(f"/jobs/{job.public_id}").content.decode()
    page = client.post(f"/jobs/{job.public_id}/ask", {"message": "please"}, follow=True).content.decode()
    assert "sees exactly what you wrote" in page
    asked = Asked.objects.get()
    assert (asked.prompt, asked.draft_digest, asked.message) == (WAVE.prompt, job.draft.digest, "please")
    assert asked.shots == ["1 s, 640x360, realistic, drawn by world"]
    requests.approve(olive, request=asked.public_id, yes=Yes())
    client.post(f"/jobs/{job.public_id}/again")
    assert made(job).state == Job.State.DONE
    assert Clip.objects.get().maker == sten
    assert engines.orders[-1].prompt == WAVE.prompt
    again = made(submit(WAVE, maker=sten.pk))
    assert code(again) == "only_me"


def test_trying_again_without_a_yes_is_refused_again(olive: Person, engines: type[BarEngine]) -> None:
    job = made(submit(WAVE, maker=cast.sten().pk))
    assert asking.again(job)
    assert code(made(job)) == "only_me"


def test_nothing_but_a_no_of_consent_is_tried_again(felix: Person, engines: type[BarEngine]) -> None:
    job = made(submit(WAVE, maker=felix.pk))
    assert job.state == Job.State.DONE
    assert not asking.again(job)
    assert not isinstance(asking.ask(job), str)


def test_a_paused_owner_cannot_be_asked_about_one_video(felix: Person, olive: Person, engines: type[BarEngine]) -> None:
    Cameo.objects.update(state=Cameo.State.PAUSED)
    job = made(submit(WAVE, maker=felix.pk))
    assert (code(job), asking.whom(job)) == ("paused", "")


def test_asking_and_trying_again_is_for_ones_own_jobs(olive: Person, engines: type[BarEngine]) -> None:
    job = made(submit(WAVE, maker=cast.sten().pk))
    for client in (signed_in(cast.felix()), signed_in(olive)):
        for act in ("ask", "again"):
            assert client.post(f"/jobs/{job.public_id}/{act}").status_code == 404
            assert client.post(f"/api/v1/jobs/{job.public_id}/{act}").status_code == 404
    assert not Asked.objects.exists()


def test_the_api_asks_and_tries_again(olive: Person, engines: type[BarEngine]) -> None:
    job = made(submit(WAVE, maker=cast.sten().pk))
    client = signed_in(cast.sten())
    asked = client.post(f"/api/v1/jobs/{job.public_id}/ask", {}, content_type="application/json")
    assert (asked.status_code, asked.json()["request"]) == (201, Asked.objects.get().public_id)
    assert client.post(f"/api/v1/jobs/{job.public_id}/again").json()["state"] == "queued"
    assert client.post(f"/api/v1/jobs/{job.public_id}/ask").status_code == 409


def test_everything_that_is_drawn_is_what_was_asked_of_people(felix: Person, olive: Person) -> None:
    wish(olive, "always wear a red hat")
    job = submit(WAVE, maker=felix.pk)
    assert tickets.asked(job, touches=frozenset()).text == job.draft.words
