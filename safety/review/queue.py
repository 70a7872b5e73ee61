"""Cases come in, wait, and are claimed in the order they came, the gravest before all others."""

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from safety.errors import CaseError
from safety.review.models import Case, Decision, Event

CLAIM = timedelta(minutes=30)  # a moderator who was called away does not keep a case from the others


def open_case(
    *,
    kind: str,
    subject: str,
    policy: str,
    reason: str,
    digest: str = "",
    policies: Collection[str] = (),
    span: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> str:
    """Open a case inside the caller's transaction, or join the one that is open; return its public id.

    ``digest`` names what exactly was held and ``policies`` every rule that held it: a later decision covers
    those and nothing more. CaseError outside a transaction: a hold and its case stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise CaseError("A case is opened inside the transaction that holds its subject.")  # I6
    held = sorted({policy, *policies})
    case, is_new = Case.objects.select_for_update().get_or_create(
        kind=kind,
        subject=subject,
        state__in=[Case.State.OPEN, Case.State.CLAIMED],
        defaults={
            "public_id": secrets.token_urlsafe(12),
            "digest": digest,
            "policy": policy,
            "policies": held,
            "reason": reason,
            "span": dict(span or {}),
            "state": Case.State.OPEN,
            "priority": priority,
            "opened_at": timezone.now(),
        },
    )
    if is_new:
        note(case, kind=Event.Kind.OPENED, text=f"{policy}: {reason}")
    else:
        _join(case, held=held, digest=digest, text=f"{policy}: {reason}")
    return case.public_id


def _join(case: Case, *, held: list[str], digest: str, text: str) -> None:
    if set(held) <= set(case.policies) and digest in {"", case.digest}:
        return
    note(case, kind=Event.Kind.JOINED, text=text)
    if digest in {"", case.digest}:  # a decision must not cover bytes that the moderator was not shown
        case.policies = sorted({*case.policies, *held})
        case.save(update_fields=["policies"])


def note(case: Case, *, kind: Event.Kind, by: int | None = None, text: str = "") -> Event:
    """Write one event."""
    return Event.objects.create(case=case, kind=kind, by_id=by, note=text, happened_at=timezone.now())


def cleared(*, kind: str, subject: str, digest: str, policies: Collection[str]) -> str:
    """Return the case in which a person cleared exactly this digest for all these policies, else ``""``."""
    decided = Case.objects.filter(
        kind=kind, subject=subject, digest=digest, decision__decision=Decision.Answer.CLEAR
    ).exclude(digest="")
    return next((case.public_id for case in decided if set(policies) <= set(case.policies)), "")


def is_restricted(*, kind: str, subject: str) -> bool:
    """Return whether a case about the subject is undecided, or the latest one was decided against it."""
    latest = Case.objects.filter(kind=kind, subject=subject).select_related("decision").order_by("-pk").first()
    if latest is None:
        return False
    return latest.state != Case.State.DECIDED or latest.decision.decision == Decision.Answer.REFUSE


def waiting() -> QuerySet[Case]:
    """Return every undecided case, the gravest first, of equals the oldest."""
    return (
        Case.objects.exclude(state=Case.State.DECIDED)
        .select_related("claimed_by")
        .order_by("-priority", "opened_at", "pk")
    )


def is_anothers(case: Case, *, by: int) -> bool:
    """Return whether another moderator claimed the case and still has time for it."""
    if case.state != Case.State.CLAIMED or case.claimed_by_id in {None, by} or case.claimed_at is None:
        return False
    return timezone.now() < case.claimed_at + CLAIM


@transaction.atomic
def claim_next(*, by: int) -> Case | None:
    """Return the case this person already holds, else claim the next that is free; None when none waits."""
    held = waiting().filter(state=Case.State.CLAIMED, claimed_by_id=by).first()
    if held is not None:
        return held
    free = Q(state=Case.State.OPEN) | Q(claimed_at__lt=timezone.now() - CLAIM) | Q(claimed_by=None)
    case = waiting().select_related(None).select_for_update(skip_locked=True).filter(free).first()
    if case is not None:
        case.state, case.claimed_by_id, case.claimed_at = Case.State.CLAIMED, by, timezone.now()
        case.save(update_fields=["state", "claimed_by", "claimed_at"])
        note(case, kind=Event.Kind.CLAIMED, by=by)
    return case
