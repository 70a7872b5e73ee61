"""A draft is one normal form of what was asked, names real people, and never changes."""

import pytest
from django.db import IntegrityError, transaction

from generation.errors import DraftError
from generation.models import Draft
from generation.studio.compose import Wish, compose, digest, handles, is_whole, normal
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


def test_two_equal_requests_have_two_digests_so_that_no_ticket_fits_both() -> None:
    felix = cast.felix()
    assert (
        compose(Wish("a ball", seed=1), maker=felix.pk).digest != compose(Wish("a ball", seed=1), maker=felix.pk).digest
    )


def test_everything_that_shapes_the_video_shapes_its_digest() -> None:
    cast.olive()
    draft = compose(Wish("@olive waves", seed=1), maker=cast.felix().pk)
    whole, people = draft.digest, [(c.handle, c.person_id) for c in draft.castings.all()]
    assert digest(draft, people) == whole
    assert digest(draft, []) != whole
    for name in ("maker_id", "width", "height", "seconds", "fps", "seed"):
        setattr(draft, name, getattr(draft, name) + 1)
        assert digest(draft, people) != whole
        setattr(draft, name, getattr(draft, name) - 1)
    for name in ("prompt", "style", "model", "public_id"):
        before = getattr(draft, name)
        setattr(draft, name, before + "x")
        assert digest(draft, people) != whole
        setattr(draft, name, before)
    assert digest(draft, people) == whole


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
