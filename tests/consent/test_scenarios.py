from typing import Any

import pytest
from django.db import transaction

from consent import gate
from consent.grants import graph
from consent.grants.uses import mask
from consent.models import PermitRecord
from consent.permit import Permit, Refusal, Request, Use
from tests.consent.stories import Asked, asked, begin, stories


def through_graph(question: Asked) -> str | None:
    cameos = graph.find(question.cameos).values()
    answers = graph.judge(
        [graph.Question(question.viewer.pk, cameo, mask(question.uses), question.categories) for cameo in cameos]
    )
    return next((answer.reason.value for answer in answers if not answer.may), None)


def through_gate(question: Asked) -> str | None:
    request = Request("job", question.viewer.pk, question.cameos, "00" * 32, question.uses, question.categories)
    answer = gate.authorize(request)
    if isinstance(answer, Refusal):
        assert answer.sentence.endswith(".")
        assert len(answer.path) >= 2
        return answer.reason.value
    return confirmed(answer, use=Use.GENERATE if Use.GENERATE in question.uses else min(question.uses))


def confirmed(permit: Permit, *, use: Use) -> str | None:
    with transaction.atomic():
        refusal = gate.confirm(permit, subject=f"clip-{permit.id}", use=use)
    return refusal.reason.value if refusal else None


@pytest.mark.django_db
@pytest.mark.parametrize("story", stories(), ids=lambda story: str(story["name"]))
def test_every_story_ends_the_same_through_graph_and_gate(story: dict[str, Any]) -> None:
    begin(story)
    expected: dict[str, str | None] = dict.fromkeys(story.get("may", []))
    for row in story.get("may_not", []):
        expected |= row
    assert expected
    decided = {sentence: reason and reason.split(", heard ")[0] for sentence, reason in expected.items()}
    heard = {sentence: reason and reason.split(", heard ")[-1] for sentence, reason in expected.items()}
    assert {sentence: through_graph(asked(sentence)) for sentence in expected} == decided
    assert {sentence: through_gate(asked(sentence)) for sentence in expected} == heard
    assert PermitRecord.objects.count() == len(story.get("may", []))


def test_there_are_enough_stories() -> None:
    assert len({story["name"] for story in stories()}) >= 30
