"""A schema of its own, made from the product's own tables: nothing that is measured touches a row of anybody's.

Every table is made like the product's (columns, checks, defaults); keys, indexes and references follow once the rows
are in, as PostgreSQL itself spells them. While the room is open, each connection that this process opens by Django's
settings sees that schema and no other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from consent.errors import BenchError

NAME = "countenance_bench"
LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
LIKE = "CREATE TABLE {name}.{table} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)"

CONSTRAINTS = """
SELECT format('ALTER TABLE %I ADD CONSTRAINT %I ', t.relname, c.conname) || pg_get_constraintdef(c.oid, true)
  || CASE WHEN c.contype = 'f' THEN ' NOT VALID' ELSE '' END
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
WHERE c.connamespace = current_schema()::regnamespace AND c.contype IN ('p', 'u', 'x', 'f')
ORDER BY c.contype = 'f', c.oid"""
"""Keys first, then references: they hold for what is written from now on, and are not proved for what was loaded."""

INDEXES = """
SELECT pg_get_indexdef(i.indexrelid, 0, true) FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid"""


@dataclass(frozen=True, slots=True)
class Room:
    """An open schema: its tables, and the commands that add what they still lack."""

    tables: tuple[str, ...]
    later: tuple[str, ...] = field(repr=False)

    def finish(self) -> None:
        """Add keys, indexes and references, then let PostgreSQL look at everything once."""
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            for command in self.later:
                cursor.execute(command)
            for table in self.tables:
                cursor.execute(f"VACUUM (ANALYZE) {table}")


@contextmanager
def room() -> Iterator[Room]:
    """Open the schema, and drop it with everything in it at the end, whatever happened meanwhile."""
    keeper = connection.copy()
    try:
        with keeper.cursor() as cursor:
            made = build(cursor)
        with seen_by_all():
            yield made
    finally:
        drop(keeper)


def build(cursor: CursorWrapper) -> Room:
    """Make the schema and its bare tables; raise BenchError when somebody else is measuring in this database."""
    cursor.execute(LOCK, [NAME])
    if cursor.fetchone() != (True,):
        raise BenchError("Consent is being measured in this database already.")
    tables = column(cursor, TABLES)
    if "consent_cameo" not in tables:
        raise BenchError("The product's tables are not here yet: run `manage.py setup` first.")
    later = (*column(cursor, CONSTRAINTS), *column(cursor, INDEXES))
    cursor.execute(f"DROP SCHEMA IF EXISTS {NAME} CASCADE")  # of a run that was killed
    cursor.execute(f"CREATE SCHEMA {NAME}")
    for table in tables:
        cursor.execute(LIKE.format(name=NAME, table=table))
    return Room(tuple(tables), later)


def column(cursor: CursorWrapper, query: str) -> list[str]:
    """Return the only column of a query."""
    cursor.execute(query)
    return [row[0] for row in cursor.fetchall()]


def drop(keeper: BaseDatabaseWrapper) -> None:
    """Drop the schema if this keeper made it, and let go of the lock with the connection."""
    try:
        with keeper.cursor() as cursor:
            cursor.execute(LOCK, [NAME])  # one's own lock can be taken again; another's cannot
            if cursor.fetchone() == (True,):
                cursor.execute(f"DROP SCHEMA IF EXISTS {NAME} CASCADE")
    finally:
        keeper.close()


@contextmanager
def seen_by_all() -> Iterator[None]:
    """Make every connection that is opened from here on look into the schema alone."""
    options = connections.settings["default"]["OPTIONS"]
    before = options.get("options", "")
    connection.close()
    options["options"] = f"{before} -c search_path={NAME}"
    try:
        yield
    finally:
        connection.close()
        options["options"] = before
