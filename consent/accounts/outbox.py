"""News on its way: written with the change it tells of, delivered at least once, in order, to idempotent receivers.

I2: a fact is in the same transaction as what it tells; the message sent on commit is only a nudge, and a broker
that is down delays the news until the next beat, never the change.
"""

import logging
from collections.abc import Mapping

from celery import current_app
from django.db import DatabaseError, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from consent import signals
from consent.accounts import prepared, transactions
from consent.accounts.models import Fact
from consent.errors import ConsentError

logger = logging.getLogger(__name__)

TASK = "consent.tasks.deliver"
AT_A_TIME = 100
SIGNALS: dict[str, Signal] = {
    "cameo_enrolled": signals.cameo_enrolled,
    "cameo_stopped": signals.cameo_stopped,
    "grant_made": signals.grant_made,
    "permission_lost": signals.permission_lost,
    "appearance_deleted": signals.appearance_deleted,
}


def record(kind: str, body: Mapping[str, object]) -> Fact:
    """Write down a fact (``kind`` names a signal of ``consent.signals``, ``body`` holds ids) and nudge a worker."""
    transactions.require("Recording a fact")
    if kind not in SIGNALS:
        raise ConsentError(f"No signal is called {kind}.")
    fact = Fact(kind=kind, body=dict(body))
    prepared.insert(fact)
    transaction.on_commit(nudge, robust=True)
    return fact


def nudge() -> None:
    """Ask a worker to deliver soon; once, without waiting for a broker that is away."""
    current_app.send_task(TASK, queue="light", retry=False, ignore_result=True)


def deliver() -> int:
    """Hand every undelivered fact to its receivers, oldest first, and return how many arrived."""
    arrived, last = 0, 0
    for _ in range(AT_A_TIME):
        outcome = deliver_after(last)
        if outcome is None:
            break
        last, told = outcome
        arrived += told
    return arrived


def deliver_after(last: int) -> tuple[int, bool] | None:
    """Deliver the oldest fact after ``last`` that no other worker holds; return its key and whether it arrived."""
    held: list[int] = []
    try:
        with transaction.atomic():
            return tell_next(last, held)
    except DatabaseError:  # a receiver broke the transaction: everything it did is undone, so count the attempt anew
        logger.exception("outbox.receiver_broke_transaction", extra={"fact": held})
        Fact.objects.filter(pk__in=held).update(attempts=F("attempts") + 1)
        return (held[0], False) if held else None


def tell_next(last: int, held: list[int]) -> tuple[int, bool] | None:
    """Lock the next fact, noting its key in ``held``, tell it, and write down how that went."""
    waiting = Fact.objects.select_for_update(skip_locked=True).filter(delivered_at=None, pk__gt=last)
    fact = waiting.order_by("pk").first()
    if fact is None:
        return None
    held.append(fact.pk)
    told = tell(fact)
    Fact.objects.filter(pk=fact.pk).update(attempts=F("attempts") + 1, delivered_at=timezone.now() if told else None)
    return fact.pk, told


def tell(fact: Fact) -> bool:
    """Send the fact's signal; return whether every receiver took it."""
    answers = SIGNALS[fact.kind].send_robust(Fact, fact=fact.public_id, body=fact.body)
    failed = [answer for _, answer in answers if isinstance(answer, Exception)]
    for error in failed:
        logger.error("outbox.receiver_failed", extra={"fact": fact.public_id}, exc_info=error)
    return not failed
