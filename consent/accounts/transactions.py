"""Some writes only mean anything together with others; this says so out loud."""

from contextlib import AbstractContextManager, nullcontext

from django.db import connection, transaction

from consent.errors import OutsideTransactionError


def require(what: str) -> None:
    """Raise :class:`OutsideTransactionError`, naming ``what``, unless a transaction is open."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"{what} may only be called inside a database transaction.")


def whole() -> AbstractContextManager[None]:
    """Return what keeps a failed reading from spoiling the caller's transaction: a savepoint where one is open."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
