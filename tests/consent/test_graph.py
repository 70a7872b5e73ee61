import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.accounts import ties
from consent.grants import audience, grant, graph, switch
from consent.grants.uses import BITS, EVERY, mask, named, words
from consent.models import Cameo, Grant, Person
from consent.permit import Use
from tests import cast

PEOPLE = ("olive", "felix", "sten")
NAMES = st.sampled_from(PEOPLE)
PAIRS = st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] != pair[1])
USES = st.integers(1, EVERY)
AUDIENCES = st.sampled_from(list(Cameo.Audience))
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
WORLDS = st.fixed_dictionaries(
    {
        "audiences": st.tuples(*[AUDIENCES] * len(PEOPLE)),
        "follows": st.sets(PAIRS, max_size=6),
        "grants": st.dictionaries(PAIRS, USES, max_size=4),
        "denials": st.dictionaries(PAIRS, USES, max_size=2),
    }
)
TAKINGS = st.sampled_from(["revoke", "expire", "block", "deny", "unfollow", "pause", "rule out", "narrow"])


def build(world: dict[str, object]) -> dict[str, Person]:
    """Make three people with cameos, tied as the world says."""
    Grant.objects.all().delete()
    people = {name: cast.person(name) for name in PEOPLE}
    audiences, follows, grants, denials = (world[key] for key in ("audiences", "follows", "grants", "denials"))
    assert isinstance(audiences, tuple)
    assert isinstance(follows, set)
    assert isinstance(grants, dict)
    assert isinstance(denials, dict)
    for name, chosen in zip(PEOPLE, audiences, strict=True):
        cameo = cast.cameo(people[name])
        Cameo.objects.filter(pk=cameo.pk).update(audience=chosen, state=Cameo.State.LIVE)
        cameo.rules.all().delete()
        people[name].following.all().delete()
        people[name].blocking.all().delete()
    for src, dst in follows:
        ties.follow(people[src].pk, dst=people[dst].pk)
    for (owner, other), uses in grants.items():
        grant.give(people[owner], person=people[other], uses=named(uses))
    for (owner, other), uses in denials.items():
        grant.deny(people[owner], person=people[other], uses=named(uses))
    return people


def answers(people: dict[str, Person]) -> dict[tuple[str, str, int, str], bool]:
    """Ask everything: everybody about every cameo, for each use alone and two together, in a category and in none."""
    asked = [
        (viewer, owner, uses, category)
        for viewer in PEOPLE
        for owner in PEOPLE
        for uses in (*BITS.values(), mask([Use.GENERATE, Use.PUBLISH]))
        for category in ("", "politics")
    ]
    cameos = graph.find(PEOPLE)
    questions = [
        graph.Question(people[viewer].pk, cameos[owner], uses, frozenset(category.split()))
        for viewer, owner, uses, category in asked
    ]
    return {key: answer.may for key, answer in zip(asked, graph.judge(questions), strict=True)}


def take(people: dict[str, Person], *, what: str, pair: tuple[str, str], uses: int) -> None:
    """Take something away between two people."""
    owner, other = people[pair[0]], people[pair[1]]
    rows = Grant.objects.filter(cameo__owner=owner, person=other, revoked_at=None, effect=Grant.Effect.GRANT)
    match what:
        case "revoke":
            for row in rows:
                grant.revoke(owner, grant=row.public_id)
        case "expire":
            rows.update(expires_at="2020-01-01T00:00:00Z")
        case "block":
            ties.block(owner.pk, dst=other.pk)
        case "deny":
            grant.deny(owner, person=other, uses=named(uses))
        case "unfollow":
            ties.unfollow(owner.pk, dst=other.pk)
        case "pause":
            switch.pause(owner)
        case "rule out":
            audience.set_ruled_out(owner, categories=["politics"])
        case _:
            narrow(owner)


def narrow(owner: Person) -> None:
    """Choose the next narrower audience."""
    order = list(Cameo.Audience)
    place = order.index(Cameo.Audience(Cameo.objects.get(owner=owner).audience))
    audience.set_audience(owner, audience=order[max(0, place - 1)])


@pytest.mark.django_db
@QUICK
@given(world=WORLDS, what=TAKINGS, pair=PAIRS, uses=USES)
def test_taking_something_away_never_turns_a_no_into_a_yes(
    world: dict[str, object], what: str, pair: tuple[str, str], uses: int
) -> None:
    people = build(world)
    before = answers(people)
    take(people, what=what, pair=pair, uses=uses)
    after = answers(people)
    assert [key for key, may in after.items() if may and not before[key]] == []


@pytest.mark.django_db
@QUICK
@given(world=WORLDS, what=TAKINGS.filter(lambda what: what != "expire"), pair=PAIRS, uses=USES)
def test_whatever_loses_a_yes_bumps_the_epoch_of_that_cameo(
    world: dict[str, object], what: str, pair: tuple[str, str], uses: int
) -> None:
    people = build(world)
    epochs = dict(Cameo.objects.values_list("owner__handle", "epoch"))
    before = answers(people)
    take(people, what=what, pair=pair, uses=uses)
    lost = {key[1] for key, may in answers(people).items() if before[key] and not may}
    moved = {handle for handle, epoch in Cameo.objects.values_list("owner__handle", "epoch") if epoch > epochs[handle]}
    assert lost <= moved


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
