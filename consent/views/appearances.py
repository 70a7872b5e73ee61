"""Appearances: every video one is in, and what goes before it goes: a takedown or a revocation is shown, then done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consent.errors import ConsentError
from consent.grants import listing, takedown
from consent.grants.models import Appearance
from consent.views.permissions import owner_of

AT_ONCE = 24  # cards of a cascade that are shown; the rest is counted


@require_safe
@login_required
@never_cache
def appearances(request: HttpRequest) -> HttpResponse:
    """List the videos one is in, newest first, a page at a time; private ones too."""
    before = request.GET.get("before", "")
    listed, following = listing.page(owner_of(request).pk, before=before)
    shown = {"listed": listed, "next": following, "begun": not before, "private": hidden(listed)}
    return render(request, "consent/appearances.html", shown)


def hidden(listed: list[listing.Listed]) -> int:
    """Return how many of these nobody but their makers and the people in them can see."""
    return sum(one.state == "released" and one.where == "private" for one in listed)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def take_down(request: HttpRequest, appearance_id: str) -> HttpResponse:
    """Show what a takedown takes along; on POST, do it."""
    found = own(request, appearance_id)
    if request.method == "POST":
        gone, receipt = takedown.delete(found, by=owner_of(request))
        count = len(gone.subjects)
        done = "Taken down. It is shown to nobody from now on." if count == 1 else f"Taken down: {count:,} videos."
        messages.success(request, done if receipt else "This was taken down before.")
        return redirect("consent:appearances")
    return preview(request, found, cascade=takedown.cascade(found), name="take_down.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def revoke(request: HttpRequest, appearance_id: str) -> HttpResponse:
    """Show what stands on the grant behind an appearance; on POST, take the grant back."""
    found = own(request, appearance_id)
    if request.method == "POST":
        try:
            revoked = takedown.revoke(found, by=owner_of(request))
            messages.success(request, f"Revoked. {revoked.person} may not use your likeness any more.")
        except ConsentError as error:
            messages.error(request, str(error))
        return redirect("consent:appearances")
    grant = takedown.behind(found)
    if grant is None:
        messages.info(
            request, "No grant of yours is behind this video: your audience lets its maker in, or you made it."
        )
        return redirect("consent:appearances")
    return preview(request, found, cascade=takedown.cascade_of_grant(grant), name="take_back.html")


def own(request: HttpRequest, appearance_id: str) -> Appearance:
    """Return one's own appearance; somebody else's is as unknown as one that never was."""
    found = listing.find(owner_of(request).pk, appearance=appearance_id)
    if found is None:
        raise Http404
    return found


def preview(request: HttpRequest, found: Appearance, *, cascade: takedown.Cascade, name: str) -> HttpResponse:
    """Render what would go, before it goes."""
    rows = listing.of(owner_of(request).pk).filter(subject__in=cascade.subjects)
    first = {one.subject: one for one in listing.told(list(rows[:AT_ONCE]))}
    (one,) = listing.told([found])
    shown: dict[str, Any] = {
        "one": one,
        "count": len(cascade.subjects),
        "videos": [first[subject] for subject in cascade.videos if subject in first],
        "made_from": [first[subject] for subject in cascade.made_from if subject in first],
        "more": max(0, len(cascade.subjects) - AT_ONCE),
        "behind": takedown.behind(found),
    }
    return render(request, f"consent/{name}", shown)
