"""Whatever is taken away is gone when the call that took it away returns: threads, each with its own connection.

One thread releases videos with Olive's likeness as fast as it can, one asks whether they may be shown, and one takes
the permission away and gives it back, again and again. As soon as the call that takes it away has returned, that
thread looks: nothing stands, and until it gives the permission back no further release becomes visible.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest
from django.db import connection, transaction

from consent import gate
from consent.accounts import ties
from consent.accounts.models import Follow
from consent.grants import grant, graph, switch
from consent.models import Appearance, Cameo, Grant, PermitRecord, Person
from consent.permit import Permit, Request, Use
from tests import cast

ROUNDS = 75
"""Times each permission is taken away and given back, with releases under way each time."""


@dataclass
class World:
    """Olive, Felix, and what was seen while the threads ran."""

    olive: Person
    felix: Person
    over: threading.Event = field(default_factory=threading.Event)
    tries: int = 0
    violations: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)


Change = Callable[[World], object]


def permit_for(world: World, job: str) -> Permit | None:
    answer = gate.authorize(Request(job, world.felix.pk, ("olive",), "ab" * 32))
    return answer if isinstance(answer, Permit) else None


def release(world: World) -> None:
    """Authorize and confirm, as a release does."""
    number = next(world.numbers)
    if permit := permit_for(world, f"job-{number}"):
        with transaction.atomic():
            gate.confirm(permit, subject=f"clip-{number}")


def serve(_world: World) -> None:
    """Ask what may be shown, which also refreshes what was judged anew."""
    gate.standing(latest())


def latest() -> set[str]:
    return {"clip", *Appearance.objects.order_by("-pk").values_list("subject", flat=True)[:20]}


def released() -> int:
    return Appearance.objects.count()


def keep_trying(world: World, attempt: Change) -> None:
    """Use the likeness until it is over."""
    try:
        while not world.over.is_set():
            attempt(world)
            world.tries += 1
    except BaseException as error:  # noqa: BLE001  (handed to the test, which fails on it)
        world.errors.append(error)
    finally:
        connection.close()


def keep_changing(world: World, *, take: Change, give: Change) -> None:
    """Take the permission away and give it back, and look in between."""
    try:
        for _ in range(ROUNDS):
            take(world)
            look(world)
            give(world)
            wait(world, tries=2)
    except BaseException as error:  # noqa: BLE001  (handed to the test, which fails on it)
        world.errors.append(error)
    finally:
        world.over.set()
        connection.close()


def look(world: World) -> None:
    """Note whatever stands or is let out between now, when taking it away has returned, and a little later."""
    before = released()
    world.violations += [f"{subject} stands" for subject in gate.standing(latest())]
    wait(world, tries=3)
    world.violations += ["released"] * (released() - before)
    world.violations += [f"{subject} stands" for subject in gate.standing(latest())]


def wait(world: World, *, tries: int) -> None:
    """Let the others get on."""
    until = world.tries + tries
    while world.tries < until and not world.errors:
        time.sleep(0.0005)


def race(world: World, *, take: Change, give: Change, release: Change = release) -> World:
    """Let them run against one another until the changes are through."""
    threads = [threading.Thread(target=keep_trying, args=(world, attempt)) for attempt in (release, serve)]
    threads.append(threading.Thread(target=keep_changing, args=(world,), kwargs={"take": take, "give": give}))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not world.errors, world.errors
    assert released() > 1
    return world


def allow(world: World) -> None:
    grant.give(world.olive, person=world.felix, uses=[Use.GENERATE])


def revoke(world: World) -> None:
    grant.revoke(world.olive, grant=Grant.objects.get(revoked_at=None).public_id)


CHANGES: dict[str, tuple[Change, Change]] = {
    "revoke": (revoke, allow),
    "block": (
        lambda world: ties.block(world.olive.pk, dst=world.felix.pk),
        lambda world: ties.unblock(world.olive.pk, dst=world.felix.pk),
    ),
    "unfollow": (
        lambda world: ties.unfollow(world.felix.pk, dst=world.olive.pk),
        lambda world: ties.follow(world.felix.pk, dst=world.olive.pk),
    ),
    "pause": (lambda world: switch.pause(world.olive), lambda world: switch.resume(world.olive)),
}


@pytest.fixture
def world(transactional_db: None) -> World:
    return World(cast.olive(), cast.felix())


def begin(world: World, *, mutuals: bool) -> None:
    """Let Felix in, by audience or by name, and make a first clip."""
    if mutuals:
        Cameo.objects.filter(owner=world.olive).update(audience=Cameo.Audience.MUTUALS)
    else:
        allow(world)
    permit = permit_for(world, "first")
    assert permit
    with transaction.atomic():
        assert gate.confirm(permit, subject="clip") is None


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_let_out_or_served_after_the_call_that_took_it_away_returned(world: World, change: str) -> None:
    begin(world, mutuals=change == "unfollow")
    take, give = CHANGES[change]
    race(world, take=take, give=give)
    assert world.violations == []


def naive_release(world: World) -> None:
    """Check, then write, in one transaction: what everybody writes first, and what the house does not do."""
    number = next(world.numbers)
    cameo, permit = Cameo.objects.get(), PermitRecord.objects.latest("pk")
    with transaction.atomic():
        (answer,) = graph.judge([graph.Question(world.felix.pk, cameo.pk, 1)])
        time.sleep(0.002)  # the sealing of a file takes far longer
        if answer.may:
            Appearance.objects.create(
                cameo=cameo, permit=permit, subject=f"clip-{number}", use="generate", epoch=answer.epoch
            )


def test_the_same_race_catches_a_release_that_takes_no_lock(world: World) -> None:
    begin(world, mutuals=False)
    race(world, take=revoke, give=allow, release=naive_release)
    assert "released" in world.violations


def test_the_same_race_catches_an_unfollow_that_bumps_no_epoch(world: World) -> None:
    begin(world, mutuals=True)
    race(
        world,
        take=lambda world: Follow.objects.filter(src=world.felix, dst=world.olive).delete(),
        give=lambda world: ties.follow(world.felix.pk, dst=world.olive.pk),
    )
    assert "clip stands" in world.violations


def test_unrelated_changes_leave_every_clip_servable(world: World) -> None:
    begin(world, mutuals=False)
    for number in range(20):
        follower = cast.person(f"follower_{number}")
        ties.follow(follower.pk, dst=world.olive.pk)
        ties.unfollow(follower.pk, dst=world.olive.pk)
        ties.block(follower.pk, dst=world.olive.pk)
    assert gate.standing({"clip"}) == {"clip"}
