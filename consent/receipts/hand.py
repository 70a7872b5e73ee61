"""By whose hand something is done in an owner's place: every receipt issued meanwhile says so, none can forget it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_acting: ContextVar[Mapping[str, str]] = ContextVar("acting", default={})  # noqa: B039 - never changed, only replaced


@contextmanager
def of(signed: Mapping[str, str]) -> Iterator[None]:
    """Let every receipt issued inside say that it was done by this person (see ``accounts.stewards.signed``)."""
    token = _acting.set(dict(signed))
    try:
        yield
    finally:
        _acting.reset(token)


def acting() -> Mapping[str, str]:
    """Return who acts just now; nothing while everybody acts for themselves."""
    return _acting.get()
