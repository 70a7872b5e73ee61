"""The road through screening: ordinary prompts are cleared, and each ticket is good for one use of one thing."""

import pytest

from safety import screen
from safety.clearance import Clearance, Hold, Refusal
from tests import cast

DRAFT, OTHER = "a" * 64, "b" * 64
pytestmark = pytest.mark.django_db


def ask(text: str, *, digest: str = DRAFT, likeness: bool = True) -> Clearance | Hold | Refusal:
    return screen.prompt(text, digest=digest, likeness=likeness, requester=cast.person("felix").pk, job="job-1")


@pytest.mark.parametrize(
    "text",
    [
        "@olive juggles three oranges on a sunny beach",
        "@olive drops a basketball in a gym",
        "a red ball bounces down a staircase",
        "@olive waves at the camera",
        "@felix and @olive dance in a studio",
        "@olive throws a ball to a robot under a blue sky, 4k, 24fps",
        "a cat chases a red ball across the kitchen floor",
        "two cubes fall off a table in slow motion",
    ],
)
def test_ordinary_prompts_are_clear(text: str) -> None:
    answer = ask(text)
    assert isinstance(answer, Clearance), answer
