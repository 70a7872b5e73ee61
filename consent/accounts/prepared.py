"""Reading one thing very often: prepared once on each connection, run with nothing in between.

Django's cursor, made anew for each statement, costs as much as a lookup by key. Values go as text: Python's numbers
would make it another statement for each size that they happen to have.
"""

import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = threading.local()
"""This thread's cursor: making one costs a third of what the database needs to answer."""


def rows(statement: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return what the statement says, under Django's rules: its connection, its transaction, its errors.

    It only reads: a connection that was lost while nobody used it is opened anew, and it is asked again. Where somebody
    counts or wraps queries, it goes the way that they can see.
    """
    ours = connections[DEFAULT_DB_ALIAS]  # once: each look through django.db.connection costs microseconds
    if ours.queries_logged or ours.execute_wrappers:
        return watched(ours, statement=statement, values=values)
    try:
        return run(ours, statement=statement, values=values)
    except (OperationalError, InterfaceError):
        if ours.in_atomic_block or ours.is_usable():
            raise
    ours.close()
    return run(ours, statement=statement, values=values)


def run(ours: BaseDatabaseWrapper, *, statement: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """Run it on this thread's connection."""
    ours.ensure_connection()
    ours.validate_thread_sharing()
    ours.validate_no_broken_transaction()
    with ours.wrap_database_errors:
        found: list[tuple[Any, ...]] = (
            cursor(ours.connection).execute(encoded(statement), values, prepare=True).fetchall()
        )
    return found


def watched(ours: BaseDatabaseWrapper, *, statement: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the same through Django's own cursor."""
    with ours.cursor() as theirs:
        theirs.execute(statement, values)
        found: list[tuple[Any, ...]] = theirs.fetchall()
    return found


@lru_cache(maxsize=16)
def encoded(statement: str) -> bytes:
    """Return the statement as PostgreSQL reads it, ``$1`` for the first ``%s``: psycopg would do it each time anew."""
    places = count(1)
    return re.sub("%s", lambda _: f"${next(places)}", statement).encode()


def cursor(opened: "psycopg.Connection[Any]") -> "psycopg.RawCursor[Any]":
    """Return this thread's cursor on this connection."""
    kept: psycopg.RawCursor[Any] | None = getattr(KEPT, "cursor", None)
    if kept is None or kept.connection is not opened or kept.closed:
        kept = KEPT.cursor = psycopg.RawCursor(opened)
    return kept
