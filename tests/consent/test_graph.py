import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent.grants import graph
from consent.grants.uses import BITS, EVERY, mask, named, words
from consent.models import Cameo
from consent.permit import Use
from tests import cast
from tests.consent import worlds


@pytest.mark.django_db
def test_one_question_alone_is_answered_like_one_among_many() -> None:
    people = worlds.write(worlds.drawn(7, people=9))
    cameos = [0, *Cameo.objects.order_by("pk").values_list("pk", flat=True)]
    about = [("", "", ()), ("politics", "ab" * 32, (5, -6)), ("other", 'no "draft"', (7,))]
    questions = [
        graph.Question(person.pk, cameo, uses, frozenset(category.split()), draft, 0, phrases)
        for person in people
        for cameo in cameos
        for uses in (BITS[Use.GENERATE], EVERY)
        for category, draft, phrases in about
    ]
    together = graph.judge(questions)
    assert [graph.judge([question])[0] for question in questions] == together
    assert len({answer.rule for answer in together}) > 8


@pytest.mark.django_db
def test_any_number_of_questions_is_one_statement() -> None:
    olive, felix = cast.olive(), cast.felix()
    questions = [graph.Question(viewer, olive.cameo.pk, 1) for viewer in (olive.pk, felix.pk, 0)] * 20
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = graph.judge([*questions, graph.Question(felix.pk, 0, 1)])
    assert len(queries) == 1
    assert [answer.rule for answer in found[:3]] == ["self", "only_me", "only_me"]
    assert found[-1].rule == "no_such_cameo"


@pytest.mark.django_db
def test_a_question_without_a_use_is_a_no_even_to_the_owner() -> None:
    olive = cast.olive()
    (answer,) = graph.judge([graph.Question(olive.pk, olive.cameo.pk, 0)])
    assert not answer.may


def test_uses_survive_the_way_to_the_database_and_back() -> None:
    for bits in range(1, EVERY + 1):
        assert mask(named(bits)) == bits
    assert words([Use.PUBLISH, Use.GENERATE]) == "generate and publish"
    assert words(named(7)) == "generate, publish and remix"
