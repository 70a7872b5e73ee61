"""A draft is one normal form of what was asked, names real people, and never changes."""

import pytest
from django.db import IntegrityError, transaction

from generation.errors import DraftError
from generation.models import Draft
from generation.studio.compose import Wish, compose, handles, is_whole, normal
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@olive waves", ("olive",)),
        ("@Olive and @OLIVE wave at @felix.", ("olive", "felix")),
        ("\uff20olive waves", ("olive",)),  # a full-width @
        ("@\uff4f\uff4c\uff49\uff56\uff45 waves", ("olive",)),  # full-width letters
        ("@ol\u200bive waves", ("olive",)),  # a zero-width space inside
        ("write to olive@example.org", ()),
        ("@@olive", ()),
        ("(@olive)", ("olive",)),
        ("nobody here", ()),
    ],
)
def test_people_are_named_by_handle_however_it_is_typed(text: str, named: tuple[str, ...]) -> None:
    assert handles(text) == named


def test_what_is_judged_and_drawn_is_one_normal_form() -> None:
    assert normal(" \uff20olive\u202e\x00 waves ") == "@olive waves"


def test_a_draft_keeps_whom_it_names_by_person() -> None:
    olive, felix = cast.olive(), cast.felix()
    draft = compose(Wish("@olive waves"), maker=felix.pk)
    assert [(c.handle, c.person_id) for c in draft.castings.all()] == [("olive", olive.pk)]
    assert is_whole(draft)


def test_a_handle_that_nobody_has_is_refused_by_name() -> None:
    felix = cast.felix()
    with pytest.raises(DraftError, match="Nobody here is called @olivia"):
        compose(Wish("@olivia waves"), maker=felix.pk)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish("  "), "Write what should happen"),
        (Wish("a" * 2001), "at most 2000 characters"),
        (Wish("a ball", size="641x360"), "Choose a size"),
        (Wish("a ball", seconds=0), "Choose a length"),
        (Wish("a ball", seconds=21), "Choose a length"),
        (Wish("a ball", model="dream"), "Choose a model"),
        (Wish("a ball", style="oil"), "Choose a style"),
        (Wish("a ball", seed=-1), "A seed is"),
        (Wish("@ann @bea @cal @dee @eva"), "at most 4 people"),
    ],
)
def test_what_cannot_be_made_is_refused_with_one_sentence(wish: Wish, said: str) -> None:
    with pytest.raises(DraftError, match=said):
        compose(wish, maker=cast.felix().pk)


def test_everything_that_shapes_the_video_shapes_its_digest() -> None:
    felix = cast.felix()
    wish = Wish("a ball", seed=1)
    others = [
        Wish("a bell", seed=1),
        Wish("a ball", seed=2),
        Wish("a ball", seed=1, seconds=5),
        Wish("a ball", seed=1, size="360x640"),
        Wish("a ball", seed=1, style="anime"),
        Wish("a ball", seed=1, model="http"),
    ]
    digests = {compose(one, maker=felix.pk).digest for one in (wish, *others)}
    assert len(digests) == 7
    assert compose(wish, maker=felix.pk).digest in digests
    assert compose(wish, maker=cast.sten().pk).digest not in digests


def test_a_draft_cannot_be_saved_twice() -> None:
    draft = compose(Wish("a ball"), maker=cast.felix().pk)
    draft.prompt = "a gun"
    with pytest.raises(TypeError, match="immutable"):
        draft.save()


def test_a_draft_changed_in_the_table_no_longer_fits_its_digest() -> None:
    draft = compose(Wish("a ball"), maker=cast.felix().pk)
    Draft.objects.filter(pk=draft.pk).update(prompt="something else")
    draft.refresh_from_db()
    assert not is_whole(draft)


def test_a_cast_changed_in_the_table_no_longer_fits_the_digest() -> None:
    cast.olive()
    draft = compose(Wish("@olive waves"), maker=cast.felix().pk)
    draft.castings.update(person=cast.sten())
    assert not is_whole(Draft.objects.get(pk=draft.pk))


def test_the_table_takes_no_draft_of_21_seconds() -> None:
    draft = compose(Wish("a ball"), maker=cast.felix().pk)
    with pytest.raises(IntegrityError, match="draft_seconds"), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(seconds=21)
