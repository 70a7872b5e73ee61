"""Every story of ``tests/scenarios``, told to the graph and, on the whole way from asking to showing, to the gate."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from consent import gate
from consent.grants import graph, prompts
from consent.grants.uses import mask
from consent.models import PermitRecord
from consent.permit import Permit, Reason, Refusal
from tests.consent.stories import Asked, asked, begin, happen, request, stories

OF_THE_GATE = {
    Reason.TOO_OFTEN,
    Reason.PERMIT_FORGED,
    Reason.PERMIT_SPENT,
    Reason.PERMIT_EXPIRED,
    Reason.DRAFT_CHANGED,
    Reason.UNCONSENTED_PERSON,
    Reason.UNCONSENTED_IN_REFERENCE,
    Reason.ERROR,
}
"""Reasons that no graph gives: they are about permits, how often, what is seen, and surprises."""


@dataclass(frozen=True)
class Made:
    """What came of a yes: a subject that is out, and a second permit, not spent."""

    question: str
    subject: str
    spare: Permit


def through_graph(question: Asked) -> str | None:
    words = prompts.fingerprint(question.text)
    answers = graph.judge(
        [
            graph.Question(
                question.viewer.pk, cameo, mask(question.uses), question.categories, question.draft, words=words
            )
            for cameo in graph.find(question.cameos).values()
        ]
    )
    return next((answer.reason.value for answer in answers if not answer.may), None)


def through_gate(sentence: str) -> str | Made:
    """Ask for a permit, and on a yes go the whole way: redeem, confirm, stand."""
    question = asked(sentence)
    answer, spare = gate.authorize(request(question)), gate.authorize(request(question))
    if isinstance(answer, Refusal):
        assert answer.sentence.endswith(".")
        assert len(answer.path) >= 2
        return answer.reason.value
    assert isinstance(spare, Permit)
    likenesses = gate.redeem(answer, question.draft)
    assert not isinstance(likenesses, Refusal), likenesses
    assert sorted(one.handle for one in likenesses) == sorted(question.cameos)
    with transaction.atomic():
        assert gate.confirm(answer, subject=f"clip-{answer.id}", use=question.use) is None
    return Made(sentence, f"clip-{answer.id}", spare)


def expected(step: dict[str, Any]) -> dict[str, str | None]:
    """Return what a step says of each question: a reason, or None for a yes."""
    said: dict[str, str | None] = dict.fromkeys(step.get("may", []))
    for row in step.get("may_not", []):
        said |= row
    assert said
    return said


def check(step: dict[str, Any], made: list[Made]) -> list[Made]:
    """Ask everything that a step names; return what was made meanwhile. What was made before is asked about first."""
    said = expected(step)
    decided = {sentence: reason and reason.split(", heard ")[0] for sentence, reason in said.items()}
    heard = {sentence: reason and reason.split(", heard ")[-1] for sentence, reason in said.items()}
    check_made(made, heard=heard, still=set(step.get("still", [])))
    assert {sentence: through_graph(asked(sentence)) for sentence in said} == decided
    answers = {sentence: through_gate(sentence) for sentence in said}
    found = [answer for answer in answers.values() if isinstance(answer, Made)]
    assert {sentence: None if isinstance(a, Made) else a for sentence, a in answers.items()} == heard
    assert all(gate.standing({one.subject}, use=asked(one.question).use) for one in found)
    return found


def check_made(made: list[Made], *, heard: dict[str, str | None], still: set[str]) -> None:
    """What was made stands as long as it would be allowed, and a permit in hand is worth no more than asking anew."""
    for one in made:
        if one.question not in heard:
            continue
        reason, question = heard[one.question], asked(one.question)
        stands = gate.standing({one.subject}, use=question.use) == {one.subject}
        assert stands == (reason is None or one.question in still), one.question
        if reason is not None:
            answer = gate.redeem(one.spare, question.draft)
            assert isinstance(answer, Refusal)
            assert answer.reason.value == reason, one.question


@pytest.mark.django_db
@pytest.mark.parametrize("story", stories(), ids=lambda story: str(story["name"]))
def test_every_story_ends_the_same_through_graph_and_gate(story: dict[str, Any]) -> None:
    begin(story)
    made = check(story, [])
    for step in story.get("then", []):
        for sentence in step.get("happens", []):
            happen(sentence)
        made += check(step, made)
    assert PermitRecord.objects.count() == 2 * len(made)


def steps() -> Iterator[dict[str, Any]]:
    for story in stories():
        yield story
        yield from story.get("then", [])


def test_there_are_enough_stories_and_no_two_have_one_name() -> None:
    names = [story["name"] for story in stories()]
    assert len(set(names)) == len(names) >= 60


def test_every_reason_that_the_graph_gives_occurs_in_a_story() -> None:
    told = {reason.split(", heard ")[0] for step in steps() for reason in expected(step).values() if reason}
    assert told == {reason.value for reason in set(Reason) - OF_THE_GATE}
