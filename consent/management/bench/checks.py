"""What one check costs, beside the same statement without us and beside no question at all.

The three take turns on one connection, a few at a time, so that whatever else this machine does weighs on all of them
alike: which processor the database's process runs on decides as much as what it is asked.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from django.db import connection

from consent.accounts import prepared
from consent.grants import graph
from consent.grants.graph import Question
from consent.grants.uses import BITS
from consent.management.bench.timing import LATE, MIDDLE, Stopwatch
from consent.permit import Use
from consent.trials.crowd import Crowd, asked

SIZES = (1, 4, 16, 256)
TURN = 50  # questions between changes of turn, for one pair
NOTHING = b"SELECT 1"
Sent = tuple[bytes, Any]


def measure(crowd: Crowd, *, samples: int) -> tuple[float, dict[str, dict[str, float]]]:
    """Return the median of ``SELECT 1`` in microseconds, and what checks of each size cost.

    ``samples`` is how many checks of one pair are timed; of larger ones, fewer.
    """
    nothing = Stopwatch()
    connection.ensure_connection()
    with psycopg.RawCursor(connection.connection) as cursor:
        found = {
            str(size): by_size(crowd, size=size, samples=samples, cursor=cursor, nothing=nothing) for size in SIZES
        }
    return nothing.micros(MIDDLE), found


def by_size(
    crowd: Crowd, *, size: int, samples: int, cursor: psycopg.RawCursor[Any], nothing: Stopwatch
) -> dict[str, float]:
    """Time checks of so many pairs at once."""
    many = max(20, samples // size)
    turns = list(questions(crowd, size=size, many=many))
    sent = [overheard(each) for each in turns]
    others = turns[many // 2 :] + turns[: many // 2]  # neither is always the one that asks first
    ours, raw = Stopwatch(), Stopwatch()

    def bare(asked: Sent) -> None:
        cursor.execute(*asked, prepare=True).fetchall()

    def idle(_turn: int) -> None:
        cursor.execute(NOTHING, prepare=True).fetchall()

    step = max(1, TURN // size)
    for start in range(0, many, step):
        nothing.run(idle, range(step if size == 1 else 0))
        raw.run(bare, sent[start : start + step])
        ours.run(graph.judge, others[start : start + step])
    return {
        "p50_us": ours.micros(MIDDLE),
        "p99_us": ours.micros(LATE),
        "raw_p50_us": raw.micros(MIDDLE),
        "cpu_us": ours.cpu_micros(),
    }


def overheard(asked: Sequence[Question]) -> Sent:
    """Return the statement and the values that the product sends for these questions."""
    heard: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401, FBT001 - Django's
        heard.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        graph.judge(asked)
    ((sql, values),) = heard
    return prepared.encoded(sql), values


def questions(crowd: Crowd, *, size: int, many: int) -> Iterator[list[Question]]:
    """Yield so many lists of questions, each about as many pairs."""
    pairs = asked(crowd, many=size * many)
    for start in range(0, size * many, size):
        yield [Question(viewer, cameo, BITS[Use.GENERATE]) for viewer, cameo in pairs[start : start + size]]
