"""Ending what nobody came back to: likenesses whose owners were away for as long as the strictest law allows."""

import logging
from functools import partial

from django.db import transaction

from consent.accounts import guardians, notices
from consent.cameos import keeping, registry
from consent.cameos.models import Cameo, Protected
from consent.grants import switch

log = logging.getLogger(__name__)

GONE = "You were not here for {days} days, so your likeness was withdrawn, as you were told when you enrolled."
LAPSED = "You were not here for {days} days, so the face you asked for is no longer protected, as you were told."


def retire() -> int:
    """Withdraw all that is overdue, each in a transaction of its own; return how many. One that fails waits a day."""
    done = 0
    due = [(row.public_id, partial(_withdrawn, row)) for row in keeping.overdue()]
    due += [(entry.public_id, partial(_lapsed, entry)) for entry in keeping.overdue_entries()]
    for name, end in due:
        try:
            done += end()
        except Exception:  # the others must not wait for it
            log.exception("overdue and not withdrawn: %s", name)
    return done


@transaction.atomic
def _withdrawn(cameo: Cameo) -> bool:
    guardians.hold([cameo.owner_id])
    if not keeping.overdue(pk=cameo.pk):  # somebody who has come back meanwhile stays
        return False
    switch.withdraw(cameo.owner)
    notices.tell(cameo.owner_id, "cameo.retired", GONE.format(days=keeping.strictest().days), about=cameo.public_id)
    return True


@transaction.atomic
def _lapsed(entry: Protected) -> bool:
    guardians.hold([entry.asked_by_id])
    if not keeping.overdue_entries(pk=entry.pk):
        return False
    registry.withdraw(entry)
    notices.tell(entry.asked_by_id, "protected.lapsed", LAPSED.format(days=keeping.strictest().days))
    return True
