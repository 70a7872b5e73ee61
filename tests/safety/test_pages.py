"""The moderators' pages: for moderators they are calm and complete, for everybody else they do not exist."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from safety.cases import Shown
from safety.review.models import Case, Decision, Event
from safety.review.subjects import _REGISTERED
from tests import cast
from tests.safety.stories import UNSURE, Owner, ask, held

pytestmark = pytest.mark.django_db
ENDPOINTS = [("cases", "get"), ("next", "post"), ("case", "get"), ("case", "post"), ("media", "get")]


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Owner:
    """Somebody who owns jobs, with held bytes."""
    monkeypatch.setitem(_REGISTERED, "job", _REGISTERED["job"])
    path = tmp_path / "held.mp4"
    path.write_bytes(b"held bytes")
    mine = Owner(shown=Shown("A video that @felix asked for", ("a quiet beach", "640x360, 4 s"), path, "video/mp4"))
    mine.register("job")
    return mine


@pytest.fixture
def case(owner: Owner) -> str:
    """A case that waits."""
    return held(ask(UNSURE)).case


@pytest.fixture
def mo() -> Client:
    """Mo at work."""
    client = Client()
    client.force_login(cast.mo())
    return client


def address(name: str, case: str) -> str:
    return reverse(f"safety:{name}", args=[case] if name in {"case", "media"} else [])


@pytest.mark.parametrize("who", [None, "felix", "tess"])
@pytest.mark.parametrize(("name", "method"), ENDPOINTS)
def test_to_others_the_pages_do_not_exist(case: str, who: str | None, name: str, method: str) -> None:
    client = Client()
    if who:
        client.force_login(cast.person(who))
    answer = getattr(client, method)(address(name, case), {"decision": "clear", "reason": "me"})
    nothing = getattr(client, method)(address(name, "no-such-case") if name in {"case", "media"} else "/no-such-page")
    assert answer.status_code == nothing.status_code == 404
    assert case not in answer.content.decode()
    assert not Decision.objects.exists()
    assert Event.objects.exclude(kind="opened").count() == 0


def test_the_queue_names_what_waits_and_offers_one_next_step(mo: Client, case: str) -> None:
    page = mo.get(reverse("safety:cases")).content.decode()
    assert "One case waits" in page
    assert address("case", case) in page
    assert page.count('class="primary"') == 1


def test_an_empty_queue_says_so(mo: Client) -> None:
    assert "Nothing waits for you" in mo.get(reverse("safety:cases")).content.decode()


def test_next_claims_the_case_and_leads_to_it(mo: Client, case: str) -> None:
    answer = mo.post(reverse("safety:next"))
    assert answer.headers["Location"] == address("case", case)
    assert Case.objects.get().state == Case.State.CLAIMED


def test_the_case_shows_the_subject_the_policy_and_where(mo: Client, case: str) -> None:
    answer = mo.get(address("case", case))
    page = answer.content.decode()
    for words in (
        "A video that @felix asked for",
        "a quiet beach",
        "Language not covered",
        "in the prompt, characters",
    ):
        assert words in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert "<video" not in page


def test_every_look_is_written_down(mo: Client, case: str) -> None:
    mo.get(address("case", case))
    answer = mo.get(address("media", case))
    assert b"".join(answer.streaming_content) == b"held bytes"  # type: ignore[attr-defined]
    assert [(event.kind, event.by) for event in Event.objects.exclude(kind="opened")] == [
        ("viewed", cast.mo()),
        ("media-viewed", cast.mo()),
    ]


def test_held_media_is_a_download_that_is_not_kept(mo: Client, case: str) -> None:
    answer = mo.get(address("media", case))
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # read to the end, which closes the file
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_media_that_is_gone_is_not_found(mo: Client, owner: Owner, case: str) -> None:
    assert owner.shown.media is not None
    owner.shown.media.unlink()
    assert mo.get(address("media", case)).status_code == 404


def test_a_decision_is_made_on_the_page(mo: Client, owner: Owner, case: str) -> None:
    answer = mo.post(address("case", case), {"decision": "refuse", "reason": "It shows a stranger."}, follow=True)
    assert "Decided." in answer.content.decode()
    assert owner.told == [("job-1", "refuse")]
    assert "It shows a stranger." in mo.get(address("case", case)).content.decode()


@pytest.mark.parametrize("form", [{}, {"decision": "clear"}, {"decision": "maybe", "reason": "x"}, {"reason": "x"}])
def test_half_a_decision_is_none(mo: Client, owner: Owner, case: str, form: dict[str, str]) -> None:
    assert mo.post(address("case", case), form).status_code == 200
    assert owner.told == []
    assert not Decision.objects.exists()


def test_a_second_decision_is_told_that_it_came_late(mo: Client, owner: Owner, case: str) -> None:
    form = {"decision": "clear", "reason": "Fine."}
    mo.post(address("case", case), form)
    assert "already decided" in mo.post(address("case", case), form).content.decode()
    assert owner.told == [("job-1", "clear")]


def test_a_subject_that_is_gone_can_still_be_read_about(mo: Client, case: str) -> None:
    Case.objects.update(kind="comet")
    assert "no longer here" in mo.get(address("case", case)).content.decode()
