"""Asking the database one thing very often: prepared once on each connection, run with nothing in between.

Django's cursor, made anew for each statement, costs about as much as the statement does. Columns go as text that
PostgreSQL reads as arrays: lists would be another statement for each size their numbers happen to have.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from django.db import connection

KEPT = threading.local()
"""This thread's cursor: making one costs a third of what the database needs to answer."""


def rows(statement: bytes, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return what the statement says, under Django's rules: its connection, its transaction, its errors.

    Where somebody counts or wraps queries, by the way that they can see.
    """
    if connection.queries_logged or connection.execute_wrappers:
        return watched(statement, columns)
    connection.ensure_connection()
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return cursor().execute(statement, columns, prepare=True).fetchall()


def watched(statement: bytes, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the same through Django's own cursor."""
    with connection.cursor() as theirs:
        theirs.execute(statement.decode(), columns)
        return theirs.fetchall()


def cursor() -> "psycopg.Cursor[Any]":
    """Return this thread's cursor on the connection it has now."""
    kept: psycopg.Cursor[Any] | None = getattr(KEPT, "cursor", None)
    if kept is None or kept.closed or kept.connection is not connection.connection:
        kept = KEPT.cursor = psycopg.Cursor(connection.connection)
    return kept


def numbers(values: Iterable[int]) -> str:
    """Return numbers as PostgreSQL writes an array of them."""
    return f"{{{','.join(map(str, values))}}}"


def texts(values: Iterable[str]) -> str:
    """Return texts as PostgreSQL writes an array of them."""
    return f"{{{','.join(map(quoted, values))}}}"


def quoted(value: str) -> str:
    """Return one text of an array, whatever is in it."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"') if "\\" in value or '"' in value else value
    return f'"{plain}"'
