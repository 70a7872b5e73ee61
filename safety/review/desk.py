"""What the case page shows: the subject through its owner's eyes, the policy, and where it fired."""

from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ObjectDoesNotExist

from safety.clearance import Span
from safety.errors import CaseError
from safety.policies.rules import Policy, catalogue
from safety.review.models import Case, Event
from safety.review.queue import note
from safety.review.subjects import Shown, handlers

GONE = Shown("What this was about is no longer here.")


@dataclass(frozen=True, slots=True)
class View:
    """A case with all that a moderator reads before deciding."""

    case: Case
    shown: Shown
    policies: tuple[Policy, ...]
    where: str


def look(case: Case, *, by: int) -> View:
    """Return the case for reading, and log that this person looked."""
    note(case, kind=Event.Kind.VIEWED, by=by)
    rules = catalogue().policies
    return View(case, _shown(case), tuple(rules[name] for name in case.policies if name in rules), where(case))


def media(case: Case, *, by: int) -> Path | None:
    """Return where the held media lies, and log the look before a byte leaves; None when there is none."""
    path = _shown(case).media
    if path is None or not path.is_file():
        return None
    note(case, kind=Event.Kind.MEDIA_VIEWED, by=by)
    return path


def where(case: Case) -> str:
    """Say in words where the signal stood: in the prompt by characters, in a video by seconds."""
    if not case.span:
        return ""
    span = Span(case.span["start"], case.span["end"], field=case.span.get("field") or "")
    field = f"in the {span.field}, " if span.field else ""
    if not span.is_timed:
        return f"{field}characters {span.start:.0f} to {span.end:.0f}"
    if span.start == span.end:
        return f"{field}at second {span.start:.1f}"
    return f"{field}from second {span.start:.1f} to {span.end:.1f}"


def _shown(case: Case) -> Shown:
    try:
        return handlers(case.kind).show(case.subject)
    except (ObjectDoesNotExist, CaseError):
        return GONE
