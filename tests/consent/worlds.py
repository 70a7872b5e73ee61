"""Worlds drawn by seed: people, ties, cameos, grants, denials, rules and guardians, whatever their writers would allow.

The rows are written as they are, not through the writers: the statement has to be right whatever is in the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone
from numpy.random import Generator

from consent.accounts.guardianship import MOST_WARDS
from consent.grants import categories
from consent.grants.uses import mask
from consent.models import Block, Cameo, Follow, Grant, GuardianConsent, Guardianship, Person, Receipt, Rule
from consent.permit import Use
from consent.receipts.issue import issue
from tests import cast

Pair = tuple[int, int]
CATEGORIES = ("politics", "violence")


@dataclass(frozen=True)
class Said:
    """What an owner said about somebody: uses, categories, and whether its end has come."""

    uses: frozenset[Use]
    categories: frozenset[str]
    is_over: bool


@dataclass(frozen=True)
class Owner:
    """How somebody's cameo stands; ``agreed`` tells what a guardian said, None where there is none."""

    state: str
    audience: str
    is_teen: bool
    is_looked_after: bool
    is_agreed: bool
    rules_out: frozenset[str]
    asks_first: bool


@dataclass
class World:
    """People are numbers from 0; the pairs are (owner, other) for what is said, (from, to) for ties."""

    owners: list[Owner]
    follows: set[Pair] = field(default_factory=set)
    blocks: set[Pair] = field(default_factory=set)
    grants: dict[Pair, Said] = field(default_factory=dict)
    denials: dict[Pair, Said] = field(default_factory=dict)
    revoked: dict[Pair, Said] = field(default_factory=dict)

    @property
    def pairs(self) -> Iterator[Pair]:
        """Yield every pair of two people."""
        people = range(len(self.owners))
        return ((one, other) for one in people for other in people if one != other)


def drawn(seed: int, *, people: int) -> World:
    """Return the world of this seed."""
    rng = np.random.default_rng(seed)
    world = World([owner(rng) for _ in range(people)])
    for pair in world.pairs:
        if rng.random() < 0.5:
            world.follows.add(pair)
        if rng.random() < 0.06:
            world.blocks.add(pair)
        for where, odds in ((world.grants, 0.45), (world.denials, 0.2), (world.revoked, 0.2)):
            if rng.random() < odds:
                where[pair] = said(rng, is_denial=where is world.denials)
    return world


def owner(rng: Generator) -> Owner:
    """Draw how a cameo stands; most are live, so that something else decides."""
    return Owner(
        state=str(rng.choice(["live"] * 16 + ["paused", "frozen", "withdrawn", "pending"])),
        audience=str(rng.choice(["only_me", "approved", "mutuals", "everyone"])),
        is_teen=bool(rng.random() < 0.25),
        is_looked_after=bool(rng.random() < 0.8),
        is_agreed=bool(rng.random() < 0.7),
        rules_out=frozenset(name for name in CATEGORIES if rng.random() < 0.15),
        asks_first=bool(rng.random() < 0.1),
    )


def said(rng: Generator, *, is_denial: bool) -> Said:
    """Draw what is said about one person; a denial with categories is about these alone."""
    uses = frozenset(use for use in Use if rng.random() < (0.3 if is_denial else 0.6))
    names = frozenset(name for name in CATEGORIES if rng.random() < (0.3 if is_denial else 0.6))
    return Said(uses or frozenset({Use.GENERATE}), names, bool(rng.random() < 0.15))


def write(world: World) -> list[Person]:
    """Write a world down as rows; return its people in order."""
    now = timezone.now()
    people = [cast.person(f"person_{n}", years=15 if o.is_teen else 30) for n, o in enumerate(world.owners)]
    receipts = [issue("grant.made", person.pk, {"grant": "-"}) for person in people]
    cameos = [cameo(person, o, now=now) for person, o in zip(people, world.owners, strict=True)]
    Follow.objects.bulk_create(Follow(src=people[a], dst=people[b]) for a, b in sorted(world.follows))
    Block.objects.bulk_create(Block(src=people[a], dst=people[b]) for a, b in sorted(world.blocks))
    for rows, effect, ended in (
        (world.grants, Grant.Effect.GRANT, None),
        (world.denials, Grant.Effect.DENIAL, None),
        (world.revoked, Grant.Effect.GRANT, now),
    ):
        Grant.objects.bulk_create(
            grant(what, cameo=cameos[a], person=people[b], effect=effect, ended=ended, receipt=receipts[a], now=now)
            for (a, b), what in sorted(rows.items())
        )
    Rule.objects.bulk_create(rule for o, c in zip(world.owners, cameos, strict=True) for rule in rules(o, c, now=now))
    for number, (ward, o) in enumerate(zip(people, world.owners, strict=True)):
        look_after(ward, o, number=number, now=now)
    return people


def cameo(person: Person, owner: Owner, *, now: datetime) -> Cameo:
    """Write a cameo."""
    return Cameo.objects.create(owner=person, state=owner.state, audience=owner.audience, enrolled_at=now)


def grant(
    what: Said,
    *,
    cameo: Cameo,
    person: Person,
    effect: Grant.Effect,
    ended: datetime | None,
    receipt: Receipt,
    now: datetime,
) -> Grant:
    """Return the row of what was said."""
    return Grant(
        cameo=cameo,
        person=person,
        effect=effect,
        uses=mask(what.uses),
        categories=categories.mask(what.categories),
        expires_at=now - timedelta(minutes=1) if what.is_over else None,
        revoked_at=ended,
        receipt=receipt,
        revocation=receipt if ended else None,
    )


def rules(owner: Owner, cameo: Cameo, *, now: datetime) -> Iterator[Rule]:
    """Yield an owner's rules, each beside one that was removed and binds nobody."""
    confirmed = {"state": "confirmed", "confirmed_at": now}
    for name in sorted(owner.rules_out):
        yield Rule(cameo=cameo, kind="deny_category", categories=categories.mask([name]), **confirmed)
    if owner.asks_first:
        yield Rule(cameo=cameo, kind="ask", **confirmed)
    yield Rule(cameo=cameo, kind="ask", state="removed", confirmed_at=now, removed_at=now)


def look_after(ward: Person, owner: Owner, *, number: int, now: datetime) -> None:
    """Write a guardianship and what its guardian said; one that has ended, and its yes, count for nothing."""
    if owner.is_looked_after:
        guardian = cast.person(f"guardian_{number // MOST_WARDS}", years=44)
        parties = {"ward": ward, "guardian": guardian, "proposed_by": guardian}
        slot = number % MOST_WARDS + 1
        Guardianship.objects.create(**parties, state="live", slot=slot, confirmed_at=now)
        if owner.is_agreed:
            GuardianConsent.objects.create(cameo=ward.cameo, guardian=guardian)
    elif owner.is_agreed:
        guardian = cast.person("gone", years=44)
        Guardianship.objects.create(ward=ward, guardian=guardian, proposed_by=ward, state="ended", ended_at=now)
        GuardianConsent.objects.create(cameo=ward.cameo, guardian=guardian)
