"""Where in a request or its video a refusal points: for machines the field and its place, for people their words."""

import math

from generation.pipeline.models import Job
from safety.clearance import Span

LONGEST = 200  # characters quoted
UNQUOTED = {"sexual-minors"}  # nobody needs to read that again
FIELD = "prompt"  # what the maker typed; the wishes of others are not theirs to be quoted


def where(span: Span | None) -> dict[str, object] | None:
    """Return field, start and end of a span in the request, or in what a video says; None when it is in neither."""
    if span is None or not span.field:
        return None
    if span.is_timed:
        return {"field": span.field, "start": int(span.start), "end": math.ceil(span.end), "unit": "seconds"}
    return {"field": span.field, "start": int(span.start), "end": int(span.end)}


def place(job: Job) -> str:
    """Return in words which part of the request was refused, or nothing."""
    found = (job.refusal or {}).get("where")
    if not found:
        return ""
    when = f", from second {found['start']} to {found['end']}" if found.get("unit") == "seconds" else ""
    return f"It is about the {found['field']}{when}."


def quote(job: Job) -> str:
    """Return the maker's own words that were refused, or nothing."""
    refusal = job.refusal or {}
    found = refusal.get("where")
    if not found or refusal.get("code") in UNQUOTED or found["field"].partition(",")[0] != FIELD:
        return ""
    words = job.draft.prompt[found["start"] : found["end"]].strip()
    return words if len(words) <= LONGEST else words[:LONGEST].rstrip() + "\u2026"
