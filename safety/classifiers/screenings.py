"""The only place that inserts a Screening row, and the only change one ever sees; for ``safety.screen`` alone."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from safety.classifiers.models import Screening
from safety.clearance import Clearance, Kind, Refusal, Signal
from safety.errors import DigestError

LIFETIME = {
    # Long enough for a loaded machine to start the engine that the clearance is for, short enough that
    # a policy changed at noon governs every render begun after ten past.
    Kind.PROMPT: timedelta(minutes=10),
    # Somebody composes with it, perhaps after a person looked at it; a day bounds how old its policy may be.
    Kind.REFERENCE: timedelta(days=1),
    Kind.CAPTURE: timedelta(minutes=10),
    # Sealing and release follow at once; ten minutes cover a restart of the worker and of PostgreSQL.
    Kind.OUTPUT: timedelta(minutes=10),
}
NO_POLICY = "none"  # the rules did not read, or were never asked
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Finding:
    """All that one screening found, ready to be kept: what was judged, by which policies, on what evidence."""

    kind: Kind
    digest: str
    policy_version: str = NO_POLICY
    likeness: bool = False
    job: str = ""
    requester: int | None = None
    signals: Sequence[Signal] = ()
    models: dict[str, str] = field(default_factory=dict)
    not_evaluated: tuple[str, ...] = ()
    context: dict[str, Any] = field(default_factory=dict)
    shadow: tuple[dict[str, str], ...] = ()


def record(finding: Finding, *, verdict: str, policy: str = "", case: str = "") -> Screening:
    """Insert the row; DigestError for a digest that is none."""
    if not DIGEST.fullmatch(finding.digest):
        raise DigestError
    now = timezone.now()
    row = Screening(
        handle=secrets.token_hex(16),
        kind=finding.kind.value,
        subject_digest=finding.digest,
        verdict=verdict,
        policy=policy,
        policy_version=finding.policy_version,
        likeness=finding.likeness,
        signals=[asdict(signal) for signal in finding.signals],
        engines=finding.models,
        not_evaluated=list(finding.not_evaluated),
        context=finding.context,
        shadow=list(finding.shadow),
        case=case,
        job=finding.job,
        requester_id=finding.requester,
        created_at=now,
        expires_at=now + LIFETIME[finding.kind] if verdict == Screening.Verdict.CLEAR else None,
    )
    models.Model.save(row, force_insert=True)  # I2: past the guard of the model, here and nowhere else
    return row


def ticket(row: Screening) -> Clearance:
    """Return the value that names a clear row."""
    if row.expires_at is None:
        raise DigestError("Only a clear screening has a ticket.")
    return Clearance(
        id=row.pk,
        handle=row.handle,
        kind=Kind(row.kind),
        subject_digest=row.subject_digest,
        policy_version=row.policy_version,
        expires_at=row.expires_at,
        not_evaluated=tuple(row.not_evaluated),
    )


def spend(clearance: Clearance, *, digest: str, by: str) -> Refusal | None:
    """Redeem once, by compare-and-set (I1); None means yes, a Refusal says why not."""
    if not by:
        return REASONS["forged"]
    now = timezone.now()
    # A plain QuerySet, because the model's own refuses to update. One statement: of two redeemers one sees 0 rows.
    with transaction.atomic():
        spent: models.QuerySet[Screening] = models.QuerySet(Screening).filter(
            pk=clearance.id,
            handle=clearance.handle,
            kind=clearance.kind.value,
            subject_digest=digest,
            verdict=Screening.Verdict.CLEAR,
            redeemed_at__isnull=True,
            expires_at__gt=now,
        )
        if clearance.subject_digest == digest and spent.update(redeemed_at=now, redeemed_by=by) == 1:
            return None
    return REASONS[_why_not(clearance, digest=digest)]


def _why_not(clearance: Clearance, *, digest: str) -> str:
    row = Screening.objects.filter(pk=clearance.id, handle=clearance.handle).first()
    if row is None or row.verdict != Screening.Verdict.CLEAR:
        return "forged"
    if row.kind != clearance.kind.value:
        return "kind"
    if row.subject_digest != digest or clearance.subject_digest != digest:
        return "swapped"
    return "spent" if row.redeemed_at is not None else "expired"


def _no(code: str, reason: str) -> Refusal:
    return Refusal(policy=f"clearance-{code}", reason=reason, advice="Ask again; it will be screened anew.")


REASONS = {
    "forged": _no("forged", "Nothing was ever cleared under this ticket."),
    "kind": _no("kind", "This clearance was given for another kind of thing."),
    "swapped": _no("swapped", "What was cleared is not what is being used now."),
    "spent": _no("spent", "This clearance was already used, and each is good for one use."),
    "expired": _no("expired", "This clearance is older than it may be."),
}
