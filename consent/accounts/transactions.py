"""Some writes only mean anything together with others; this says so out loud."""

from django.db import connection

from consent.errors import OutsideTransactionError


def require(what: str) -> None:
    """Raise :class:`OutsideTransactionError`, naming ``what``, unless a transaction is open."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"{what} may only be called inside a database transaction.")
