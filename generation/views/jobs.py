"""A job on its way: what happens now, and how it ended."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from consent.permit import Refusal
from generation.errors import QuotaError
from generation.feed.models import Clip
from generation.pipeline import asking, quoting
from generation.pipeline.models import Job
from generation.pipeline.submit import cancel
from generation.views.reader import reader

STAGES = ("asking permission", "reading the words", "drawing", "checking who and what is in it", "sealing")


@login_required
@require_GET
def job(request: HttpRequest, job: str) -> HttpResponse:
    """Show one's own job; htmx asks again every second until it has ended, and gets the middle only."""
    found = get_object_or_404(Job.objects.select_related("draft"), public_id=job, maker_id=reader(request))
    shown = {
        "job": found,
        "clip": Clip.objects.filter(render__job=found).first(),
        "ended": found.state in Job.ENDED,
        "stages": STAGES,
        "ask": asking.whom(found),
        "quote": (found.refusal or {}).get("clause") or quoting.quote(found),
        "place": quoting.place(found),
        "may_again": found.state == Job.State.REFUSED and (found.refusal or {}).get("source") == "consent",
        "may_cancel": found.state == Job.State.QUEUED or found.state in Job.WORKING,
    }
    template = "generation/progress.html" if request.headers.get("HX-Request") else "generation/job.html"
    return render(request, template, shown)


@login_required
@require_POST
def stop(request: HttpRequest, job: str) -> HttpResponse:
    """Cancel one's own job."""
    cancel(get_object_or_404(Job, public_id=job, maker_id=reader(request)))
    return redirect("generation:job", job)


@login_required
@require_POST
def ask(request: HttpRequest, job: str) -> HttpResponse:
    """Ask whoever refused one's own job."""
    found = get_object_or_404(Job.objects.select_related("draft"), public_id=job, maker_id=reader(request))
    answer = asking.ask(found, message=request.POST.get("message", "").strip())
    if isinstance(answer, Refusal):
        messages.error(request, answer.sentence)
    else:
        messages.success(request, f"Asked. @{asking.whom(found)} sees exactly what you wrote; you are told the answer.")
    return redirect("generation:job", job)


@login_required
@require_POST
def again(request: HttpRequest, job: str) -> HttpResponse:
    """Queue one's own job that consent refused once more; everything is asked anew."""
    try:
        asking.again(get_object_or_404(Job, public_id=job, maker_id=reader(request)))
    except QuotaError as error:
        messages.error(request, str(error))
    return redirect("generation:job", job)
