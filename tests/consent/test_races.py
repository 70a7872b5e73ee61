"""Whatever is taken away is gone when the call that took it away returns; ``racing`` says how that is looked at."""

import time
from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.accounts import consents, epochs, guardians, ties
from consent.accounts.guardianship import MOST_WARDS
from consent.grants import grant, graph, switch
from consent.grants.statement import ALONE, STATEMENT
from consent.models import (
    Appearance,
    Cameo,
    Follow,
    Grant,
    GuardianConsent,
    Guardianship,
    Person,
)
from tests import cast
from tests.consent import racing
from tests.consent.racing import CROWD, KINDS, TRIES, Crowd, Taking, Tally

INTERLEAVINGS = 2_000
MANY_INTERLEAVINGS = 20_000
NAIVE = 400
"""Interleavings in which a variant without its guard has to be caught."""


def grants(crowd: Crowd) -> None:
    """Let every owner name the asker."""
    Grant.objects.bulk_create(
        Grant(cameo_id=cameo, person=crowd.asker, uses=1, receipt=crowd.receipt) for cameo in crowd.cameos
    )


def mutuals(crowd: Crowd) -> None:
    """Let every owner and the asker follow one another, and mutuals in."""
    Follow.objects.bulk_create(Follow(src=owner, dst=crowd.asker) for owner in crowd.owners)
    Follow.objects.bulk_create(Follow(src=crowd.asker, dst=owner) for owner in crowd.owners)
    Cameo.objects.filter(pk__in=crowd.cameos).update(audience=Cameo.Audience.MUTUALS)


def wards(crowd: Crowd) -> None:
    """Let every owner have a guardian who agrees."""
    grants(crowd)
    places = range(1, MOST_WARDS + 1)
    first, *_ = crowd.owners
    parents = [cast.person(f"parent{first.pk}_{n}", years=44) for n in range(-(-len(crowd.owners) // MOST_WARDS))]
    pairs = list(zip(crowd.owners, [(parent, slot) for parent in parents for slot in places], strict=False))
    Guardianship.objects.bulk_create(
        Guardianship(ward=ward, guardian=parent, proposed_by=ward, state="live", slot=slot, confirmed_at=timezone.now())
        for ward, (parent, slot) in pairs
    )
    GuardianConsent.objects.bulk_create(
        GuardianConsent(cameo=ward.cameo, guardian=parent) for ward, (parent, _) in pairs
    )


def revoke(crowd: Crowd, owner: int) -> None:
    found = Grant.objects.get(cameo=crowd.cameos[owner], revoked_at=None)
    grant.revoke(crowd.owners[owner], grant=found.public_id)


def sides(crowd: Crowd, owner: int) -> tuple[int, int]:
    """Return the two people, each first every other time."""
    pair = crowd.owners[owner].pk, crowd.asker.pk
    return pair if owner % 2 else pair[::-1]


def block(crowd: Crowd, owner: int) -> None:
    """Block, by either side."""
    one, other = sides(crowd, owner)
    ties.block(one, dst=other)


def unfollow(crowd: Crowd, owner: int) -> None:
    """Take either of the two edges away."""
    one, other = sides(crowd, owner)
    ties.unfollow(one, dst=other)


def guardian_off(crowd: Crowd, owner: int) -> None:
    """Take a guardian's yes back, or end the guardianship."""
    ward = crowd.owners[owner]
    row = Guardianship.objects.select_related("guardian").get(ward=ward)
    if owner % 2:
        consents.withdraw(row.guardian, ward=ward)
    else:
        guardians.end(ward, guardianship=row.public_id)


def freeze(crowd: Crowd, owner: int) -> None:
    switch.freeze(crowd.owners[owner])


WRITERS: dict[str, tuple[Callable[[Crowd], None], Taking]] = {
    "revoke": (grants, revoke),
    "block": (grants, block),
    "unfollow": (mutuals, unfollow),
    "guardian off": (wards, guardian_off),
    "freeze": (grants, freeze),
}


def race(writer: str, *, interleavings: int, take: Taking | None = None) -> Tally:
    """Race one writer against all readers, crowd after crowd, until each was tried so often."""
    let_in, taking = WRITERS[writer]
    tally = Tally()
    while min(tally.attempts[kind] for kind in KINDS) < interleavings:
        wanted = -(-(interleavings - tally.attempts["served"]) // TRIES)
        crowd = racing.crowd(min(CROWD, wanted), years=15 if let_in is wards else 30)
        let_in(crowd)
        racing.provide(crowd)
        tally.add(racing.run(crowd, take or taking, seed=tally.attempts["served"]))
    return tally


def check(tally: Tally, *, interleavings: int) -> None:
    """Nothing came too late; and these were races: some were let through, many ran while the call was under way."""
    assert not tally.late
    for kind in KINDS:
        assert tally.attempts[kind] >= interleavings
        assert tally.overlapping[kind] > interleavings / 50
        assert 0 < tally.good[kind] < tally.attempts[kind]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_admitted_released_or_served_after_the_call_that_took_it_away_returned(writer: str) -> None:
    check(race(writer, interleavings=INTERLEAVINGS), interleavings=INTERLEAVINGS)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_comes_too_late_in_twenty_thousand_interleavings_either(writer: str) -> None:
    check(race(writer, interleavings=MANY_INTERLEAVINGS), interleavings=MANY_INTERLEAVINGS)


# -- the same harness catches variants that lack a guard


def no_lock(_cameos: Collection[int]) -> None:
    """Stand where ``graph.hold`` stands."""


def caught(writer: str, *, take: Taking | None = None) -> Tally:
    return race(writer, interleavings=NAIVE, take=take)


@pytest.mark.django_db(transaction=True)
def test_the_harness_catches_a_gate_that_takes_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "hold", no_lock)
    assert caught("revoke").late["released"] > 0


@pytest.mark.django_db(transaction=True)
def test_the_harness_catches_a_gate_that_locks_and_judges_in_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = "WITH held AS MATERIALIZED (SELECT id FROM consent_cameo ORDER BY id FOR SHARE)"
    monkeypatch.setattr(graph, "hold", no_lock)
    for name, judging in {"STATEMENT": STATEMENT, "ALONE": ALONE}.items():
        joined = f"{locked} SELECT k.* FROM ({judging}) k CROSS JOIN (SELECT count(*) FROM held) h"  # noqa: S608
        monkeypatch.setattr(graph, name, joined)
    assert caught("revoke").late["released"] > 0


@pytest.mark.django_db(transaction=True)
def test_the_harness_catches_writers_that_bump_no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    locking = "SELECT id, owner_id FROM consent_cameo WHERE owner_id = ANY (%s::text::bigint[]) FOR NO KEY UPDATE"
    monkeypatch.setattr(epochs, "BUMP", locking)
    assert caught("unfollow").late["stands"] > 0


@pytest.mark.django_db(transaction=True)
def test_the_harness_catches_a_writer_that_changes_rows_past_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    def past(crowd: Crowd, owner: int) -> None:
        Follow.objects.filter(src=crowd.owners[owner]).delete()

    late = caught("unfollow", take=past).late
    assert late["served afterwards"] > 0
    assert late["stands"] > 0


# -- what has nothing to do with it changes nothing


@pytest.fixture
def clips() -> list[str]:
    """Three owners who let somebody in, and a clip of each."""
    crowd = racing.crowd(3)
    mutuals(crowd)
    racing.provide(crowd)
    return [racing.subject(permits[-1]) for permits in crowd.spent]


@pytest.mark.django_db
def test_a_thousand_unrelated_unfollows_leave_every_clip_servable(clips: list[str]) -> None:
    owner = Person.objects.get(cameo__appearances__subject=clips[0])
    followers = racing.crowd(1000).owners
    Follow.objects.bulk_create(Follow(src=follower, dst=owner) for follower in followers)
    for number, follower in enumerate(followers):
        ties.unfollow(follower.pk, dst=owner.pk)
        if number % 100 == 0:
            assert gate.standing(clips) == set(clips)
    assert gate.standing(clips) == set(clips)
    assert Appearance.objects.get(subject=clips[0]).epoch > 900


@pytest.mark.django_db
def test_a_grant_that_expires_while_a_video_is_watched_ends_it() -> None:
    crowd = racing.crowd(1)
    grants(crowd)
    racing.provide(crowd)
    (permits,) = crowd.spent
    end = timezone.now() + timedelta(seconds=1)
    Grant.objects.filter(cameo__in=crowd.cameos).update(expires_at=end)
    with transaction.atomic():
        assert gate.confirm(permits[0], subject="watched") is None
    assert Appearance.objects.get(subject="watched").allowed_until == end
    assert gate.standing({"watched"}) == {"watched"}
    time.sleep(max(0.0, (end - timezone.now()).total_seconds()) + 0.01)
    assert gate.standing({"watched"}) == set()
    (cameo,) = crowd.cameos
    assert Cameo.objects.get(pk=cameo).epoch == 1  # nothing happened but time
