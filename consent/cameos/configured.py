"""What an operator may set about enrolling, looked at before anything starts: one sentence for each mistake."""

from collections.abc import Callable, Iterator

from django.core.checks import CheckMessage, Error

from consent import backends
from consent.cameos import keeping
from consent.errors import ConsentError


def check(**_: object) -> list[CheckMessage]:
    """Return an error for laws nobody knows, and a key store that is not there."""
    return list(_found())


def _found() -> Iterator[CheckMessage]:
    looked: list[tuple[str, Callable[[], object]]] = [
        ("consent.E001", keeping.strictest),
        ("consent.E002", backends.key_store),
    ]
    for name, look in looked:
        try:
            look()
        except ConsentError as mistake:
            yield Error(str(mistake), id=name)
