"""The house's one statement against a real Zanzibar engine, on random graphs: part of ``make check-long``."""

import dataclasses
import os
from types import ModuleType

import pytest

from config import oracle
from config.home import HOME
from consent.grants import graph
from consent.grants.uses import mask
from consent.permit import Use
from tests.consent import worlds
from tests.consent.worlds import World

PEOPLE = 12
GRAPHS = 6

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        oracle.here() not in oracle.INTEGRITY, reason=f"there is no SpiceDB library for {oracle.here()}"
    ),
]


@pytest.fixture(scope="session")
def zanzibar() -> ModuleType:
    """Return the engine; without it this proof fails."""
    path = oracle.library(HOME)
    if not path.exists():
        pytest.fail(
            "SpiceDB's library is not there: make check-long fetches it, once registry.npmjs.org can be reached."
        )
    os.environ["SPICEDB_LIBRARY_PATH"] = str(path)
    try:
        from tests.consent import zanzibar  # noqa: PLC0415  (its packages are there for the long proofs alone)
    except ImportError as error:
        pytest.fail(f"SpiceDB's packages are not there: make check-long installs them ({error}).")
    return zanzibar


def every_question(zanzibar: ModuleType) -> list[tuple[int, int, str]]:
    people = range(PEOPLE)
    return [(viewer, owner, name) for viewer in people for owner in people for name in zanzibar.QUESTIONS]


def ours(world: World, asked: list[tuple[int, int, str]]) -> list[bool]:
    people = worlds.write(world)
    questions = []
    for viewer, owner, name in asked:
        uses, _, about = name.partition("_in_")
        bits = mask(Use(use) for use in uses.split("_"))
        questions.append(graph.Question(people[viewer].pk, people[owner].cameo.pk, bits, frozenset({about} - {""})))
    return [answer.may for answer in graph.judge(questions)]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(GRAPHS))
def test_the_statement_and_spicedb_never_disagree(zanzibar: ModuleType, seed: int) -> None:
    world, asked = worlds.drawn(seed, people=PEOPLE), every_question(zanzibar)
    assert len(asked) * GRAPHS >= 2000
    here, there = ours(world, asked), zanzibar.answers(world, asked)
    assert [question for question, one, other in zip(asked, here, there, strict=True) if one != other] == []
    assert 0.05 < sum(here) / len(here) < 0.6  # neither always no nor always yes


@pytest.mark.django_db
@pytest.mark.parametrize("untold", ["blocks", "denials", "grants", "follows"])
def test_the_comparison_notices_whatever_one_of_the_two_was_not_told(zanzibar: ModuleType, untold: str) -> None:
    world, asked = worlds.drawn(0, people=PEOPLE), every_question(zanzibar)
    less = dataclasses.replace(world, **{untold: type(getattr(world, untold))()})
    assert ours(world, asked) != zanzibar.answers(less, asked)
