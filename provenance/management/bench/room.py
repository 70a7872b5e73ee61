"""A schema of its own for what is measured: tables like ours, dropped at the end, so that no row is left behind."""

import contextlib
import secrets
from collections.abc import Iterator

from django.db import connection, models

from provenance.log.models import GUARD


@contextlib.contextmanager
def empty(*tables: type[models.Model]) -> Iterator[None]:
    """Have these tables, empty and with the log's own guard, in a schema that is first in the search path meanwhile."""
    name = f"bench_{secrets.token_hex(6)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {name}")
        cursor.execute(f"SET search_path TO {name}, public")
    try:
        with connection.schema_editor() as editor:
            for table in tables:
                editor.create_model(table)
        with connection.cursor() as cursor:
            for statement in GUARD:
                cursor.execute(statement)
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO DEFAULT")
            cursor.execute(f"DROP SCHEMA {name} CASCADE")
