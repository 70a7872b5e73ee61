"""Taking away never gives: in random worlds, whatever the tables hold, for every question that can be asked of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise, permutations

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.accounts import consents, guardians, ties
from consent.errors import ConsentError
from consent.grants import audience, grant, graph, preferences, prompts, switch
from consent.grants.uses import BITS, EVERY, mask, named
from consent.models import Cameo, Grant, Guardianship, Person
from consent.permit import Use
from tests.consent import worlds

PEOPLE = 4
PROMPTS = ("", "a gun on the table", 'he says "gun" to her')
CATEGORIES = ("", "politics", "violence", "alcohol")
USES = (*BITS.values(), mask([Use.GENERATE, Use.PUBLISH]))
QUICK = settings(
    max_examples=10, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
THOROUGH = settings(QUICK, max_examples=150, derandomize=False, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
Key = tuple[int, int, int, str, str]
Taking = Callable[[Person, Person, int], object]


def revoke(owner: Person, other: Person, _uses: int) -> None:
    for row in said(owner, other):
        grant.revoke(owner, grant=row.public_id)


def expire(owner: Person, other: Person, _uses: int) -> None:
    """Let the end of what was given come: time has no writer."""
    said(owner, other).update(expires_at="2020-01-01T00:00:00Z")


def said(owner: Person, other: Person) -> QuerySet[Grant]:
    return Grant.objects.filter(cameo__owner=owner, person=other, revoked_at=None, effect=Grant.Effect.GRANT)


def narrow(owner: Person, _other: Person, _uses: int) -> None:
    order = list(Cameo.Audience)
    place = order.index(Cameo.Audience(Cameo.objects.get(owner=owner).audience))
    audience.set_audience(owner, audience=order[max(0, place - 1)])


def rule(text: str) -> Taking:
    """Return an owner's act of writing this and confirming what it became."""

    def write(owner: Person, _other: Person, _uses: int) -> None:
        rules = preferences.propose(owner, text=text)
        assert rules
        preferences.confirm(owner, rules=[one.public_id for one in rules])

    return write


def rule_out(owner: Person, _other: Person, _uses: int) -> None:
    listed = audience.ruled_out(Cameo.objects.get(owner=owner))
    audience.set_ruled_out(owner, categories=[*listed, "politics"])


def object_(owner: Person, _other: Person, _uses: int) -> None:
    if guardian := guardians.guardian(owner):
        consents.withdraw(guardian, ward=owner)


def end_guardianship(owner: Person, _other: Person, _uses: int) -> None:
    for row in Guardianship.objects.filter(ward=owner, state=Guardianship.State.LIVE):
        guardians.end(owner, guardianship=row.public_id)


TAKINGS: dict[str, Taking] = {
    "revoke": revoke,
    "expire": expire,
    "block": lambda owner, other, _: ties.block(owner.pk, dst=other.pk),
    "be blocked": lambda owner, other, _: ties.block(other.pk, dst=owner.pk),
    "deny": lambda owner, other, uses: grant.deny(owner, person=other, uses=named(uses)),
    "deny a category": lambda owner, other, uses: grant.deny(
        owner, person=other, uses=named(uses), categories=["politics"]
    ),
    "unfollow": lambda owner, other, _: ties.unfollow(owner.pk, dst=other.pk),
    "be unfollowed": lambda owner, other, _: ties.unfollow(other.pk, dst=owner.pk),
    "pause": lambda owner, _other, _: switch.pause(owner),
    "freeze": lambda owner, _other, _: switch.freeze(owner),
    "withdraw": lambda owner, _other, _: switch.withdraw(owner),
    "narrow": narrow,
    "rule out": rule_out,
    "never politics": rule("never in politics"),
    "no guns": rule("no guns"),
    "never say": rule('never make me say "gun"'),
    "ask me": rule("never next to my ex"),
    "guardian objects": object_,
    "guardianship ends": end_guardianship,
}


def keys() -> Iterator[Key]:
    """Yield every question: everybody about every cameo, each use and two together, categories and prompts."""
    people = range(PEOPLE)
    for viewer in people:
        for owner in people:
            for uses in USES:
                yield from ((viewer, owner, uses, category, PROMPTS[0]) for category in CATEGORIES)
                yield from ((viewer, owner, uses, "", text) for text in PROMPTS[1:])


def answers(people: list[Person]) -> dict[Key, bool]:
    """Ask everything at once."""
    words = {text: prompts.fingerprint(text) for text in PROMPTS}
    cameos = dict(Cameo.objects.values_list("owner_id", "pk"))
    asked = list(keys())
    questions = [
        graph.Question(people[viewer].pk, cameos[people[owner].pk], uses, frozenset({about} - {""}), words=words[text])
        for viewer, owner, uses, about, text in asked
    ]
    return {key: answer.may for key, answer in zip(asked, graph.judge(questions), strict=True)}


@contextmanager
def forgotten() -> Iterator[None]:
    """Undo everything afterwards, so that every example begins with empty tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tried(act: Taking, owner: Person, other: Person, uses: int) -> None:
    """Take something away; where the product refuses, nothing has changed, which must hold as well."""
    with suppress(ConsentError), transaction.atomic():
        act(owner, other, uses)


def examine(what: str, how: settings) -> None:
    """Let some owners take this away from everybody, in world after world; somewhere it must have been a loss."""
    losses: list[Key] = []

    @settings(how)
    @given(seed=SEEDS, reach=st.integers(1, PEOPLE), uses=st.integers(1, EVERY))
    def example(seed: int, reach: int, uses: int) -> None:
        with forgotten():
            people = worlds.write(worlds.drawn(seed, people=PEOPLE))
            before, epochs = answers(people), dict(Cameo.objects.values_list("owner_id", "epoch"))
            for owner, other in permutations(people, 2):
                if owner in people[:reach]:
                    tried(TAKINGS[what], owner, other, uses)
            after, now = answers(people), dict(Cameo.objects.values_list("owner_id", "epoch"))
        assert [key for key, may in after.items() if may and not before[key]] == []
        lost = [key for key, may in before.items() if may and not after[key]]
        losses.extend(lost)
        assert what == "expire" or all(now[people[key[1]].pk] > epochs[people[key[1]].pk] for key in lost)

    example()
    assert losses


@pytest.mark.django_db
@pytest.mark.parametrize("what", TAKINGS)
def test_taking_something_away_never_turns_a_no_into_a_yes_and_moves_the_epoch(what: str) -> None:
    examine(what, QUICK)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.django_db
@pytest.mark.parametrize("what", TAKINGS)
def test_taking_something_away_gives_nothing_in_many_worlds_either(what: str) -> None:
    examine(what, THOROUGH)


@pytest.mark.django_db
def test_each_narrower_audience_lets_in_no_more_than_the_wider_one() -> None:
    differences = 0

    @settings(QUICK)
    @given(seed=SEEDS)
    def example(seed: int) -> None:
        nonlocal differences
        with forgotten():
            people = worlds.write(worlds.drawn(seed, people=PEOPLE))
            let_in: list[set[Key]] = []
            for chosen in Cameo.Audience:
                Cameo.objects.update(audience=chosen)
                let_in.append({key for key, may in answers(people).items() if may})
        assert all(narrower <= wider for narrower, wider in pairwise(let_in))
        differences += sum(narrower < wider for narrower, wider in pairwise(let_in))

    example()
    assert differences


@pytest.mark.django_db
@settings(QUICK)
@given(seed=SEEDS)
def test_who_may_do_two_things_together_may_do_each(seed: int) -> None:
    with forgotten():
        people = worlds.write(worlds.drawn(seed, people=PEOPLE))
        found = answers(people)
    together = mask([Use.GENERATE, Use.PUBLISH])
    both = [key for key, may in found.items() if may and key[2] == together]
    for viewer, owner, _, about, text in both:
        assert all(found[viewer, owner, BITS[use], about, text] for use in (Use.GENERATE, Use.PUBLISH))
