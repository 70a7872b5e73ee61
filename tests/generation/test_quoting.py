"""A refusal points at the maker's own words, on the page and over the API, and never shows a score."""

import json
import re

import pytest
from django.test import Client

from consent.models import Person
from generation.pipeline import quoting
from generation.pipeline.endings import told
from generation.pipeline.models import Job
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from safety.clearance import SAID, WRITTEN, Refusal, Span
from safety.policies.rules import catalogue
from tests import cast

pytestmark = pytest.mark.django_db
PROMPT = "Shot 1: a farm. Shot 2: somebody is hurt. Shot 3: a well."


@pytest.fixture
def felix() -> Person:
    return cast.felix()


def refused(felix: Person, *, policy: str = "violence", span: Span | None = None) -> Job:
    """A job of Felix's that screening refused."""
    job = submit(Wish(prompt=PROMPT), maker=felix.pk)
    rule = catalogue().policies[policy]
    no = told(Refusal(rule.id, rule.sentence, rule.advice, span))
    Job.objects.filter(pk=job.pk).update(state=Job.State.REFUSED, refusal=no, finished_at=job.queued_at)
    job.refresh_from_db()
    return job


def page(felix: Person, job: Job) -> str:
    client = Client()
    client.force_login(felix)
    return client.get(f"/jobs/{job.public_id}").content.decode()


def test_the_page_names_the_field_quotes_the_words_and_says_what_to_change(felix: Person) -> None:
    start = PROMPT.index("Shot 2")
    job = refused(felix, span=Span(start, PROMPT.index("Shot 3"), field="prompt, shot 2"))
    shown = page(felix, job)
    rule = catalogue().policies["violence"]
    assert rule.sentence in shown
    assert rule.advice in shown
    assert "“Shot 2: somebody is hurt.”" in shown
    assert "It is about the prompt, shot 2. Nothing was made, and nothing was charged." in shown


def test_the_api_says_where_and_shows_no_score(felix: Person) -> None:
    job = refused(felix, span=Span(16, 42, field="prompt, shot 2"))
    client = Client()
    client.force_login(felix)
    refusal = client.get(f"/api/v1/jobs/{job.public_id}").json()["refusal"]
    assert refusal["code"] == "violence"
    assert refusal["where"] == {"field": "prompt, shot 2", "start": 16, "end": 42, "unit": "characters"}
    assert not re.search(r"\d\.\d", json.dumps(refusal))
    assert "score" not in json.dumps(refusal)


def test_what_a_video_says_is_told_by_its_seconds_and_quotes_nothing(felix: Person) -> None:
    for span, field in ((Span(4.2, 6.9, field=SAID), SAID), (Span(4.2, 6.9, field=WRITTEN), WRITTEN)):
        job = refused(felix, span=span)
        client = Client()
        client.force_login(felix)
        where = client.get(f"/api/v1/jobs/{job.public_id}").json()["refusal"]["where"]
        assert where == {"field": field, "start": 4, "end": 7, "unit": "seconds"}
        assert f"It is about the {field}, from second 4 to 7." in page(felix, job)
        assert quoting.quote(job) == ""


def test_the_gravest_words_and_those_of_others_are_not_quoted(felix: Person) -> None:
    whole = Span(0, 10, field="prompt")
    assert quoting.quote(refused(felix, policy="sexual-minors", span=whole)) == ""
    assert quoting.quote(refused(felix, span=Span(0, 10, field="wishes of @olive"))) == ""
    assert quoting.quote(refused(felix, span=whole)) == PROMPT[:10].strip()


def test_what_is_not_in_the_request_points_nowhere(felix: Person) -> None:
    for span in (None, Span(1.5, 2.5)):
        job = refused(felix, span=span)
        assert job.refusal is not None
        assert job.refusal["where"] is None
        assert (quoting.place(job), quoting.quote(job)) == ("", "")
        assert "It is about" not in page(felix, job)
