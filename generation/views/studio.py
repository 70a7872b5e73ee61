"""Compose a request, see at once who has agreed, ask for the video."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from consent import gate, people
from consent.permit import Use
from generation.errors import DraftError, QuotaError
from generation.pipeline.models import Job
from generation.pipeline.submit import submit
from generation.studio import references
from generation.studio.compose import handles
from generation.studio.models import Availability
from generation.views import references as files
from generation.views.forms import StudioForm
from generation.views.reader import reader


@login_required
@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    """Show the form; take it in, and go to the job it made."""
    form = StudioForm(request.POST or None, ready=references.ready(reader(request)))
    status = 200
    if request.FILES:  # this form takes none: a file that nobody looked at is never passed over
        status = 400
        if form.is_bound:
            form.add_error(None, "Send the picture by itself first, then choose it here.")
    elif request.method == "POST" and form.is_valid():
        try:
            return redirect("generation:job", submit(form.wish(), maker=reader(request)).public_id)
        except DraftError as error:
            form.add_error("prompt", str(error))
        except QuotaError as error:
            form.add_error(None, str(error))
            status = 429
    shown = {
        "form": form,
        "people": answers(request, form["prompt"].value() or ""),
        "missing": missing(),
        "waiting": Job.objects.filter(maker_id=reader(request)).exclude(state__in=Job.ENDED).order_by("submitted_at"),
        "places": settings.JOBS_QUEUED_MAX,
        **files.mine(request),
    }
    return render(request, "generation/studio.html", shown, status=status)


@login_required
@require_POST
def chips(request: HttpRequest) -> HttpResponse:
    """Say who of those named has agreed, while the prompt is being written."""
    shown = {"people": answers(request, request.POST.get("prompt", ""))}
    return render(request, "generation/chips.html", shown)


def answers(request: HttpRequest, prompt: str) -> list[dict[str, object]]:
    """Return one chip for each handle in the text: may the reader use them, and if not, why."""
    named = handles(prompt)[: settings.VIDEO_CAST_MAX + 1]
    known = people.by_handle(named) if named else {}
    judged = gate.check(reader(request), [h for h in named if h in known], Use.GENERATE) if known else ()
    yes = [{"handle": one.handle, "may": one.may, "reason": one.sentence} for one in judged]
    unknown = [{"handle": h, "may": False, "reason": "nobody here is called that"} for h in named if h not in known]
    return [*yes, *unknown]


def missing() -> list[Availability]:
    """Return the models that cannot run here, each with the sentence that says why."""
    return list(Availability.objects.exclude(missing="").filter(engine__in=settings.VIDEO_ENGINES))
