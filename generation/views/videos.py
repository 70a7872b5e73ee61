"""Watch a video, see what proves it, keep it, delete it; and everything one made or is in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from generation.feed import watch
from generation.feed.models import Clip
from generation.feed.withdraw import delete
from generation.pipeline.models import Job
from generation.views.reader import reader
from provenance import ledger

PAGE = 24


@login_required
@require_GET
def video(request: HttpRequest, clip: str) -> HttpResponse:
    """Show the video to those it concerns; once taken back, a calm word to them and nothing to others."""
    found = get_object_or_404(Clip.objects.select_related("render__job__draft", "maker", "manifest"), public_id=clip)
    sight = watch.seen(found, viewer=reader(request))
    if sight is watch.Sight.UNKNOWN:
        raise Http404
    shown = {
        "clip": found,
        "draft": found.render.job.draft,
        "cast": found.render.job.draft.castings.all(),
        "mine": found.maker_id == reader(request),
    }
    if sight is watch.Sight.GONE:
        return render(request, "generation/gone.html", shown, status=410)
    return render(request, "generation/video.html", {**shown, "proof": logged(found)})


def logged(clip: Clip) -> bool:
    """Return whether the seal is provably in the log under a checkpoint that our key signed."""
    proof = ledger.proof(clip.manifest.entry_id)
    return proof is not None and ledger.holds(proof)


@login_required
@require_POST
def remove(request: HttpRequest, clip: str) -> HttpResponse:
    """Delete one's own video."""
    found = get_object_or_404(Clip, public_id=clip, maker_id=reader(request))
    if delete(found.public_id):
        messages.success(request, "Your video is deleted, and the log says that it was withdrawn.")
    return redirect("generation:library")


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """Show what one made or is in, and what is on its way; consent is asked for every card."""
    page = Paginator(watch.of(reader(request)), PAGE).get_page(request.GET.get("page"))
    standing = {clip.pk for clip in watch.servable(page.object_list)}
    shown = {
        "page": page,
        "cards": [{"clip": clip, "state": state(clip, standing)} for clip in page.object_list],
        "jobs": Job.objects.filter(maker_id=reader(request))
        .exclude(state__in=(Job.State.DONE, Job.State.CANCELLED))
        .select_related("draft")
        .order_by("-submitted_at")[:PAGE],
    }
    return render(request, "generation/library.html", shown)


def state(clip: Clip, standing: set[int]) -> str:
    """Return the word for a clip: one that nobody may be served any more is withdrawn already."""
    if clip.state == Clip.State.RELEASED and clip.pk not in standing:
        return Clip.State.WITHDRAWN.value
    return clip.state
