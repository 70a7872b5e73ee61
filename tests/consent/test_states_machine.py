"""Whatever Olive, those who ask her and the house do, in whatever order: no row goes where it may not."""

from collections.abc import Callable
from functools import partial
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from consent import gate
from consent.accounts import ties
from consent.errors import ConsentError
from consent.grants import audience, grant, preferences, requests, switch
from consent.grants.requests import Wanted, Yes
from consent.grants.rows import Request, Rule
from consent.grants.uses import named
from consent.models import Appearance, Cameo, Grant, PermitRecord, Person
from consent.permit import Permit, Use
from consent.permit import Request as Asked
from tests import cast
from tests.consent import stories

DRAFTS = ("aa" * 32, "bb" * 32)
CAMEO = {
    "live": {"live", "paused", "frozen", "withdrawn"},
    "paused": {"live", "paused", "frozen", "withdrawn"},
    "frozen": {"frozen", "paused", "withdrawn"},
    "withdrawn": {"withdrawn", "live"},
}
REQUEST = {
    "open": {"open", "approved", "declined", "withdrawn", "expired"},
    "approved": {"approved"},
    "declined": {"declined", "withdrawn"},  # whoever was blocked with the no sees an open request, and may withdraw it
    "withdrawn": {"withdrawn"},
    "expired": {"expired"},
}
RULE = {
    "proposed": {"proposed", "confirmed", "removed"},
    "confirmed": {"confirmed", "removed"},
    "removed": {"removed"},
}
ASKERS = ("felix", "sten")
asker, drafts = st.sampled_from(ASKERS), st.sampled_from(DRAFTS)
acts = st.sampled_from([switch.pause, switch.resume, switch.freeze, switch.thaw])


def somebody(handle: str) -> Person:
    return Person.objects.get(handle=handle)


class Consent(RuleBasedStateMachine):
    """Olive, who has a cameo; Felix and Sten, who ask for it."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()  # every example begins with the same rows
        self.was: dict[tuple[str, int], tuple[object, ...]] = {}
        self.permits: list[Permit] = []
        self.out: dict[int, set[str]] = {}
        grant.give(somebody("olive"), person=somebody("felix"), uses=[Use.GENERATE])

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do it; the product may refuse, and then nothing has changed, which the invariants see as well."""
        self.use()
        try:
            with transaction.atomic():
                act()
        except ConsentError as refusal:
            assert str(refusal)  # noqa: PT017

    # -- Olive and the house

    @rule(act=acts)
    def switches(self, act: Callable[[Person], object]) -> None:
        self.attempt(lambda: act(somebody("olive")))

    @rule(again=st.sampled_from([True, True, False]))
    def withdraws(self, again: bool) -> None:
        self.attempt(lambda: switch.withdraw(somebody("olive")))
        if again:
            self.nothing_goes_where_it_may_not()
            stories.enrol("olive", "everyone")

    @rule(who=asker, uses=st.integers(1, 63), category=st.booleans())
    def gives(self, who: str, uses: int, category: bool) -> None:
        categories = ["politics"] if category else []
        self.attempt(
            lambda: grant.give(somebody("olive"), person=somebody(who), uses=named(uses), categories=categories)
        )

    @rule(who=asker, uses=st.integers(1, 63))
    def denies(self, who: str, uses: int) -> None:
        self.attempt(lambda: grant.deny(somebody("olive"), person=somebody(who), uses=named(uses)))

    @rule(who=asker)
    def revokes(self, who: str) -> None:
        for row in Grant.objects.filter(person__handle=who):
            self.attempt(partial(grant.revoke, somebody("olive"), grant=row.public_id))

    @rule(chosen=st.sampled_from(list(Cameo.Audience)))
    def lets_in(self, chosen: Cameo.Audience) -> None:
        self.attempt(lambda: audience.set_audience(somebody("olive"), audience=chosen))

    @rule(text=st.sampled_from(["no guns", "never in politics", "never next to my ex"]), keeps=st.booleans())
    def writes(self, text: str, keeps: bool) -> None:
        def write() -> None:
            rules = preferences.propose(somebody("olive"), text=text)
            preferences.confirm(somebody("olive"), rules=[row.public_id for row in rules] if keeps else [])

        self.attempt(write)

    @rule()
    def strikes_out(self) -> None:
        for row in Rule.objects.all():
            self.attempt(partial(preferences.remove, somebody("olive"), rule=row.public_id))

    @rule(who=asker, by_olive=st.booleans())
    def blocks(self, who: str, by_olive: bool) -> None:
        one, other = ("olive", who) if by_olive else (who, "olive")
        self.attempt(lambda: ties.block(somebody(one).pk, dst=somebody(other).pk))

    @rule(who=asker)
    def unblock(self, who: str) -> None:
        ties.unblock(somebody("olive").pk, dst=somebody(who).pk)
        ties.unblock(somebody(who).pk, dst=somebody("olive").pk)

    # -- asking and answering

    @rule(who=asker, draft=drafts)
    def asks(self, who: str, draft: str) -> None:
        wanted = Wanted(prompt="@olive waves", draft=draft)
        self.attempt(lambda: requests.ask(somebody(who), cameo=Cameo.objects.get(), wanted=wanted))

    @rule(once=st.booleans())
    def approves(self, once: bool) -> None:
        yes = Yes() if once else Yes(once=False, uses=frozenset({Use.GENERATE}))
        for row in Request.objects.all():
            self.attempt(partial(requests.approve, somebody("olive"), request=row.public_id, yes=yes))

    @rule(block=st.booleans())
    def declines(self, block: bool) -> None:
        for row in Request.objects.all():
            self.attempt(partial(requests.decline, somebody("olive"), request=row.public_id, block=block))

    @rule(who=asker)
    def takes_back(self, who: str) -> None:
        for row in Request.objects.filter(requester__handle=who):
            self.attempt(partial(requests.withdraw, somebody(who), request=row.public_id))

    # -- using; before everything that Olive does, so that there is always something for it to bear on

    def use(self) -> None:
        """Let everybody ask, redeem with each draft, and try to let two things out under one permit."""
        for who, draft in product(ASKERS, DRAFTS):
            answer = gate.authorize(Asked("job", somebody(who).pk, ("olive",), draft))
            self.permits += [answer] if isinstance(answer, Permit) else []
        for permit in self.permits[-3:]:
            gate.redeem(permit, DRAFTS[0])
            for number in range(2):
                subject = f"clip-{permit.id + number}"
                with transaction.atomic():
                    if gate.confirm(permit, subject=subject) is None:
                        self.out.setdefault(permit.id, set()).add(subject)

    # -- what must hold

    @invariant()
    def nothing_goes_where_it_may_not(self) -> None:
        for kind, rows, allowed in (
            ("cameo", Cameo.objects.values_list("pk", "state"), CAMEO),
            ("request", Request.objects.values_list("pk", "state"), REQUEST),
            ("rule", Rule.objects.values_list("pk", "state"), RULE),
        ):
            for pk, state in rows:
                (before,) = self.was.get((kind, pk), (state,))
                assert state in allowed[str(before)], f"{kind}: {before} to {state}"
                self.was[kind, pk] = (state,)

    @invariant()
    def what_was_written_down_stays(self) -> None:
        for kind, rows in (
            ("grant", Grant.objects.values_list("pk", "revoked_at", "spent_by")),
            ("permit", PermitRecord.objects.values_list("pk", "spent_at", "subject")),
            ("appearance", Appearance.objects.values_list("pk", "deleted_at", "permit")),
        ):
            seen = {pk: tuple(values) for pk, *values in rows}
            for pk, values in seen.items():
                for before, now in zip(self.was.get((kind, pk), values), values, strict=True):
                    assert not before or now == before, kind
                self.was[kind, pk] = values
            gone = {pk for what, pk in self.was if what == kind} - set(seen)
            assert not gone, kind

    @invariant()
    def a_permit_lets_one_thing_out(self) -> None:
        assert all(len(subjects) == 1 for subjects in self.out.values())

    @invariant()
    def epochs_only_grow(self) -> None:
        epoch = Cameo.objects.get().epoch
        (before,) = self.was.get(("epoch", 0), (1,))
        assert epoch >= int(str(before))
        self.was["epoch", 0] = (epoch,)

    @invariant()
    def no_two_rows_contradict_one_another(self) -> None:
        withdrawn = Cameo.objects.filter(state="withdrawn")
        assert not Grant.objects.filter(cameo__in=withdrawn, revoked_at=None).exists()
        assert not Request.objects.filter(state="approved", grant=None).exists()
        assert not Appearance.objects.exclude(permit__subject__startswith="clip-").exists()
        once = Grant.objects.exclude(draft_digest="")
        for row in once.filter(spent_by__isnull=False):
            assert row.spent_by is not None
            assert row.spent_by.draft_digest == row.draft_digest
            assert row.spent_by.requester_id == row.person_id
        for draft in DRAFTS:
            videos = Appearance.objects.filter(grant__in=once.filter(draft_digest=draft))
            assert videos.count() <= once.filter(draft_digest=draft).count()

    @invariant()
    def what_stands_would_be_allowed(self) -> None:
        subjects = set(Appearance.objects.values_list("subject", flat=True))
        if Cameo.objects.get().state != "live":
            assert gate.standing(subjects) == set()


@pytest.mark.django_db
def test_no_order_of_events_reaches_a_forbidden_state() -> None:
    stories.enrol("olive", "only_me")
    cast.felix()
    cast.sten()
    run_state_machine_as_test(
        Consent,
        settings=settings(
            max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
