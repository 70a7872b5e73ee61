"""Olive is in videos that others made: she sees them all, and has them taken down with all that is made from them."""

import pytest

from consent import gate, people
from consent.accounts import outbox
from consent.errors import AppearanceError
from consent.grants import grant, listing, takedown
from consent.models import Appearance, Cameo, Descent, Fact, Grant, Notice, Person, Receipt
from consent.permit import Reason, Refusal, Request, Use
from provenance.models import Entry
from tests import cast
from tests.consent import videos

pytestmark = pytest.mark.django_db
ALL = [Use.GENERATE, Use.PUBLISH, Use.REMIX]


@pytest.fixture
def olive() -> Person:
    """Return Olive, who lets Felix and Sten make, publish and remix."""
    owner = cast.olive()
    for person in (cast.felix(), cast.sten()):
        grant.give(owner, person=person, uses=ALL)
    return owner


@pytest.fixture
def family(olive: Person) -> Person:
    """Return Olive, who is in a root by Felix, a child by Sten, a grandchild by Felix, and in another video."""
    assert videos.make(cast.felix(), cast=["olive"], subject="root") is None
    assert videos.make(cast.sten(), parents=["root"], subject="child") is None
    assert videos.make(cast.felix(), parents=["child"], subject="grandchild") is None
    assert videos.make(cast.felix(), cast=["olive"], subject="other") is None
    return olive


EVERYTHING = {"root", "child", "grandchild", "other"}


def test_every_video_is_listed_to_olive_private_or_published_with_maker_and_lineage(family: Person) -> None:
    assert videos.publish("other", shared="followers") is None
    listed, following = listing.page(family.pk)
    assert following == ""
    assert [(one.subject, one.maker, one.state, one.where, one.children) for one in listed] == [
        ("other", "felix", "released", "followers", 0),
        ("grandchild", "felix", "released", "private", 0),
        ("child", "sten", "released", "private", 1),
        ("root", "felix", "released", "private", 2),
    ]
    assert [one.parents for one in listed] == [(), (("child", "sten"),), (("root", "felix"),), ()]


def test_pages_of_appearances_follow_one_another_by_cursor(family: Person) -> None:
    first, following = listing.page(family.pk, size=3)
    second, end = listing.page(family.pk, before=following, size=3)
    assert [one.subject for one in first] == ["other", "grandchild", "child"]
    assert [one.subject for one in second] == ["root"]
    assert end == ""
    assert listing.page(family.pk, before="unknown") == ([], "")
    assert listing.page(cast.sten().pk) == ([], "")


def test_the_cascade_is_counted_and_named_before_anything_goes(family: Person) -> None:
    shown = takedown.cascade(videos.appearance(family, "root"))
    assert (shown.videos, shown.made_from) == (("root",), ("child", "grandchild"))
    assert gate.standing(EVERYTHING) == EVERYTHING
    assert not Receipt.objects.filter(kind="appearance.deleted").exists()


def test_a_takedown_takes_all_that_descends_and_nothing_else(family: Person) -> None:
    gone, receipt = takedown.delete(videos.appearance(family, "root"), by=family)
    assert set(gone.subjects) == {"root", "child", "grandchild"}
    assert gate.standing(EVERYTHING) == {"other"}
    assert receipt is not None
    assert Entry.objects.filter(kind="appearance.deleted").count() == 1
    assert [one.state for one in listing.page(family.pk)[0]] == ["released", "deleted", "deleted", "deleted"]


def test_taking_down_a_child_leaves_its_parent(family: Person) -> None:
    takedown.delete(videos.appearance(family, "child"), by=family)
    assert gate.standing(EVERYTHING) == {"root", "other"}


def test_a_takedown_is_told_once_to_every_maker_and_to_those_who_withdraw(family: Person) -> None:
    takedown.delete(videos.appearance(family, "root"), by=family)
    told = Notice.objects.filter(kind="appearance.deleted").order_by("person__handle")
    assert [(one.person.handle, one.sentence) for one in told] == [
        ("felix", "@olive, who is in it, had 2 videos that you made taken down."),
        ("sten", "@olive, who is in it, had a video that you made taken down."),
    ]
    fact = Fact.objects.get(kind="appearance_deleted")
    assert sorted(fact.body["subjects"]) == ["child", "grandchild", "root"]
    assert fact.body["owner"] == family.pk


def test_a_large_cascade_is_told_in_several_facts(family: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takedown, "AT_A_TIME", 2)
    takedown.delete(videos.appearance(family, "root"), by=family)
    assert [len(fact.body["subjects"]) for fact in Fact.objects.filter(kind="appearance_deleted")] == [2, 1]


def test_taking_down_twice_changes_nothing_more(family: Person) -> None:
    one = videos.appearance(family, "root")
    takedown.delete(one, by=family)
    gone, receipt = takedown.delete(one, by=family)
    assert (gone.subjects, receipt) == ((), None)
    assert Fact.objects.filter(kind="appearance_deleted").count() == 1


def test_nobody_else_takes_olives_appearance_down(family: Person) -> None:
    with pytest.raises(AppearanceError, match="no such appearance"):
        takedown.delete(videos.appearance(family, "root"), by=cast.felix())
    assert gate.standing(EVERYTHING) == EVERYTHING


def test_what_was_taken_down_is_not_brought_back_by_confirming_it_again(family: Person) -> None:
    takedown.delete(videos.appearance(family, "other"), by=family)
    answer = videos.publish("other")
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.WITHDRAWN
    assert "other" not in gate.standing(EVERYTHING)


def test_nothing_is_made_from_what_was_taken_down_or_never_was(family: Person) -> None:
    takedown.delete(videos.appearance(family, "other"), by=family)
    for parent in ("other", "never-was"):
        answer = videos.make(cast.felix(), parents=[parent], subject=f"from-{parent}")
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.WITHDRAWN


def test_a_takedown_between_permit_and_release_stops_the_release(family: Person) -> None:
    permit = gate.authorize(Request("job-late", cast.sten().pk, (), videos.DIGEST, parents=("root",)))
    assert not isinstance(permit, Refusal)
    takedown.delete(videos.appearance(family, "root"), by=family)
    answer = videos.confirm(permit, subject="late")
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.WITHDRAWN
    assert not Appearance.objects.filter(subject="late").exists()
    assert not Descent.objects.filter(subject="late").exists()


def test_a_remix_needs_a_yes_to_remix_from_everybody_in_it_before(olive: Person) -> None:
    videos.make(cast.felix(), cast=["olive"], subject="root")
    grant.give(olive, person=cast.sten(), uses=[Use.GENERATE])
    answer = videos.make(cast.sten(), parents=["root"], subject="child")
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.cameo) == (Reason.USE_NOT_GIVEN, "olive")


def test_a_remix_falls_when_its_parents_maker_loses_the_yes(family: Person) -> None:
    found = Grant.objects.get(person=cast.felix(), revoked_at=None)
    shown = takedown.cascade_of_grant(found)
    assert (set(shown.videos), set(shown.made_from)) == ({"root", "other"}, {"child", "grandchild"})
    grant.revoke(family, grant=found.public_id)
    assert gate.standing(EVERYTHING) == set()


def test_a_remix_alone_falls_when_its_own_maker_loses_the_yes(family: Person) -> None:
    found = Grant.objects.get(person=cast.sten(), revoked_at=None)
    shown = takedown.cascade_of_grant(found)
    assert (shown.videos, shown.made_from) == (("child",), ("grandchild",))
    takedown.revoke(videos.appearance(family, "child"), by=family)
    assert gate.standing(EVERYTHING) == {"root", "other"}


def test_a_video_that_the_audience_allowed_has_no_grant_to_revoke(olive: Person) -> None:
    pat = cast.pat()
    Cameo.objects.filter(owner=olive).update(audience=Cameo.Audience.EVERYONE)
    assert videos.make(pat, cast=["olive"], subject="open") is None
    with pytest.raises(AppearanceError, match="your audience"):
        takedown.revoke(videos.appearance(olive, "open"), by=olive)


def test_publishing_a_remix_needs_the_yes_of_every_maker_before(family: Person) -> None:
    assert videos.publish("child") is None
    assert gate.standing({"child"}, use=Use.PUBLISH) == {"child"}
    grant.give(family, person=cast.felix(), uses=[Use.GENERATE, Use.REMIX])
    assert gate.standing({"child"}, use=Use.PUBLISH) == set()
    assert gate.standing(EVERYTHING) == EVERYTHING


def test_unpublishing_ends_that_use_alone_and_publishing_again_asks_anew(olive: Person) -> None:
    videos.make(cast.felix(), cast=["olive"], subject="clip")
    assert videos.publish("clip") is None
    assert gate.standing({"clip"}, use=Use.PUBLISH) == {"clip"}
    gate.retire("clip", use=Use.PUBLISH)
    assert gate.standing({"clip"}, use=Use.PUBLISH) == set()
    assert gate.standing({"clip"}) == {"clip"}
    assert videos.publish("clip", shared="link") is None
    assert gate.standing({"clip"}, use=Use.PUBLISH) == {"clip"}
    grant.give(olive, person=cast.felix(), uses=[Use.GENERATE])
    answer = videos.publish("clip")
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.USE_NOT_GIVEN


def test_what_ended_with_its_clip_stands_for_nobody(olive: Person) -> None:
    videos.make(cast.felix(), cast=["olive"], subject="clip")
    gate.retire("clip")
    assert gate.standing({"clip"}) == set()
    assert isinstance(videos.publish("clip"), Refusal)
    assert [one.state for one in listing.page(olive.pk)[0]] == ["withdrawn"]


def test_olive_is_told_of_every_use_and_felix_is_not_told_of_his_own(olive: Person) -> None:
    cast.cameo(cast.felix())
    videos.make(cast.felix(), cast=["olive", "felix"], subject="clip")
    videos.publish("clip", shared="link")
    told = Notice.objects.filter(kind="appearance.made").order_by("pk")
    assert [(one.person.handle, one.sentence, one.about) for one in told] == [
        ("olive", "@felix made a video with your likeness.", "clip"),
        ("olive", "@felix shows a video with your likeness to everybody who has the link.", "clip"),
    ]


def test_who_is_in_a_video_is_known_even_when_it_was_taken_down(family: Person) -> None:
    takedown.delete(videos.appearance(family, "root"), by=family)
    assert people.depicted(family.pk, subjects=EVERYTHING) == EVERYTHING
    assert people.depicted(cast.sten().pk, subjects=EVERYTHING) == set()


def test_the_news_of_a_takedown_is_delivered_once(family: Person) -> None:
    takedown.delete(videos.appearance(family, "root"), by=family)
    outbox.deliver()
    assert not Fact.objects.filter(delivered_at=None).exists()
    assert outbox.deliver() == 0
