"""What the log costs: appending end to end, and proving at its full size.

An append is measured whole: RFC 8785 text, salt and commitment, the row in PostgreSQL, its place, the tiles, the map of
standings, the signed checkpoint; what differs is whether the fact is about receipts, which the map has to take in.
"""

import statistics
import time
from collections.abc import Callable, Iterator
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
        about, plain = entries // 2, entries - entries // 2
        first, second = (
            grow(about, lambda n: {"receipts": [f"{n:064x}"]}),
            grow(plain, lambda n: {"permit": f"{n:064x}"}),
        )
        made = sorted(
            Entry.objects.filter(leaf_index__isnull=False).order_by("?").values_list("pk", flat=True)[:PROOFS]
        )
        return {
            "entries": entries,
            "fsync": durable(),
            "appends_per_s": {"about_receipts": first, "other": second, "all": mean(about, first, plain, second)},
            "proof_ms": spread(times(lambda n: proofs.prove(made[n % len(made)]), PROOFS)),
            "path_ms": spread(times(lambda n: proofs.path(n * 7919 % entries, entries), PROOFS)),
            "growth_ms": spread(times(lambda _: proofs.grew(BATCH, entries), PROOFS)),
            "standing_ms": spread(times(lambda n: standing.look_up(f"{n * 7919 % about:064x}"), PROOFS)),
        }


def grow(count: int, body: Callable[[int], dict[str, ledger.JSON]]) -> float:
    """Append so many facts in batches, a checkpoint signed after each; return how many a second."""
    begun = time.perf_counter()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with transaction.atomic():
            ledger.append_many([ledger.Fact("permit.minted", body(number)) for number in numbers])
        sequencer.sequence()
    return count / (time.perf_counter() - begun)


def mean(one: int, its: float, other: int, others: float) -> float:
    """Return the rate over both stretches together."""
    return (one + other) / (one / its + other / others)


def times(act: Callable[[int], object], count: int) -> Iterator[float]:
    """Yield how many milliseconds each of so many turns takes."""
    for number in range(count):
        begun = time.perf_counter()
        act(number)
        yield (time.perf_counter() - begun) * 1000


def spread(found: Iterator[float]) -> dict[str, float]:
    """Return median and 95th percentile."""
    every = list(found)
    return {"n": len(every), "p50": statistics.median(every), "p95": statistics.quantiles(every, n=20)[-1]}


def durable() -> str:
    """Return whether the database waits for its disk: rates mean little without knowing it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        return str(cursor.fetchone()[0])


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield what was measured, for a terminal."""
    rates = found["appends_per_s"]
    yield f"log of {found['entries']:,} entries ({settings.LOG_ORIGIN}; fsync {found['fsync']})"
    yield f"  appends/s, end to end, batches of {BATCH:,}: {rates['all']:,.0f}"
    yield f"    about receipts {rates['about_receipts']:,.0f}, other facts {rates['other']:,.0f}"
    for name in ("proof", "path", "growth", "standing"):
        each = found[f"{name}_ms"]
        yield f"  {name} ms: median {each['p50']:.2f}, 95 % {each['p95']:.2f} (n = {each['n']})"
