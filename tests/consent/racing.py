"""Races: one thread takes permissions away, three others admit, release and serve, each on its own connection.

A *crowd* of owners lets the same person in. Step by step, one owner of it takes that back by the product's own call,
and at the same moment the others try, several times each: to be admitted (``authorize`` and the redeeming of permits),
to release (``confirm``) and to serve (``standing``), at moments that fall before, into and after the call. As soon as
the call has returned, the writer's thread notes every row that can be seen; whatever appears later came too late.
"""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import numpy as np
from django.db import connection, models, transaction
from django.utils import timezone

from consent import gate
from consent.grants import mint
from consent.models import Appearance, Cameo, PermitCameo, PermitRecord, Person, Receipt
from consent.permit import Permit, Refusal, Request
from consent.receipts.issue import issue
from tests import cast

TRIES = 8
"""Attempts of each kind against every call that takes something away."""
CROWD = 50
WRITER_MS, READER_MS = 30, 4
"""How long each waits at most before it acts, so that every order comes about."""
DRAFT = "ab" * 32
KINDS = ("admitted", "released", "served")
ROWS = """
SELECT 'minted', permit_id FROM consent_permitcameo WHERE cameo_id = ANY(%s::bigint[])
UNION ALL SELECT 'admitted', p.id FROM consent_permitrecord p JOIN consent_permitcameo c ON c.permit_id = p.id
  WHERE c.cameo_id = ANY(%s::bigint[]) AND p.spent_at IS NOT NULL
UNION ALL SELECT 'released', id FROM consent_appearance WHERE cameo_id = ANY(%s::bigint[])
"""
numbers = count()


@dataclass
class Crowd:
    """Owners who let one person in, and the permits that this person holds for each of them."""

    asker: Person
    owners: list[Person]
    cameos: list[int]
    receipt: Receipt
    unspent: list[list[Permit]] = field(default_factory=list)
    spent: list[list[Permit]] = field(default_factory=list)


@dataclass(frozen=True)
class Attempt:
    """One try: what for, against which owner, from when to when, and whether it was let through."""

    kind: str
    owner: int
    began: float
    ended: float
    came_through: bool


@dataclass
class Tally:
    """What was tried and what went wrong."""

    attempts: "Counter[str]" = field(default_factory=Counter)
    overlapping: "Counter[str]" = field(default_factory=Counter)
    good: "Counter[str]" = field(default_factory=Counter)
    late: "Counter[str]" = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Count another one in."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(theirs)


Taking = Callable[[Crowd, int], object]


def crowd(size: int, *, years: int = 30) -> Crowd:
    """Make an asker and so many owners with live cameos, in few statements."""
    number = next(numbers)
    asker = cast.person(f"asker{number}")
    born = cast.birthday(years)
    people = [
        Person(handle=f"n{number}o{n}", email=f"n{number}o{n}@example.org", birth_date=born, country="DE", password="!")
        for n in range(size)
    ]
    owners = Person.objects.bulk_create(people)
    cameos = Cameo.objects.bulk_create(
        Cameo(owner=owner, state=Cameo.State.LIVE, enrolled_at=timezone.now()) for owner in owners
    )
    with transaction.atomic():
        receipt = issue("grant.made", asker.pk, {"grant": "-"})
    return Crowd(asker, owners, [cameo.pk for cameo in cameos], receipt)


def provide(crowd: Crowd) -> None:
    """Give the asker unspent permits to be admitted with, and spent ones to release under; one clip each is out."""
    crowd.unspent = batches(crowd, per_owner=TRIES, is_spent=False)
    crowd.spent = batches(crowd, per_owner=TRIES + 1, is_spent=True)
    rows = [
        Appearance(cameo_id=cameo, permit_id=permits[-1].id, subject=subject(permits[-1]), use="generate", epoch=1)
        for cameo, permits in zip(crowd.cameos, crowd.spent, strict=True)
    ]
    Appearance.objects.bulk_create(rows)
    PermitRecord.objects.filter(pk__in=[row.permit_id for row in rows]).update(
        subject=models.functions.Concat(models.Value("clip-"), models.functions.Cast("pk", models.CharField()))
    )


def batches(crowd: Crowd, *, per_owner: int, is_spent: bool) -> list[list[Permit]]:
    """Write permits as the gate would have, only faster: its manager refuses, so Django's plainest way is taken."""
    now = timezone.now()
    plainly: models.QuerySet[PermitRecord] = models.QuerySet(PermitRecord)
    records = plainly.bulk_create(
        PermitRecord(
            handle=secrets.token_hex(16),
            job="race",
            requester=crowd.asker,
            draft_digest=DRAFT,
            uses=1,
            entry=1,
            created_at=now,
            expires_at=now + timedelta(seconds=60),
            spent_at=now if is_spent else None,
        )
        for _ in range(per_owner * len(crowd.owners))
    )
    rows = [records[start : start + per_owner] for start in range(0, len(records), per_owner)]
    PermitCameo.objects.bulk_create(
        PermitCameo(permit=record, cameo_id=cameo, epoch=1, receipt=crowd.receipt)
        for cameo, some in zip(crowd.cameos, rows, strict=True)
        for record in some
    )
    return [[mint.value(record, permitted=()) for record in some] for some in rows]


def subject(permit: Permit) -> str:
    """Return what is made under a permit."""
    return f"clip-{permit.id}"


# -- what the readers do


def admit(crowd: Crowd, owner: int, turn: int) -> bool:
    """Be admitted: the first time from asking on, then with a permit in hand. Redeems without opening a likeness."""
    permit: Permit | Refusal = crowd.unspent[owner][turn]
    if turn == 0:
        permit = gate.authorize(Request("race", crowd.asker.pk, (crowd.owners[owner].handle,), DRAFT))
    if isinstance(permit, Refusal):
        return False
    with transaction.atomic():
        return not isinstance(gate._redeem(permit, draft_digest=DRAFT), Refusal)


def release(crowd: Crowd, owner: int, turn: int) -> bool:
    """Let one more video out."""
    permit = crowd.spent[owner][turn]
    with transaction.atomic():
        return gate.confirm(permit, subject=subject(permit)) is None


def serve(crowd: Crowd, owner: int, turn: int) -> bool:
    """Ask whether what is out may be shown."""
    return bool(gate.standing({subject(crowd.spent[owner][-1])}))


READERS: dict[str, Callable[[Crowd, int, int], bool]] = {"admitted": admit, "released": release, "served": serve}


# -- the race


def run(crowd: Crowd, take: Taking, *, seed: int) -> Tally:
    """Let everybody run, owner after owner, and return what was tried and what came too late."""
    race = Race(crowd, take)
    threads = [threading.Thread(target=race.guarded, args=(race.write, seed))]
    threads += [
        threading.Thread(target=race.guarded, args=(race.read, seed + place, kind))
        for place, kind in enumerate(KINDS, start=1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not race.errors, race.errors
    return race.tally()


class Race:
    """One crowd, its writer and its readers, in step with one another."""

    def __init__(self, crowd: Crowd, take: Taking) -> None:
        self.crowd = crowd
        self.take = take
        self.step = threading.Barrier(1 + len(KINDS))
        self.calls: dict[int, tuple[float, float]] = {}
        self.seen: set[tuple[str, int]] = set()
        self.attempts: list[Attempt] = []
        self.errors: list[BaseException] = []

    def guarded(self, act: Callable[..., None], *args: object) -> None:
        """Run one thread's part; an error ends the race for all."""
        try:
            act(*args)
        except BaseException as error:  # noqa: BLE001  (handed to the test, which fails on it)
            self.errors.append(error)
            self.step.abort()
        finally:
            connection.close()

    def steps(self, seed: int, *, most_ms: float) -> Iterator[tuple[int, Callable[[], None]]]:
        """Yield every owner in turn, when all threads are there, with a way to pause for a random while."""
        rng = np.random.default_rng(seed)
        with connection.cursor() as cursor:
            cursor.execute(
                "SET synchronous_commit = off"
            )  # what is seen, and when, is the same; the disk is not waited for
        for owner in range(len(self.crowd.owners)):
            self.step.wait(60)
            yield owner, lambda: time.sleep(rng.random() * most_ms / 1000)

    def write(self, seed: int) -> None:
        """Take the permission away, and look at once."""
        for owner, pause in self.steps(seed, most_ms=WRITER_MS):
            pause()
            began = time.perf_counter()
            self.take(self.crowd, owner)
            self.calls[owner] = began, time.perf_counter()
            self.seen |= rows([self.crowd.cameos[owner]])

    def read(self, seed: int, kind: str) -> None:
        """Try, several times."""
        for owner, pause in self.steps(seed, most_ms=READER_MS):
            for turn in range(TRIES):
                pause()
                began = time.perf_counter()
                came_through = READERS[kind](self.crowd, owner, turn)
                self.attempts.append(Attempt(kind, owner, began, time.perf_counter(), came_through))

    def tally(self) -> Tally:
        """Count: what became visible after the call had returned, and what was let through though it began after."""
        found = Tally(late=Counter(kind for kind, _ in rows(self.crowd.cameos) - self.seen))
        for attempt in self.attempts:
            began, ended = self.calls[attempt.owner]
            found.attempts[attempt.kind] += 1
            found.overlapping[attempt.kind] += attempt.began < ended and attempt.ended > began
            found.good[attempt.kind] += attempt.came_through
            found.late[f"{attempt.kind} afterwards"] += attempt.came_through and attempt.began > ended
        out = [subject(permit) for permits in self.crowd.spent for permit in permits]
        found.late["stands"] += len(gate.standing(out) & released(out))
        found.late += Counter()  # zeros out
        return found


def rows(cameos: Sequence[int]) -> set[tuple[str, int]]:
    """Return every permit, every spent one and every release of these cameos that can be seen now."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [list(cameos)] * 3)
        return set(cursor.fetchall())


def released(subjects: Sequence[str]) -> set[str]:
    """Return those of the subjects in which somebody appears; one without appearances stands, and shows nobody."""
    return set(Appearance.objects.filter(subject__in=subjects).values_list("subject", flat=True))
