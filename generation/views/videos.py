"""Watch a video, see what proves it, say who else may see it, delete it; and everything one made or is in."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consent import people
from generation.feed import publish, watch
from generation.feed.models import Clip, Link
from generation.feed.sending import sent
from generation.feed.watch import NOBODY, Sight
from generation.feed.withdraw import delete
from generation.pipeline.models import Job
from generation.views.forms import VisibilityForm
from generation.views.reader import reader
from provenance import ledger

PAGE = 24


@require_safe
@never_cache
def video(request: HttpRequest, clip: str) -> HttpResponse:
    """Show the video to those who may see it; once taken back, a calm word to them and nothing to others.

    Somebody who is not signed in is asked to, whether or not there is such a video, unless it is public.
    """
    found = find(public_id=clip)
    sight = watch.seen(found, viewer=reader(request)) if found else Sight.UNKNOWN
    if found is None or sight is Sight.UNKNOWN:
        return nothing(request)
    return page(request, found, sight=sight, content=reverse("generation:content", args=[clip]))


@require_safe
def content(request: HttpRequest, clip: str) -> HttpResponseBase:
    """Send the sealed bytes to those who may see them, judged at every request and while it lasts."""
    found = find(public_id=clip)
    if found is None:
        return nothing(request)
    return bytes_of(request, found)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show a video to whoever holds its link; a link that was revoked leads nowhere."""
    found = linked(token)
    sight = watch.seen(found, viewer=reader(request), token=token)
    if sight is Sight.UNKNOWN:
        raise Http404
    return page(request, found, sight=sight, content=reverse("generation:shared_content", args=[token]))


@require_safe
def shared_content(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send the bytes to whoever holds the link."""
    return bytes_of(request, linked(token), token=token)


def find(**which: str) -> Clip | None:
    """Return a clip with what its page shows."""
    return Clip.objects.select_related("render__job__draft", "maker", "manifest").filter(**which).first()


def linked(token: str) -> Clip:
    """Return the clip that a link in force leads to; 404 for any other."""
    link = Link.objects.filter(token=token, revoked_at=None).first()
    found = find(pk=str(link.clip_id)) if link else None
    if found is None:
        raise Http404
    return found


def nothing(request: HttpRequest) -> HttpResponse:
    """Say nothing: sign in first, then 404; the same whether there is such a video or not."""
    if reader(request) == NOBODY:
        return redirect_to_login(request.get_full_path())
    raise Http404


def bytes_of(request: HttpRequest, clip: Clip, *, token: str = "") -> HttpResponseBase:
    """Send a clip's bytes, or what :func:`video` answers in their place."""
    sight = watch.seen(clip, viewer=reader(request), token=token)
    if sight is Sight.UNKNOWN:
        return nothing(request)
    if sight is Sight.GONE:
        return HttpResponse(status=410)
    may = partial(watch.still, clip.pk, viewer=reader(request), token=token)
    keep = "download" in request.GET
    return sent(watch.file(clip), request=request, name=clip.public_id, keep=keep, may=may)


def page(request: HttpRequest, clip: Clip, *, sight: Sight, content: str) -> HttpResponse:
    """Render a video's page, or the calm word that it is gone."""
    cast = clip.render.job.draft.castings.all()
    shown: dict[str, Any] = {
        "clip": clip,
        "draft": clip.render.job.draft,
        "cast": cast,
        "mine": clip.maker_id == reader(request),
        "in_it": bool(reader(request)) and bool(people.depicted(reader(request), subjects=[clip.public_id])),
    }
    if sight is Sight.GONE:
        return render(request, "generation/gone.html", shown, status=410)
    shown |= {"content": content, "proof": logged(clip)}
    if shown["mine"]:
        shown |= {
            "visibility_form": VisibilityForm(initial={"visibility": clip.visibility}),
            "link": url(request, clip),
        }
    return render(request, "generation/video.html", shown)


def logged(clip: Clip) -> bool:
    """Return whether the seal is provably in the log under a checkpoint that our key signed."""
    proof = ledger.proof(clip.manifest.entry_id)
    return proof is not None and ledger.holds(proof)


def url(request: HttpRequest, clip: Clip) -> str:
    """Return the address of the link in force, or ''."""
    link = publish.link_of(clip)
    return request.build_absolute_uri(reverse("generation:shared", args=[link.token])) if link else ""


SHOWN = {
    Clip.Visibility.PRIVATE: "Private again: only you and the people in it see this video.",
    Clip.Visibility.LINK: "Whoever has the link can see this video now.",
    Clip.Visibility.FOLLOWERS: "The people who follow you can see this video now.",
    Clip.Visibility.PUBLIC: "Everybody can see this video now.",
}


@login_required
@require_POST
def show(request: HttpRequest, clip: str) -> HttpResponse:
    """Say who else may see one's own video; everybody in it is asked again."""
    found = get_object_or_404(Clip, public_id=clip, maker_id=reader(request))
    form = VisibilityForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose who may see it.")
        return redirect("generation:video", clip)
    wanted = Clip.Visibility(form.cleaned_data["visibility"])
    if refusal := publish.show(found.public_id, visibility=wanted):
        messages.error(request, " ".join(filter(None, ["Nothing was changed.", refusal.sentence, refusal.advice])))
    else:
        messages.success(request, SHOWN[wanted])
    return redirect("generation:video", clip)


@login_required
@require_POST
def renew(request: HttpRequest, clip: str) -> HttpResponse:
    """End the link to one's own video and make another."""
    found = get_object_or_404(Clip, public_id=clip, maker_id=reader(request))
    if publish.renew(found):
        messages.success(request, "The old link leads nowhere now. Here is a new one.")
    return redirect("generation:video", clip)


@login_required
@require_POST
def remove(request: HttpRequest, clip: str) -> HttpResponse:
    """Delete one's own video."""
    found = get_object_or_404(Clip, public_id=clip, maker_id=reader(request))
    if delete(found.public_id):
        messages.success(request, "Your video is deleted, and the log says that it was withdrawn.")
    return redirect("generation:library")


@login_required
@require_safe
@never_cache
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
