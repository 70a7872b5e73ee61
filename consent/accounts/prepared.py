"""What is done very often: prepared once on each connection, run with nothing in between.

Django's cursor, made anew for each statement, costs as much as a lookup by key, and writing the statement anew for each
row several times that. Values go as text: Python's numbers would make it another statement for each size that they
happen to have.
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
from django.db.models import Field, Model

from consent.accounts import swift, transactions

KEPT = threading.local()
"""This thread's cursor: making one costs a third of what the database needs to answer."""


def rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return what the statement says, under Django's rules: its connection, its transaction, its errors.

    Outside a transaction it only reads: a connection that was lost while nobody used it is opened anew, and it is asked
    again. Where somebody counts or wraps queries, it goes the way that they can see.
    """
    ours = connections[DEFAULT_DB_ALIAS]  # once: each look through django.db.connection costs microseconds
    if ours.queries_logged or ours.execute_wrappers:
        return watched(ours, statement=statement, values=values)
    if ours.connection is not None and not ours.in_atomic_block:
        found = swift.rows(ours.connection, statement=statement, command=encoded(statement), values=values)
        if found is not None:
            return found
    return slowly(ours, statement=statement, values=values)


def slowly(ours: BaseDatabaseWrapper, *, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the same through psycopg's cursor, from a new connection where the old one was lost."""
    try:
        return run(ours, statement=statement, values=values)
    except (OperationalError, InterfaceError):
        if ours.in_atomic_block or ours.is_usable():
            raise
    ours.close()
    return run(ours, statement=statement, values=values)


def insert(row: Model) -> None:
    """Write a new row and give it its key, inside the caller's ``atomic()``; no ``save`` runs, no signal is sent."""
    transactions.require("Inserting a row")
    statement, fields = inserting(type(row))
    ((row.pk,),) = rows(statement, [written(field, row=row) for field in fields])
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - as Django's own ``save`` leaves it


@lru_cache(maxsize=32)
def inserting(model: type[Model]) -> "tuple[str, tuple[Field[Any, Any], ...]]":
    """Return the statement that inserts one row of this model, and the fields whose values it takes."""
    about = model._meta  # noqa: SLF001 - documented, whatever its name says
    fields = tuple(field for field in about.concrete_fields if not field.primary_key)
    names, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{about.db_table}" ({names}) VALUES ({places}) RETURNING "{about.pk.column}"', fields  # noqa: S608


def written(field: "Field[Any, Any]", *, row: Model) -> Any:  # noqa: ANN401 - whatever the driver takes
    """Return a field's value as the statement takes it."""
    value = field.get_db_prep_save(getattr(row, field.attname), connections[DEFAULT_DB_ALIAS])
    return str(value) if isinstance(value, int) else value


def run(ours: BaseDatabaseWrapper, *, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run it on this thread's connection."""
    ours.ensure_connection()
    ours.validate_thread_sharing()
    ours.validate_no_broken_transaction()
    with ours.wrap_database_errors:
        found: list[tuple[Any, ...]] = (
            cursor(ours.connection).execute(encoded(statement), values, prepare=True).fetchall()
        )
    return found


def watched(ours: BaseDatabaseWrapper, *, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
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
