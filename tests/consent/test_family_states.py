"""Whatever guardians and wards do, in whatever order: no forbidden state, and no use without a guardian's yes."""

import contextlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from consent import gate
from consent.accounts import consents, guardians, ties
from consent.accounts.guardianship import MOST_WARDS
from consent.errors import ConsentError
from consent.grants import grant, switch
from consent.models import Block, Cameo, GuardianConsent, Guardianship, Person
from consent.permit import Use
from tests import cast

WARDS = ("tess", "kim", "ann", "bob", "cyd")
GUARDIANS = ("pat", "gus")
STATES = ["proposed", "live", "ended"]
ward, guardian = st.sampled_from(WARDS), st.sampled_from(GUARDIANS)


def somebody(handle: str) -> Person:
    return Person.objects.get(handle=handle)


class Family(RuleBasedStateMachine):
    """Five teens, two adults, and a stranger to whom every teen has given a grant."""

    def __init__(self) -> None:
        super().__init__()
        Guardianship.objects.all().delete()
        GuardianConsent.objects.all().delete()
        Block.objects.all().delete()
        Cameo.objects.update(state=Cameo.State.LIVE)
        self.was: dict[int, str] = {}

    @rule(a=ward, b=guardian, by_guardian=st.booleans())
    def propose(self, a: str, b: str, by_guardian: bool) -> None:
        by, other = (b, a) if by_guardian else (a, b)
        self.attempt(lambda: guardians.propose(somebody(by), other=somebody(other), as_guardian=by_guardian))

    @rule(a=ward, b=guardian, by_guardian=st.booleans())
    def confirm(self, a: str, b: str, by_guardian: bool) -> None:
        for row in Guardianship.objects.filter(ward__handle=a, guardian__handle=b):
            self.attempt(partial(guardians.confirm, somebody(b if by_guardian else a), guardianship=row.public_id))

    @rule(a=ward, b=guardian, by_guardian=st.booleans())
    def end(self, a: str, b: str, by_guardian: bool) -> None:
        for row in Guardianship.objects.filter(ward__handle=a, guardian__handle=b):
            self.attempt(partial(guardians.end, somebody(b if by_guardian else a), guardianship=row.public_id))

    @rule(a=ward, b=guardian)
    def agree(self, a: str, b: str) -> None:
        self.attempt(lambda: consents.give(somebody(b), ward=somebody(a)))

    @rule(a=ward, b=guardian)
    def disagree(self, a: str, b: str) -> None:
        self.attempt(lambda: consents.withdraw(somebody(b), ward=somebody(a)))

    @rule(a=ward, b=guardian)
    def block(self, a: str, b: str) -> None:
        ties.block(somebody(a).pk, dst=somebody(b).pk)

    @rule(a=ward, b=guardian)
    def unblock(self, a: str, b: str) -> None:
        ties.unblock(somebody(a).pk, dst=somebody(b).pk)

    @rule(b=guardian)
    def withdraw(self, b: str) -> None:
        switch.withdraw(somebody(b))

    @rule(b=guardian)
    def enrol(self, b: str) -> None:
        Cameo.objects.filter(owner=somebody(b)).update(state=Cameo.State.LIVE)

    @invariant()
    def nothing_goes_back(self) -> None:
        for pk, state in Guardianship.objects.values_list("pk", "state"):
            assert STATES.index(state) >= STATES.index(self.was.get(pk, "proposed"))
            self.was[pk] = state

    @invariant()
    def places_hold(self) -> None:
        live = Guardianship.objects.filter(state="live")
        for handle in GUARDIANS:
            assert live.filter(guardian__handle=handle).count() <= MOST_WARDS
        for handle in WARDS:
            assert live.filter(ward__handle=handle).count() <= 1
        assert not live.filter(guardian__cameo__state="withdrawn").exists()
        for row in live:
            assert not Block.objects.filter(src=row.ward, dst=row.guardian).exists()

    @invariant()
    def every_yes_has_a_guardian_behind_it(self) -> None:
        for row in GuardianConsent.objects.filter(withdrawn_at=None):
            assert Guardianship.objects.filter(ward__cameo=row.cameo_id, guardian=row.guardian, state="live").exists()

    @invariant()
    def the_gate_agrees(self) -> None:
        answers = gate.check(somebody("sten").pk, WARDS)
        assert {answer.handle: answer.may for answer in answers} == {
            handle: not guardians.is_missing(somebody(handle)) for handle in WARDS
        }

    @staticmethod
    def attempt(act: Callable[[], object]) -> None:
        with contextlib.suppress(ConsentError):
            act()


@pytest.mark.django_db
def test_no_order_of_events_reaches_a_forbidden_state() -> None:
    sten = cast.sten()
    for handle in WARDS:
        teen = cast.person(handle, years=15)
        cast.cameo(teen, audience=Cameo.Audience.APPROVED)
        grant.give(teen, person=sten, uses=[Use.GENERATE])
    for handle in GUARDIANS:
        cast.cameo(cast.person(handle, years=44))
    run_state_machine_as_test(
        Family,
        settings=settings(
            max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
