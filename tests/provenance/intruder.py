"""Stand in for somebody who has the database to himself: the log's own guard is switched off."""

import contextlib
from collections.abc import Iterator

from django.db import connection

TABLE, GUARD = "provenance_entry", "provenance_entry_is_final"


@contextlib.contextmanager
def unguarded() -> Iterator[None]:
    """Let entries be changed and deleted meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {GUARD}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table has checks pending and cannot be altered
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER {GUARD}")


def run(sql: str, *values: bytes) -> int:
    """Change the entries; return how many rows were."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def change(place: int, sql: str) -> int:
    """Change the entry at a place; return how many rows that were."""
    return run(f"UPDATE provenance_entry SET {sql} WHERE leaf_index = {place:d}")  # noqa: S608 - a test's own words
