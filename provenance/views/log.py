"""The log's page for those who do not trust us: how it stands, its entries, one of them, and finding one. Public."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from provenance import ledger
from provenance.log import finding, growing, ours, overview, serving
from provenance.log.models import Checkpoint
from provenance.manifests import logged
from provenance.views import log_words
from provenance.views.log_forms import DaysForm, ProofForm
from provenance.views.log_pace import paced


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Show how the log stands now."""
    found = overview.look()
    if found is None:
        return render(request, "provenance/log.html", {"found": None})
    today = timezone.now().date()
    said = {
        "found": found,
        "title": log_words.title(found),
        "lead": log_words.lead(found),
        "lines": log_words.lines(found),
        "days": DaysForm(initial={"start": began(), "end": today}),
        "proof": ProofForm(),
        "note": serving.checkpoint() or "",
        "witnesses": [log_words.witness(each, found.last.size) for each in found.vouching],
        **audit(request),
    }
    return render(request, "provenance/log.html", said)


def began() -> Any:  # noqa: ANN401 - a date, or nothing
    """Return the day of the first checkpoint."""
    first = Checkpoint.objects.order_by("size").first()
    return first and first.created_at.date()


def repeat(file: str = "FILE", more: str = "") -> dict[str, str]:
    """Return what a reader needs to check a file without us: the command, and the log's key."""
    key = ours.key()
    return {"key": key, "command": f"python -m provenance.auditor.proofs {file} \\\n    --key '{key}'{more}"}


def audit(request: HttpRequest) -> dict[str, str]:
    """Return what a reader needs to check the whole log without us."""
    key, address = ours.key(), request.build_absolute_uri(reverse("provenance:log"))
    run = "python -m provenance.auditor.log"
    return {
        "key": key,
        "audit_site": f"{run} {address} \\\n    --key '{key}'",
        "audit_folder": f"tar xf countenance-log-*.tar\n{run} countenance-log \\\n    --key '{key}' --known KEPT",
    }


@require_safe
@never_cache
def entries(request: HttpRequest) -> HttpResponse:
    """List entries, newest first, a page at a time: their places and commitments, which is all there is to see."""
    asked = request.GET.get("before", "")
    before = int(asked) if finding.PLACE.fullmatch(asked) else None
    rows = finding.page(before=before)
    last = ledger.checkpoint()
    said = {"rows": rows, "size": last.size if last else 0, "begun": before is not None}
    return render(request, "provenance/log_entries.html", said)


@require_safe
@never_cache
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """Prove that an entry is in the log."""
    try:
        found = logged.place(index) if index < 1 << 63 else None
    except ValueError:  # tiles are short
        return missing(request, log_words.UNPROVEN, status=404, title="This log does not hold")
    if found is None:
        return missing(request, log_words.no_entry(index), status=404)
    first, last = finding.since(index), ledger.checkpoint()
    said = {
        "found": found,
        "holds": ledger.holds(found),
        "begins": bool(first and last and growing.is_shown(first, last)),
        "first": first,
        "last": last,
        "path": "\n".join(each.hex() for each in found.path),
        "commitment": found.commitment.hex(),
        **repeat(f"entry-{index}.tlog-proof", f" \\\n    --commitment {found.commitment.hex()}"),
    }
    return render(request, "provenance/log_entry.html", said)


@require_safe
@never_cache
@paced("60/min")
def find(request: HttpRequest) -> HttpResponseBase:
    """Go to what is looked for: a place, a commitment, a receipt's digest, the label of a video's manifest."""
    words = request.GET.get("q", "").strip()
    found = finding.find(words)
    if found.name:
        return redirect("provenance:log-life", name=found.name)
    if found.index is not None:
        return redirect("provenance:log-entry", index=found.index)
    status = 404 if words else 400
    return missing(request, log_words.nothing_by(words), status=status, words=words)


def missing(
    request: HttpRequest, trouble: str, *, status: int, words: str = "", title: str = "Not in the log"
) -> HttpResponse:
    """Say in a sentence what there is not, and offer to look again."""
    name = words if finding.is_name(words) and ledger.checkpoint() else ""
    said = {"title": title, "trouble": trouble, "words": words, "absent": name}
    return render(request, "provenance/log_missing.html", said, status=status)
