"""The rights of a remix are the intersection over all its ancestors: the flattened rows say what recursion would.

Random families of videos: each made by somebody, with new people cast, from some earlier ones. Grants are given and
taken back, videos are taken down. The oracle knows nothing of rows: it walks the parents.
"""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import gate
from consent.grants import descent, grant, takedown
from consent.models import Grant, Person
from consent.permit import Use
from tests import cast
from tests.consent import videos

pytestmark = pytest.mark.django_db
MAKERS, OWNERS = ("felix", "sten", "olive"), ("olive", "pat")
MADE, REMIXED, SHOWN = frozenset({Use.GENERATE}), frozenset({Use.GENERATE, Use.REMIX}), frozenset(Use)


@dataclass(frozen=True)
class Plan:
    """One video to be: by whom, with whom new, from which of the earlier ones (indices, taken modulo)."""

    maker: str
    new: frozenset[str]
    parents: frozenset[int]


@dataclass
class Oracle:
    """What should stand: plans by name, who allows whom what, who took down what."""

    plans: dict[str, Plan] = field(default_factory=dict)
    parents: dict[str, frozenset[str]] = field(default_factory=dict)
    allowed: dict[tuple[str, str], frozenset[Use]] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)

    def cast(self, name: str) -> frozenset[str]:
        """Return everybody in a video, and in what it was made from."""
        return self.plans[name].new.union(*(self.cast(parent) for parent in self.parents[name]))

    def stands(self, name: str, *, use: Use = Use.GENERATE) -> bool:
        """Return whether a video may be shown: its own maker may, nobody took it down, and every parent stands."""
        plan = self.plans[name]
        uses = {Use.GENERATE, use} | ({Use.REMIX} if self.parents[name] else set())
        own = all(
            owner == plan.maker or uses <= self.allowed.get((plan.maker, owner), frozenset())
            for owner in self.cast(name)
        )
        down = any((name, owner) in self.taken for owner in self.cast(name))
        return own and not down and all(self.stands(parent, use=use) for parent in self.parents[name])

    def line(self, name: str) -> set[str]:
        """Return everything a video descends from."""
        return set(self.parents[name]).union(*(self.line(parent) for parent in self.parents[name]))


PLANS = st.lists(
    st.builds(
        Plan,
        st.sampled_from(MAKERS),
        st.frozensets(st.sampled_from(OWNERS), max_size=2),
        st.frozensets(st.integers(0, 20), max_size=3),
    ),
    min_size=1,
    max_size=7,
)
GRANTS = st.dictionaries(
    st.tuples(st.sampled_from(MAKERS), st.sampled_from(OWNERS)).filter(lambda pair: pair[0] != pair[1]),
    st.sampled_from([MADE, REMIXED, REMIXED | {Use.PUBLISH}]),
)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("revoke"), st.sampled_from(MAKERS), st.sampled_from(OWNERS)),
        st.tuples(st.just("take down"), st.integers(0, 20), st.sampled_from(OWNERS)),
    ),
    max_size=3,
)


def make(oracle: Oracle, *, name: str, plan: Plan) -> None:
    """Make a video, if the gate lets it; the gate must agree with the oracle on whether it does."""
    earlier = sorted(oracle.plans)
    parents = frozenset(earlier[index % len(earlier)] for index in plan.parents) if earlier else frozenset()
    oracle.plans[name], oracle.parents[name] = plan, parents
    should = oracle.stands(name)
    did = videos.make(cast.person(plan.maker), cast=sorted(plan.new), subject=name, parents=sorted(parents)) is None
    assert did is should, (name, plan, parents)
    if not did:
        del oracle.plans[name], oracle.parents[name]


def happen(oracle: Oracle, event: tuple[str, str | int, str]) -> None:
    """Let a grant be taken back, or a video be taken down by somebody in it."""
    what, whom, owner = event
    if what == "revoke":
        found = Grant.objects.filter(cameo__owner__handle=owner, person__handle=whom, revoked_at=None).first()
        if found:
            grant.revoke(cast.person(owner), grant=found.public_id)
        oracle.allowed.pop((str(whom), owner), None)
        return
    named = sorted(name for name in oracle.plans if owner in oracle.cast(name))
    if named:
        name = named[int(whom) % len(named)]
        below = {other for other in oracle.plans if name in oracle.line(other)}
        shown = takedown.cascade(videos.appearance(cast.person(owner), name))
        gone = {other for other, by in oracle.taken if by == owner}
        assert set(shown.subjects) == ({name} | below) - gone
        takedown.delete(videos.appearance(cast.person(owner), name), by=cast.person(owner))
        oracle.taken |= {(other, owner) for other in {name} | below}


def people() -> list[Person]:
    """Return everybody, Olive and Pat with cameos."""
    for owner in OWNERS:
        cast.cameo(cast.person(owner, years=44 if owner == "pat" else 30))
    return [cast.person(name) for name in MAKERS]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=PLANS, grants=GRANTS, events=EVENTS)
def test_the_flattened_answer_is_the_recursive_one(
    plans: list[Plan], grants: dict[tuple[str, str], frozenset[Use]], events: list[tuple[str, str | int, str]]
) -> None:
    with transaction.atomic():
        people()
        oracle = Oracle(allowed=dict(grants))
        for (maker, owner), uses in grants.items():
            grant.give(cast.person(owner), person=cast.person(maker), uses=uses)
        for number, plan in enumerate(plans):
            make(oracle, name=f"v{number}", plan=plan)
        published = {name for name in oracle.plans if videos.publish(name) is None}
        assert published == {name for name in oracle.plans if oracle.stands(name, use=Use.PUBLISH)}
        for event in events:
            happen(oracle, event)
            names = set(oracle.plans)
            assert gate.standing(names) == {name for name in names if oracle.stands(name)}
            shown = {name for name in published if oracle.stands(name, use=Use.PUBLISH)}
            assert gate.standing(published, use=Use.PUBLISH) == shown
        assert all(
            descent.below([name]) == {n for n in oracle.plans if name in oracle.line(n)} for name in oracle.plans
        )
        transaction.set_rollback(True)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=PLANS)
def test_taking_a_root_down_takes_down_all_that_descends_from_it(plans: list[Plan]) -> None:
    with transaction.atomic():
        people()
        for owner in OWNERS:
            for maker in MAKERS:
                if maker != owner:
                    grant.give(cast.person(owner), person=cast.person(maker), uses=SHOWN)
        oracle = Oracle(allowed={(maker, owner): SHOWN for maker in MAKERS for owner in OWNERS if maker != owner})
        make(oracle, name="root", plan=Plan("felix", frozenset({"olive"}), frozenset()))
        for number, plan in enumerate(plans):
            make(oracle, name=f"v{number}", plan=plan)
        olive = cast.person("olive")
        takedown.delete(videos.appearance(olive, "root"), by=olive)
        left = {name for name in oracle.plans if name != "root" and "root" not in oracle.line(name)}
        assert gate.standing(set(oracle.plans)) == left
        transaction.set_rollback(True)
