"""A person decides a case, once; its owner hears of it in the same transaction, and the log keeps that it was done."""

import hashlib

from django.db import transaction
from django.utils import timezone

from provenance import ledger
from safety.errors import CaseError
from safety.review.models import Case, Decision, Event
from safety.review.queue import is_anothers, note
from safety.review.subjects import handlers


@transaction.atomic
def decide(case: str, *, by: int, decision: Decision.Answer, reason: str) -> Decision:
    """Record the decision on the case with this public id, tell the subject's owner, append ``case.decided``.

    CaseError when the case does not exist, was already decided, is another moderator's, or has no reason.
    """
    row = _locked(case)
    _check(row, by=by, reason=reason)
    owner = handlers(row.kind)  # before anything is written: nothing is decided that nobody would carry out
    now = timezone.now()
    written = Decision.objects.create(case=row, by_id=by, decision=decision, reason=reason.strip(), decided_at=now)
    row.state = Case.State.DECIDED
    row.save(update_fields=["state"])
    note(row, kind=Event.Kind.DECIDED, by=by, text=decision)
    owner.resolved(row.subject, str(decision))
    ledger.append(ledger.Fact(kind="case.decided", body=_fact(row, decision=decision)))
    return written


def _locked(case: str) -> Case:
    try:
        return Case.objects.select_for_update().get(public_id=case)
    except Case.DoesNotExist:
        raise CaseError("There is no such case.") from None


def _check(row: Case, *, by: int, reason: str) -> None:
    if row.state == Case.State.DECIDED:
        raise CaseError("This case was already decided.")
    if is_anothers(row, by=by):
        raise CaseError("Another moderator is working on this case.")
    if not reason.strip():
        raise CaseError("A decision needs a reason.")


def _fact(case: Case, *, decision: str) -> dict[str, str]:
    subject = hashlib.sha256(f"{case.kind}\0{case.subject}".encode()).hexdigest()
    return {"case": case.public_id, "policy": case.policy, "decision": str(decision), "subject": subject}
