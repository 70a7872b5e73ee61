"""The Appearances page, its previews and its API: everything without JavaScript, nothing of anybody else's."""

import pytest
from django.test import Client

from consent import gate
from consent.grants import grant
from consent.models import Appearance, Grant, Notice, Person
from consent.permit import Use
from tests import cast
from tests.consent import videos

pytestmark = pytest.mark.django_db
ALL = [Use.GENERATE, Use.PUBLISH, Use.REMIX]


def browser(person: Person) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def olive() -> Person:
    """Return Olive, in a published root by Felix with a remix by Sten, and in a private video."""
    owner = cast.olive()
    for person in (cast.felix(), cast.sten()):
        grant.give(owner, person=person, uses=ALL)
    videos.make(cast.felix(), cast=["olive"], subject="root")
    videos.publish("root")
    videos.make(cast.sten(), parents=["root"], subject="remix")
    return owner


def public_id(owner: Person, subject: str) -> str:
    """Return an appearance's id."""
    return videos.appearance(owner, subject).public_id


def text(client: Client, path: str) -> str:
    """Return a page's words."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_page_lists_every_video_with_maker_place_and_lineage(olive: Person) -> None:
    page = text(browser(olive), "/appearances")
    assert "Every video you are in" in page
    assert "A video by @felix" in page
    assert "public" in page
    assert "made from" in page
    assert "1 other made from it" in page
    assert "1 of these is private" in page


def test_somebody_in_no_video_is_told_so(olive: Person) -> None:
    page = text(browser(cast.sten()), "/appearances")
    assert "You are in no video" in page
    assert "@felix" not in page


def test_a_page_of_appearances_leads_to_the_next(olive: Person) -> None:
    for number in range(12):
        videos.make(cast.felix(), cast=["olive"], subject=f"more-{number}")
    client = browser(olive)
    page = text(client, "/appearances")
    assert page.count('class="card"') == 12
    before = page.split("?before=")[1].split('"')[0]
    assert text(client, f"/appearances?before={before}").count('class="card"') == 2


def test_a_takedown_is_shown_then_done(olive: Person) -> None:
    client, path = browser(olive), f"/appearances/{public_id(olive, 'root')}/take-down"
    page = text(client, path)
    assert "2 videos go" in page
    assert "A video by @sten" in page
    assert gate.standing({"root", "remix"}) == {"root", "remix"}
    assert client.post(path)["Location"] == "/appearances"
    assert gate.standing({"root", "remix"}) == set()
    assert 'data-state="deleted"' in text(client, "/appearances")
    assert "gone already" in text(client, path)


def test_a_revocation_is_shown_then_done(olive: Person) -> None:
    client, path = browser(olive), f"/appearances/{public_id(olive, 'remix')}/revoke"
    assert "1 video stands on what you allowed @sten" in text(client, path)
    client.post(path)
    assert gate.standing({"root", "remix"}) == {"root"}
    assert Grant.objects.get(person=cast.sten()).revoked_at is not None


@pytest.mark.parametrize("way", ["take-down", "revoke"])
@pytest.mark.parametrize("who", ["felix", "sten", "mo"])
def test_somebody_elses_appearance_is_as_unknown_as_none(olive: Person, way: str, who: str) -> None:
    stranger = browser(cast.mo() if who == "mo" else cast.person(who))
    for found in (public_id(olive, "root"), "none"):
        path = f"/appearances/{found}/{way}"
        assert stranger.get(path).status_code == 404
        assert stranger.post(path).status_code == 404
    assert not Appearance.objects.filter(deleted_at__isnull=False).exists()
    assert not Grant.objects.filter(revoked_at__isnull=False).exists()


@pytest.mark.parametrize("path", ["/appearances", "/appearances/x/take-down", "/appearances/x/revoke", "/export"])
def test_a_visitor_is_asked_to_sign_in(path: str) -> None:
    assert Client().get(path).status_code == 302
    assert Client().post(path).status_code in {302, 405}


def test_the_api_lists_shows_and_takes_down(olive: Person) -> None:
    client = browser(olive)
    listed = client.get("/api/v1/appearances").json()
    assert [(one["video"], one["maker"], one["visibility"]) for one in listed["appearances"]] == [
        ("remix", "sten", "private"),
        ("root", "felix", "public"),
    ]
    assert listed["next"] is None
    path = f"/api/v1/appearances/{public_id(olive, 'root')}"
    detail = client.get(path).json()
    assert detail["takedown"] == {"count": 2, "videos": ["root"], "made_from_them": ["remix"]}
    assert detail["revocation"] == detail["takedown"]
    assert detail["grant"] == Grant.objects.get(person=cast.felix()).public_id
    gone = client.delete(path).json()
    assert gone["gone"]["count"] == 2
    assert len(gone["receipt"]) == 64
    assert client.delete(path).json()["receipt"] == ""
    assert gate.standing({"root", "remix"}) == set()


def test_the_api_revokes_what_is_behind(olive: Person) -> None:
    client, path = browser(olive), f"/api/v1/appearances/{public_id(olive, 'remix')}/revoke"
    answer = client.post(path)
    assert answer.status_code == 200
    assert len(answer.json()["receipt"]) == 64
    refused = client.post(path)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "appearance"


def test_the_api_knows_nobody_elses_appearances(olive: Person) -> None:
    client, path = browser(cast.felix()), f"/api/v1/appearances/{public_id(olive, 'root')}"
    assert client.get("/api/v1/appearances").json()["appearances"] == []
    for answer in (client.get(path), client.delete(path), client.post(f"{path}/revoke")):
        assert answer.status_code == 404
    assert gate.standing({"root"}) == {"root"}


def test_a_notice_of_a_use_leads_to_the_appearances(olive: Person) -> None:
    assert Notice.objects.filter(person=olive, kind="appearance.made", about="root").exists()
