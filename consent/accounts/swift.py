"""One reading on a connection that is idle, prepared once and asked through libpq alone.

psycopg's cursor makes anew for each question what stays the same: who adapts the values, who reads the columns, what to
wait for. That costs as much as ``SELECT 1``, twice over. Here is nothing to say what went wrong: whatever is not a
plain answer is left to psycopg, which asks again and raises what Django knows.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import abc, adapt
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn

KEPT = threading.local()
"""What this thread has prepared, and on which connection."""

NAMES = count(1)
DONE, FOUND = int(ExecStatus.COMMAND_OK), int(ExecStatus.TUPLES_OK)
IDLE = int(TransactionStatus.IDLE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement that the server knows by name, and the reader of its columns: their types never change."""

    name: bytes
    reader: abc.Transformer


@dataclass(frozen=True, slots=True)
class Desk:
    """What was prepared on one connection, statement by statement."""

    opened: "psycopg.Connection[Any]"
    statements: dict[str, Prepared] = field(default_factory=dict)


def rows(
    opened: "psycopg.Connection[Any]", *, statement: str, command: bytes, values: Sequence[str]
) -> list[tuple[Any, ...]] | None:
    """Return what a statement says that only reads; None when psycopg has to be asked.

    ``command`` is the statement as PostgreSQL reads it. A zero byte would end a value early: psycopg refuses it.
    """
    if not opened.autocommit or "\0" in "".join(values):
        return None
    with opened.lock:
        server = opened.pgconn
        if server.transaction_status != IDLE:
            return None
        try:
            return asked(desk(opened), statement=statement, command=command, values=[v.encode() for v in values])
        except psycopg.Error:
            return None


def asked(at: Desk, *, statement: str, command: bytes, values: list[bytes]) -> list[tuple[Any, ...]] | None:
    """Return the same; what did not work is forgotten, for psycopg forgets what is prepared after a rollback."""
    server = at.opened.pgconn
    known = at.statements.get(statement) or prepared(at, statement=statement, command=command)
    if known is None:
        return None
    answer = server.exec_prepared(known.name, values)
    if answer.status != FOUND:
        del at.statements[statement]
        forget(server, name=known.name)
        return None
    is_first = known.reader.pgresult is None
    known.reader.set_pgresult(answer, set_loaders=is_first)
    return known.reader.load_rows(0, answer.ntuples, tuple)


def prepared(at: Desk, *, statement: str, command: bytes) -> Prepared | None:
    """Prepare it under a name of its own."""
    name = f"swift_{next(NAMES)}".encode()
    if at.opened.pgconn.prepare(name, command).status != DONE:
        return None
    made = at.statements[statement] = Prepared(name, adapt.Transformer(at.opened))
    return made


def forget(server: PGconn, *, name: bytes) -> None:
    """Have the server drop it, if it still knows it."""
    server.exec_(b"DEALLOCATE " + name)


def desk(opened: "psycopg.Connection[Any]") -> Desk:
    """Return this thread's desk on this connection."""
    kept: Desk | None = getattr(KEPT, "desk", None)
    if kept is None or kept.opened is not opened:
        kept = KEPT.desk = Desk(opened)
    return kept
