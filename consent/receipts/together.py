"""What a change among people is proved by (see ``consent.accounts.proof``)."""

from collections.abc import Collection

from consent.accounts.proof import Words
from consent.receipts.issue import Draft, issue_together


def prove(kind: str, people: Collection[int], about: Words) -> None:
    """Issue the same receipt to each of these people, under one entry of the log."""
    issue_together(kind, [Draft(person, about) for person in people])
