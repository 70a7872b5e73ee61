"""How a change among people is proved. Receipts lie in a room above this one, which says here how one is issued.

I2 holds all the same: whoever changes something calls :func:`prove` in the transaction of the change, and where nobody
has said how to prove it, nothing is changed.
"""

from collections.abc import Callable, Collection, Mapping

from consent.accounts import transactions
from consent.errors import ConsentError

Words = Mapping[str, str | list[str] | None]
Issue = Callable[[str, Collection[int], Words], None]

_issue: list[Issue] = []


def register(issue: Issue) -> None:
    """Say how receipts of one event are issued to several people (primary keys); the last word counts."""
    _issue[:] = [issue]


def prove(kind: str, people: Collection[int], about: Words) -> None:
    """Issue a receipt of this event to each of these people, under one entry of the log; public ids only."""
    transactions.require("Proving a change")
    if not _issue:
        raise ConsentError("This cannot be proved, so it was not done.")
    _issue[0](kind, sorted(set(people)), about)
