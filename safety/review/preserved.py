"""What is refused as sexual content about a minor: kept sealed, and handed to whoever must report it.

Nothing is sent from here. A member of staff with the permission ``safety.open_preserved`` has the report written to a
file, files it with the hotline of their country, and notes its number; a year later it is gone (18 U.S.C. 2258A(h)).
"""

import base64
import json
import secrets
from datetime import timedelta
from typing import Any, Final, Protocol

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from safety.backends import sealing
from safety.errors import PreservedError
from safety.policies.rules import HARD
from safety.review import queue, subjects
from safety.review.models import Case, Event, Preservation
from safety.review.subjects import Handlers, Shown

KIND: Final = "safety.preserved"
PERMISSION: Final = "safety.open_preserved"
GRAVEST = 9
REASON: Final = "Sexual content about a minor was asked for; the law may want it reported."
FILED = timedelta(days=365)  # kept for the authorities after the report
CLEARED = timedelta(days=30)  # kept after a person found nothing to report, should they be wrong


class Staff(Protocol):
    """Somebody with an account, as far as it matters here."""

    pk: Any
    is_active: Any
    is_staff: Any

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # noqa: ANN401 - Django's signature
        """Return whether they have this permission."""
        ...


def keep(*, requester: int | None, job: str, digest: str, text: str = "", media: bytes = b"") -> Preservation:
    """Seal what was refused and open the gravest kind of case about it. Inside the refusal's transaction."""
    name, now = (
        secrets.token_hex(12),
        timezone.now(),
    )  # hex: a name is typed after a command, so it never begins with a dash
    case = queue.open_case(kind=KIND, subject=name, policy=HARD, reason=REASON, digest=digest, priority=GRAVEST)
    matter = {"at": now.isoformat(), "job": job, "digest": digest, "text": text, "who": _who(requester)}
    matter |= {"media": base64.b64encode(media).decode()} if media else {}
    sealed = sealing.seal(json.dumps(matter).encode(), name=name)
    return Preservation.objects.create(
        public_id=name,
        case=Case.objects.get(public_id=case),
        requester_id=requester,
        sealed=sealed,
        created_at=now,
    )


def _who(requester: int | None) -> dict[str, str]:
    who = get_user_model().objects.filter(pk=requester or 0).first()
    return {"id": str(who.pk), "handle": who.get_username(), "email": getattr(who, "email", "")} if who else {}


@transaction.atomic
def report(name: str, *, by: Staff) -> dict[str, Any]:
    """Open what is preserved, log the look, and return it in the fields of NCMEC's CyberTipline; PreservedError."""
    row = _opened(name, by=by)
    matter = json.loads(sealing.unseal(bytes(row.sealed), name=row.public_id))
    queue.note(row.case, kind=Event.Kind.MEDIA_VIEWED, by=by.pk, text="opened for a report to the authorities")
    return _cybertip(matter, name=row.public_id)


def _cybertip(matter: dict[str, Any], *, name: str) -> dict[str, Any]:
    who = matter["who"]
    return {
        "report": {
            "incidentSummary": {
                "incidentType": "Child Pornography (possession, manufacture, and distribution)",
                "incidentDateTime": matter["at"],
                "escalateToHighPriority": "",
            },
            "internetDetails": {"webPageIncident": {"additionalInfo": "a request to a generator of synthetic video"}},
            "reporter": {"reportingPerson": {"firstName": "", "lastName": "", "email": ""}},
            "personOrUserReported": {
                "espIdentifier": who.get("id", ""),
                "screenName": who.get("handle", ""),
                "personOrUserReportedPerson": {"email": who.get("email", "")},
                "ipCaptureEvent": "not available",
            },
            "additionalInfo": f"Refused by screening; nothing was released. Reference {name}, request {matter['job']}.",
        },
        "generativeAi": True,
        "prompt": matter["text"],
        "file": {"sha256": matter["digest"], "base64": matter.get("media", "")},
    }


@transaction.atomic
def filed(name: str, *, by: Staff, reference: str) -> None:
    """Note that the report was filed, under the authority's number; PreservedError when it was, or has none."""
    row = _opened(name, by=by)
    if row.filed_at is not None or not reference.strip():
        raise PreservedError("Name the number under which it was filed, once.")
    now = timezone.now()
    row.filed_at, row.filed_by_id, row.reference, row.delete_after = now, by.pk, reference.strip(), now + FILED
    row.save(update_fields=["filed_at", "filed_by", "reference", "delete_after"])
    queue.note(row.case, kind=Event.Kind.JOINED, by=by.pk, text=f"filed with the authorities: {row.reference}")


def _opened(name: str, *, by: Staff) -> Preservation:
    if not (by.is_active and by.is_staff and by.has_perm(PERMISSION)):
        raise PreservedError(f"Only staff with the permission {PERMISSION} may do this.")
    row = Preservation.objects.select_for_update().select_related("case").filter(public_id=name).first()
    if row is None:
        raise PreservedError("Nothing is preserved under this name.")
    return row


def register() -> None:
    """Teach the desk this kind of case: its page tells that something is sealed, never what."""
    subjects.register(KIND, Handlers(show=_show, restrict=_leave, restore=_leave, resolved=_resolved))


def _show(subject: str) -> Shown:
    row = Preservation.objects.get(public_id=subject)
    state = f"Filed as {row.reference}." if row.filed_at else "Not filed yet."
    how = f"It is sealed. Who may open it does so with: manage.py preserved report {subject} --by HANDLE --out FILE"
    return Shown(
        "Something to report to the authorities", (f"Refused {row.created_at:%Y-%m-%d %H:%M} UTC.", state, how)
    )


def _leave(subject: str) -> None:
    """Do nothing: it was refused and is shown to nobody."""


def _resolved(subject: str, decision: str) -> None:
    """Let it go in a month when a person found nothing to report; otherwise keep it until it is filed."""
    if decision == "clear":
        due = timezone.now() + CLEARED
        Preservation.objects.filter(public_id=subject, filed_at=None).update(delete_after=due)
