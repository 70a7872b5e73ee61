"""What the log's page proves: that nothing changed between two days, how a receipt stood, what a file is worth."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from provenance import ledger
from provenance.errors import LedgerError, LogFormatError
from provenance.log import checking, finding, growing, ours, replay
from provenance.log.checking import Checked
from provenance.manifests import logged
from provenance.views import log_words
from provenance.views.log import missing, repeat
from provenance.views.log_forms import DaysForm, ProofForm, SizesForm
from provenance.views.log_pace import paced

NOTHING = "Nothing was signed by the end of that day, so there is nothing to compare."
UNSIGNED = "The log was not signed at both of these sizes, in this order; take sizes from its own checkpoints."
EMPTY = "The log is empty so far."


@require_safe
@never_cache
@paced("120/min")
def growth(request: HttpRequest) -> HttpResponseBase:
    """Prove that nothing in the log was changed between two days, or between two of its sizes."""
    by_size = SizesForm(request.GET)
    if by_size.is_valid():
        return grown(request, DaysForm(), **by_size.cleaned_data)
    days = DaysForm(request.GET)
    if not days.is_valid():
        return render(request, "provenance/log_growth.html", {"days": days}, status=400)
    return grown(request, days, **days.cleaned_data)


def grown(request: HttpRequest, days: DaysForm, **asked: Any) -> HttpResponse:  # noqa: ANN401 - as the forms have it
    """Show the proof that was asked for, or why there is none."""
    said: dict[str, Any] = {"days": days}
    try:
        found = growing.between_sizes(**asked) if "old" in asked else growing.between_days(**asked)
    except LedgerError as error:
        return render(request, "provenance/log_growth.html", {**said, "broken": str(error)})
    if found is None:
        trouble = UNSIGNED if "old" in asked else NOTHING
        return render(request, "provenance/log_growth.html", {**said, "trouble": trouble}, status=404)
    said |= {"found": found, "path": "\n".join(each.hex() for each in found.path)}
    said |= repeat(f"growth-{found.old.size}-{found.new.size}.json")
    return render(request, "provenance/log_growth.html", said)


@require_safe
@never_cache
@paced("60/min")
def life(request: HttpRequest, name: str) -> HttpResponseBase:
    """Replay how a receipt or a seal stood, for whoever knows its name."""
    if not finding.is_name(name):
        return missing(request, log_words.nothing_by(name), status=404)
    found = replay.life(name)
    if found is None:
        trouble = (
            "Nothing is signed just now that says how anything stands; try again in a moment."
            if ledger.checkpoint()
            else EMPTY
        )
        return missing(request, trouble, status=404)
    seal = logged.sealing(name)
    title, lead = log_words.standing(found, is_seal=seal is not None)
    said = {
        "found": found,
        "title": title,
        "lead": lead,
        "moments": [(each, log_words.moment(each.standing)) for each in reversed(found.moments)],
        "seal": seal,
        **repeat(f"standing-{found.last.size}.txt"),
    }
    return render(request, "provenance/log_life.html", said)


@csrf_exempt  # it changes nothing and knows nobody, so nothing can be forged
@never_cache
@require_POST
@paced("60/min")
def check(request: HttpRequest) -> HttpResponseBase:
    """Check a file of the log that somebody has: a proof, or a checkpoint they kept. Nothing of it is kept."""
    form, trust = ProofForm(request.POST, request.FILES), ours.trust()
    if not form.is_valid():
        return checked(request, form, status=400)
    if trust is None:
        return checked(request, form, trouble=EMPTY, status=404)
    try:
        found = checking.check(form.cleaned_data["found"], trust=trust, known=finding.commitment)
    except LogFormatError as error:
        return checked(request, form, trouble=str(error))
    return checked(request, form, **told(found))


def told(found: Checked) -> dict[str, Any]:
    """Return what a file proves, and whether the log shown today begins with the one it is of."""
    begins = growing.begins_with(found.head.size, found.head.root)
    return {"found": found, "begins": begins, "last": ledger.checkpoint(), "is_kept": found.older is None}


def checked(request: HttpRequest, form: ProofForm, *, status: int = 200, **said: object) -> HttpResponse:
    """Return the page with what there is to say of a file."""
    return render(request, "provenance/log_checked.html", {"proof": form, **said, **repeat()}, status=status)
