"""What the log costs: appending end to end, and proving at its full size.

An append is measured whole: RFC 8785 text, salt and commitment, the row in PostgreSQL, its place, the tiles, the map of
standings, the signed checkpoint; what differs is whether the fact is about receipts, which the map has to take in.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from provenance import ledger
from provenance.backends import keys
from provenance.log import proofs, sequencer, standing
from provenance.log.models import Checkpoint, Cosignature, Entry, StandingPage, Tile
from provenance.management.bench import room

BATCH = 10_000
PROOFS = 400
TABLES = (Entry, Tile, Checkpoint, Cosignature, StandingPage)


def measure(*, entries: int) -> dict[str, Any]:
    """Return what was measured in a log that grows to so many entries: half about receipts, half not."""
    if keys.log_public() is None:
        keys.log_key()
    with room.empty(*TABLES):
        about = entries // 2
        first = grow(about, lambda number: {"receipts": [f"{number:064x}"]})
        second = grow(entries - about, lambda number: {"permit": f"{number:064x}"})
        rates = {"about_receipts": first, "other": second, "all": first + second}
        made = list(Entry.objects.filter(leaf_index__isnull=False).order_by("?").values_list("pk", flat=True)[:PROOFS])
        return {
            "entries": entries,
            "fsync": durable(),
            "appends_per_s": {name: rate.by_clock for name, rate in rates.items()},
            "appends_per_s_of_our_processor": {name: rate.by_processor for name, rate in rates.items()},
            "proof_ms": times(lambda number: proofs.prove(made[number % len(made)]), PROOFS),
            "path_ms": times(lambda number: proofs.path(number * 7919 % entries, entries), PROOFS),
            "growth_ms": times(lambda _: proofs.grew(BATCH, entries), PROOFS),
            "standing_ms": times(lambda number: standing.look_up(f"{number * 7919 % about:064x}"), PROOFS),
        }


@dataclass(frozen=True, slots=True)
class Rate:
    """How many were appended in how many seconds by the clock, and how many of our own processor's."""

    count: int
    seconds: float
    spent: float

    def __add__(self, other: "Rate") -> "Rate":
        """Return both stretches as one."""
        return Rate(self.count + other.count, self.seconds + other.seconds, self.spent + other.spent)

    @property
    def by_clock(self) -> float:
        """Return how many a second."""
        return self.count / self.seconds

    @property
    def by_processor(self) -> float:
        """Return how many a second of our own processor: what the database spends is not in it."""
        return self.count / self.spent


def grow(count: int, body: Callable[[int], dict[str, ledger.JSON]]) -> Rate:
    """Append so many facts in batches, a checkpoint signed after each; return how fast that was."""
    begun, spent = time.perf_counter(), time.process_time()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with transaction.atomic():
            ledger.append_many([ledger.Fact("permit.minted", body(number)) for number in numbers])
        sequencer.sequence()
    return Rate(count, time.perf_counter() - begun, time.process_time() - spent)


def times(act: Callable[[int], object], count: int) -> dict[str, float]:
    """Return what so many turns take, in ms: median and 95th percentile by the clock, the mean of our processor's."""
    every, spent = [], time.process_time()
    for number in range(count):
        begun = time.perf_counter()
        act(number)
        every.append((time.perf_counter() - begun) * 1000)
    mean = (time.process_time() - spent) * 1000 / count
    return {"n": count, "p50": statistics.median(every), "p95": statistics.quantiles(every, n=20)[-1], "cpu": mean}


def durable() -> str:
    """Return whether the database waits for its disk: rates mean little without knowing it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        return str(cursor.fetchone()[0])


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield what was measured, for a terminal."""
    rates, spent = found["appends_per_s"], found["appends_per_s_of_our_processor"]
    yield f"log of {found['entries']:,} entries ({settings.LOG_ORIGIN}; fsync {found['fsync']})"
    yield f"  appends/s, end to end, batches of {BATCH:,}: {rates['all']:,.0f}"
    yield f"    about receipts {rates['about_receipts']:,.0f}, other facts {rates['other']:,.0f}"
    yield f"    in each second of our own processor's time {spent['all']:,.0f}"
    for name in ("proof", "path", "growth", "standing"):
        each = found[f"{name}_ms"]
        yield f"  {name} ms: median {each['p50']:.2f}, 95 % {each['p95']:.2f}, ours {each['cpu']:.2f} (n = {each['n']})"
