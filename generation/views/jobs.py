"""A job on its way: what happens now, and how it ended."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from generation.feed.models import Clip
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
