"""Who else may see a video: each change is asked of everybody in it, and each byte is asked for again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent import gate
from consent.accounts import outbox, ties
from consent.grants import grant, takedown
from consent.models import Appearance, Export, Grant, Notice, Person
from consent.permit import Reason, Use
from generation.errors import ViewEndedError
from generation.feed import publish, sending, watch
from generation.feed.models import Clip, Link
from generation.feed.watch import Sight
from generation.models import Job
from generation.pipeline import recall, run
from provenance.models import Entry
from tests import cast
from tests.consent.test_export import bag, gathered
from tests.generation.test_api import client

pytestmark = pytest.mark.django_db
Visibility = Clip.Visibility


@pytest.fixture
def clip(wave: Job) -> Clip:
    """Return the released clip in which Felix casts Olive, who has agreed to its making alone."""
    run.make(wave.pk)
    return Clip.objects.get()


@pytest.fixture
def agreed(clip: Clip, olive: Person) -> Clip:
    """Return the clip after Olive has agreed to publishing too."""
    grant.give(olive, person=clip.maker, uses=[Use.GENERATE, Use.PUBLISH])
    return clip


def seen(clip: Clip, *, viewer: Person | None = None, token: str = "") -> Sight:
    """Return what somebody gets of the clip as its row is now."""
    return watch.seen(Clip.objects.get(pk=clip.pk), viewer=viewer.pk if viewer else 0, token=token)


def show(clip: Clip, visibility: Clip.Visibility) -> None:
    """Publish, which must work."""
    assert publish.show(clip.public_id, visibility=visibility) is None


def test_a_new_video_is_private_to_its_maker_and_the_people_in_it(clip: Clip, olive: Person) -> None:
    assert clip.visibility == Visibility.PRIVATE
    assert seen(clip, viewer=clip.maker) is Sight.SHOWN
    assert seen(clip, viewer=olive) is Sight.SHOWN
    assert seen(clip, viewer=cast.sten()) is Sight.UNKNOWN
    assert seen(clip) is Sight.UNKNOWN


def test_only_a_public_video_gives_its_credentials_to_whoever_asks_by_its_label(agreed: Clip) -> None:
    address = f"/api/v1/c2pa/manifests/{agreed.manifest.label}"
    for visibility, status in (
        (Visibility.LINK, 404), (Visibility.PUBLIC, 200), (Visibility.FOLLOWERS, 404), (Visibility.PUBLIC, 200),
        (Visibility.PRIVATE, 404),
    ):  # fmt: skip
        show(agreed, visibility)
        assert Client().get(address).status_code == status, visibility


@pytest.mark.parametrize("visibility", [Visibility.LINK, Visibility.FOLLOWERS, Visibility.PUBLIC])
def test_publishing_needs_olives_yes_to_publishing(clip: Clip, visibility: Clip.Visibility) -> None:
    refusal = publish.show(clip.public_id, visibility=visibility)
    assert refusal is not None
    assert (refusal.reason, refusal.cameo) == (Reason.USE_NOT_GIVEN, "olive")
    clip.refresh_from_db()
    assert clip.visibility == Visibility.PRIVATE
    assert not Link.objects.exists()
    assert not Appearance.objects.filter(use="publish").exists()


def test_a_public_video_is_seen_by_everybody_and_its_people_are_told(agreed: Clip, olive: Person) -> None:
    show(agreed, Visibility.PUBLIC)
    assert seen(agreed) is Sight.SHOWN
    assert seen(agreed, viewer=cast.sten()) is Sight.SHOWN
    told = Notice.objects.filter(person=olive, kind="appearance.made").order_by("pk").last()
    assert told is not None
    assert told.sentence == "@felix shows a video with your likeness to everybody."


def test_followers_see_it_and_others_do_not(agreed: Clip) -> None:
    show(agreed, Visibility.FOLLOWERS)
    assert seen(agreed, viewer=cast.sten()) is Sight.UNKNOWN
    ties.follow(cast.sten().pk, dst=agreed.maker_id)
    assert seen(agreed, viewer=cast.sten()) is Sight.SHOWN
    ties.unfollow(cast.sten().pk, dst=agreed.maker_id)
    assert seen(agreed, viewer=cast.sten()) is Sight.UNKNOWN
    assert seen(agreed) is Sight.UNKNOWN


def test_a_blocked_person_sees_nothing_even_of_a_public_video(agreed: Clip) -> None:
    show(agreed, Visibility.PUBLIC)
    ties.block(agreed.maker_id, dst=cast.sten().pk)
    assert seen(agreed, viewer=cast.sten()) is Sight.UNKNOWN


def test_a_link_leads_to_the_video_until_it_is_revoked(agreed: Clip) -> None:
    show(agreed, Visibility.LINK)
    first = Link.objects.get()
    assert seen(agreed, token=first.token) is Sight.SHOWN
    assert seen(agreed, token="wrong") is Sight.UNKNOWN
    assert seen(agreed, viewer=cast.sten()) is Sight.UNKNOWN
    second = publish.renew(agreed)
    assert second is not None
    assert seen(agreed, token=first.token) is Sight.UNKNOWN
    assert seen(agreed, token=second.token) is Sight.SHOWN
    publish.hide(agreed.public_id)
    assert seen(agreed, token=second.token) is Sight.UNKNOWN
    assert publish.renew(agreed) is None


def test_showing_by_link_again_keeps_the_link(agreed: Clip) -> None:
    show(agreed, Visibility.LINK)
    show(agreed, Visibility.LINK)
    assert Link.objects.count() == 1


def test_unpublishing_needs_nobodys_yes_and_ends_that_use(agreed: Clip) -> None:
    show(agreed, Visibility.PUBLIC)
    show(agreed, Visibility.PRIVATE)
    assert seen(agreed, viewer=cast.sten()) is Sight.UNKNOWN
    assert gate.standing({agreed.public_id}, use=Use.PUBLISH) == set()
    assert seen(agreed, viewer=agreed.maker) is Sight.SHOWN


def test_when_the_yes_to_publishing_ends_others_lose_it_at_once_and_its_maker_keeps_it(
    agreed: Clip, olive: Person
) -> None:
    show(agreed, Visibility.PUBLIC)
    grant.give(olive, person=agreed.maker, uses=[Use.GENERATE])
    assert seen(agreed, viewer=cast.sten()) is Sight.GONE
    assert seen(agreed, viewer=agreed.maker) is Sight.SHOWN
    outbox.deliver()
    agreed.refresh_from_db()
    assert (agreed.state, agreed.visibility) == (Clip.State.RELEASED, Visibility.PRIVATE)
    assert seen(agreed, viewer=cast.sten()) is Sight.UNKNOWN


def test_a_video_of_nobody_is_published_by_its_maker_alone(ball: Job) -> None:
    run.make(ball.pk)
    clip = Clip.objects.get()
    show(clip, Visibility.PUBLIC)
    assert seen(clip) is Sight.SHOWN


def test_what_is_gone_or_held_is_not_published(agreed: Clip) -> None:
    Clip.objects.update(state=Clip.State.HELD)
    assert publish.show(agreed.public_id, visibility=Visibility.PUBLIC) is not None
    Clip.objects.update(state=Clip.State.RELEASED)
    takedown.delete(Appearance.objects.get(use="generate"), by=Person.objects.get(handle="olive"))
    refusal = publish.show(agreed.public_id, visibility=Visibility.PUBLIC)
    assert refusal is not None
    assert refusal.reason is Reason.WITHDRAWN
    assert publish.show("never-was", visibility=Visibility.PUBLIC) is not None


def test_a_takedown_withdraws_the_clip_once_however_often_it_is_heard(agreed: Clip, olive: Person) -> None:
    show(agreed, Visibility.LINK)
    takedown.delete(Appearance.objects.get(use="generate"), by=olive)
    assert seen(agreed, viewer=olive) is Sight.GONE
    outbox.deliver()
    recall.take_down({agreed.public_id, "not-ours"})
    recall.take_down({agreed.public_id})
    agreed.refresh_from_db()
    assert agreed.state == Clip.State.WITHDRAWN
    assert Entry.objects.filter(kind="asset.withdrawn").count() == 1
    assert not Link.objects.filter(revoked_at=None).exists()


def test_a_maker_who_deletes_ends_the_appearance_too(clip: Clip, olive: Person) -> None:
    client(clip.maker).delete(f"/api/v1/clips/{clip.public_id}")
    assert gate.standing({clip.public_id}) == set()
    assert Appearance.objects.get().ended_at is not None
    assert client(olive).get("/appearances").content.decode().count('data-state="withdrawn"') == 1


# -- bytes


def body(answer: Any) -> bytes:  # noqa: ANN401  (the test client's answers have no public type)
    """Return an answer's bytes, streamed or not."""
    return b"".join(answer)


def until(clip: Clip, moment: Callable[[], None]) -> bytes:
    """Read the clip's bytes as Felix; after the first piece, let something happen."""
    answer = client(clip.maker).get(f"/videos/{clip.public_id}/content")
    assert answer.status_code == 200
    pieces = iter(answer)
    got = next(pieces)
    moment()
    for piece in pieces:
        got += piece
    return got


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send in small pieces and judge before each."""
    monkeypatch.setattr(sending, "PIECE", 512)
    monkeypatch.setattr(sending, "AGAIN", 0.0)


@pytest.mark.usefixtures("small")
def test_a_grant_that_expires_in_the_middle_of_a_view_ends_it(clip: Clip) -> None:
    def expire() -> None:
        Grant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        Appearance.objects.update(allowed_until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(ViewEndedError):
        until(clip, expire)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("way", ["revoked", "taken down", "deleted"])
def test_a_no_in_the_middle_of_a_view_ends_it(clip: Clip, olive: Person, way: str) -> None:
    def no() -> None:
        match way:
            case "revoked":
                grant.revoke(olive, grant=Grant.objects.get().public_id)
            case "taken down":
                takedown.delete(Appearance.objects.get(), by=olive)
            case _:
                Clip.objects.update(state=Clip.State.DELETED, ended_at=timezone.now())

    with pytest.raises(ViewEndedError):
        until(clip, no)


@pytest.mark.usefixtures("small")
def test_a_view_that_stays_allowed_comes_whole(clip: Clip) -> None:
    assert until(clip, lambda: None) == watch.file(clip).read_bytes()


def test_within_two_seconds_a_view_is_not_judged_again(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PIECE", 512)
    monkeypatch.setattr(watch, "still", lambda *_, **__: pytest.fail("it was judged again"))
    until(clip, lambda: None)


def test_every_range_is_judged(clip: Clip, olive: Person) -> None:
    browser = client(clip.maker)
    path = f"/videos/{clip.public_id}/content"
    answer = browser.get(path, headers={"Range": "bytes=0-99"})
    assert (answer.status_code, len(body(answer))) == (206, 100)
    grant.revoke(olive, grant=Grant.objects.get().public_id)
    assert browser.get(path, headers={"Range": "bytes=100-199"}).status_code == 410
    assert client(cast.sten()).get(path).status_code == 404


# -- pages and programs


def words(answer: Any) -> str:  # noqa: ANN401  (the test client's answers have no public type)
    """Return a page's text."""
    return str(answer.content.decode())


def test_the_page_changes_who_may_see_it_or_says_whose_no_it_is(clip: Clip, olive: Person) -> None:
    felix, path = client(clip.maker), f"/videos/{clip.public_id}"
    said = words(felix.post(f"{path}/visibility", {"visibility": "public"}, follow=True))
    assert "Nothing was changed. @olive has not allowed you to" in said
    grant.give(olive, person=clip.maker, uses=[Use.GENERATE, Use.PUBLISH])
    said = words(felix.post(f"{path}/visibility", {"visibility": "link"}, follow=True))
    link = Link.objects.get()
    assert f"http://testserver/v/{link.token}" in said
    assert client(olive).post(f"{path}/visibility", {"visibility": "private"}).status_code == 404
    said = words(felix.post(f"{path}/link", follow=True))
    assert link.token not in said


def test_whoever_has_the_link_sees_page_and_bytes_without_an_account(agreed: Clip, olive: Person) -> None:
    show(agreed, Visibility.LINK)
    path, visitor = f"/v/{Link.objects.get().token}", Client()
    assert f'src="{path}/content"' in words(visitor.get(path))
    assert body(visitor.get(f"{path}/content")) == watch.file(agreed).read_bytes()
    assert "Who may see it" not in words(visitor.get(path))
    grant.give(olive, person=agreed.maker, uses=[Use.GENERATE])
    assert visitor.get(path).status_code == 410
    assert visitor.get(f"{path}/content").status_code == 410
    publish.hide(agreed.public_id)
    assert visitor.get(path).status_code == 404
    assert visitor.get(f"{path}/content").status_code == 404


def test_a_visitor_sees_a_public_video_and_of_others_not_even_that_they_are(agreed: Clip) -> None:
    visitor, path = Client(), f"/videos/{agreed.public_id}"
    nothing = [visitor.get(path), visitor.get("/videos/none"), visitor.get(f"{path}/content")]
    assert [answer.status_code for answer in nothing] == [302, 302, 302]
    show(agreed, Visibility.PUBLIC)
    assert visitor.get(path).status_code == 200
    assert body(visitor.get(f"{path}/content")) == watch.file(agreed).read_bytes()


def test_olive_is_shown_that_she_is_in_it_and_what_she_can_do(clip: Clip, olive: Person) -> None:
    page = words(client(olive).get(f"/videos/{clip.public_id}"))
    assert "You are in this video" in page
    assert 'href="/appearances"' in page
    assert "Who may see it" not in page


def test_the_api_changes_who_may_see_a_clip_and_its_link(clip: Clip, olive: Person) -> None:
    felix, path = client(clip.maker), f"/api/v1/clips/{clip.public_id}"
    refused = felix.post(f"{path}/visibility", {"visibility": "link"}, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "use_not_given"
    assert felix.get(f"{path}/link").json()["error"]["code"] == "no_link"
    grant.give(olive, person=clip.maker, uses=[Use.GENERATE, Use.PUBLISH])
    answer = felix.post(f"{path}/visibility", {"visibility": "link"}, content_type="application/json")
    assert answer.json() == {"visibility": "link"}
    first = felix.get(f"{path}/link").json()
    assert Client().get(first["url"]).status_code == 200
    assert felix.post(f"{path}/link").status_code == 201
    assert Client().get(first["url"]).status_code == 404
    assert felix.delete(f"{path}/link").status_code == 204
    clip.refresh_from_db()
    assert clip.visibility == Visibility.PRIVATE
    for call in ("visibility", "link"):
        assert client(olive).post(f"{path}/{call}").status_code == 404


def test_a_makers_export_has_manifests_and_the_bytes_of_what_stands(clip: Clip, olive: Person) -> None:
    archive = bag(gathered(clip.maker))
    assert archive.read(f"videos/{clip.public_id}.mp4") == watch.file(clip).read_bytes()
    assert clip.manifest.file_sha256 in archive.read("videos.json").decode()
    grant.revoke(olive, grant=Grant.objects.get().public_id)
    Export.objects.all().delete()
    archive = bag(gathered(clip.maker))
    assert f"videos/{clip.public_id}.mp4" not in archive.namelist()
    assert clip.public_id in archive.read("videos.json").decode()
