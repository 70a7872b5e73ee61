import string

import pytest
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.accounts import handles
from consent.errors import EmailTakenError, HandleError, TakenError
from consent.models import Person
from tests import cast

LETTERS = string.ascii_lowercase + string.digits + "_"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("olive", "0live"),
        ("olive", "o1ive"),
        ("olive", "ollve"),
        ("olive", "_o_live_"),
        ("emma", "ernrna"),
        ("wanda", "vvanda"),
        ("wim", "vv1rn"),
        ("modern", "rnodem"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert handles.skeleton(one) == handles.skeleton(other)


def test_names_that_differ_to_the_eye_differ() -> None:
    names = ["olive", "oliver", "felix", "sten", "tess", "pat", "mo", "ada", "nora", "p2", "p3", "ann", "anne"]
    assert len({handles.skeleton(name) for name in names}) == len(names)


@pytest.mark.parametrize("typed", ["\uff4f\uff4c\uff49\uff56\uff45", "@Olive", " OLIVE ", "ºlive"])
def test_unicode_is_brought_to_its_one_spelling_first(typed: str) -> None:
    assert handles.plain(typed) == "olive"


@pytest.mark.parametrize(
    "typed", ["\u043elive", "oli\u200bve", "ølive", "o", "__", "o" * 31, "ol ive", "", "@@olive", "olive\n_x"]
)
def test_what_cannot_be_a_handle_is_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(HandleError, match="A handle is 2 to 30"):
        handles.plain(typed)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(handle=st.text(LETTERS, min_size=2, max_size=30).filter(lambda name: name.strip("_")))
def test_the_database_draws_a_name_as_we_do(handle: str) -> None:
    row = Person.objects.filter(pk=cast.person("drawn").pk)
    row.update(handle=handle)
    assert row.get().skeleton == handles.skeleton(handle)
    row.update(handle="drawn")


@pytest.mark.django_db
def test_nobody_takes_a_name_that_looks_like_another() -> None:
    cast.person("olive")
    with pytest.raises(TakenError, match="looks like it"):
        cast.person("o1ive")
    with pytest.raises(EmailTakenError, match="Sign in to it"):
        Person.objects.create_user("nora", email="Olive@example.org", birth_date="1990-01-01", country="DE")
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_no_writer_can_forget_it() -> None:
    olive, felix = cast.person("olive"), cast.person("felix")
    with pytest.raises(IntegrityError, match="person_handle_looks_like_no_other"):
        Person.objects.filter(pk=felix.pk).update(handle="0l1ve")
    assert olive.skeleton == "ollve"
