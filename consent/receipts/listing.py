"""A person's receipts a page at a time, newest first; the cursor is the public id of the last one seen."""

from dataclasses import dataclass

from consent.accounts.models import Person
from consent.receipts.models import Receipt

LENGTH = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Some receipts, and where the next page begins; empty: there is none."""

    receipts: tuple[Receipt, ...]
    next: str


def page(person: Person, *, before: str = "", length: int = LENGTH) -> Page:
    """Return the receipts before that one; a cursor that is not this person's begins at the newest."""
    rows = Receipt.objects.filter(person=person).order_by("-pk")
    last = rows.filter(public_id=before).values_list("pk", flat=True).first() if before else None
    found = tuple((rows.filter(pk__lt=last) if last else rows)[: length + 1])
    return Page(found[:length], found[length - 1].public_id if len(found) > length else "")
