"""What it costs to ask whether a picture or a video was made here, among many; beside a scan of all in memory."""

import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from provenance.backends.fingerprint import Bits, Hash
from provenance.marks import fingerprints, lookup
from provenance.marks.fingerprints import Picture

MANY: Final = 1_000_000
BATCH: Final = 20_000
SEALS: Final = 1000  # that share them
TRIES: Final = 20
TURNED: Final = 25  # bits by which a question differs from what is recorded
SHADOW: Final = """
CREATE SCHEMA bench_fingerprints;
CREATE TABLE bench_fingerprints.provenance_fingerprint (LIKE provenance_fingerprint);
SET LOCAL search_path = bench_fingerprints, public
"""  # ends with the transaction
COLUMNS: Final = 'id, manifest_id, at, "window", bits, bands'  # window is one of SQL's own words


def measure(count: int = MANY) -> dict[str, Any]:
    """Return the figures; nothing but a table that ends with the transaction is written."""
    random = np.random.default_rng(1)
    with transaction.atomic():
        begun = time.perf_counter()
        hashes = filled(count, random)
        filling = time.perf_counter() - begun
        asked = [turned(hashes[int(random.integers(count))], random) for _ in range(TRIES)]
        known = [timed(lambda one=one: lookup.candidates([picture(one)])) for one in asked]
        scans = [timed(lambda one=one: scan(hashes, one)) for one in asked]
        video = [timed(lambda: lookup.candidates([picture(one) for one in asked])) for _ in range(3)]
        transaction.set_rollback(True)
    return {
        "hashes": count,
        "fill_s": round(filling, 1),
        "ms_per_hash": median(known),
        "ms_per_20_pictures": median(video),
        "ms_per_hash_by_scan": median(scans),
        "missed": sum(not found for _, found in known),
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield what was measured, for a terminal."""
    yield f"look-up among {found['hashes']:,} fingerprints (n = {TRIES}; {found['missed']} missed)"
    yield f"  {found['ms_per_hash']} ms a picture, {found['ms_per_20_pictures']} ms for {TRIES} at once"
    yield f"  {found['ms_per_hash_by_scan']} ms a picture by comparing all of them in memory"


def filled(count: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """Write so many hashes of a thousand seals into a table that stands before the real one, and return them."""
    hashes = random.integers(0, 256, (count, 32), np.uint8)
    with connection.cursor() as cursor:
        cursor.execute(SHADOW)
        with cursor.copy(f"COPY provenance_fingerprint ({COLUMNS}) FROM STDIN") as copy:  # constants
            for start in range(0, count, BATCH):
                part = hashes[start : start + BATCH]
                for number, one, bands in zip(range(start, count), part, fingerprints.bands(part), strict=False):
                    copy.write_row((number, number % SEALS, 0.0, 0, one.tobytes(), bands))
        cursor.execute("CREATE INDEX ON provenance_fingerprint USING gin (bands)")
        cursor.execute("ANALYZE provenance_fingerprint")
    return hashes


def turned(one: Bits, random: np.random.Generator) -> Bits:
    """Return a hash with some bits turned."""
    bits = np.unpackbits(one)
    bits[random.choice(256, TURNED, replace=False)] ^= 1
    return np.packbits(bits)


def picture(one: Bits) -> Picture:
    """Return a picture of which only the hash is known."""
    return Picture(0.0, (Hash(0, one, one),))


def scan(hashes: NDArray[np.uint8], one: Bits) -> int:
    """Return how many hashes are near by comparing all of them, eight bytes at a time."""
    apart = sum(np.bitwise_count(hashes.view(np.uint64)[:, part] ^ one.view(np.uint64)[part]) for part in range(4))
    return int(np.count_nonzero(np.asarray(apart) <= lookup.NEAR))


def timed(work: Any) -> tuple[float, Any]:  # noqa: ANN401 - a function, and what it returns
    """Return milliseconds and what came of it."""
    begun = time.perf_counter()
    found = work()
    return 1000 * (time.perf_counter() - begun), found


def median(tries: list[tuple[float, Any]]) -> float:
    """Return the middle of some times."""
    return round(float(np.median([spent for spent, _ in tries])), 2)
