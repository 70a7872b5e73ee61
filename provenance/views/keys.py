"""The operators' page about keys: what ends when, and what there is to do. Nobody else learns that it exists."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from provenance.manifests import expiry

View = Callable[[HttpRequest], HttpResponse]


def operators_only(view: View) -> View:
    """Answer 404, without a hint, to anybody who is not staff; let nothing of the page be kept."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (request.user.is_authenticated and request.user.is_active and request.user.is_staff):
            raise Http404
        return view(request)

    return never_cache(guarded)


@operators_only
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show keys and certificates, the most urgent first."""
    found = expiry.terms()
    shown = {"terms": found, "alarming": expiry.alarming(found), "waiting": expiry.waiting()}
    return render(request, "provenance/keys.html", shown)


@operators_only
@require_safe
def data(_: HttpRequest) -> HttpResponse:
    """Return the same as JSON."""
    return JsonResponse(expiry.account())
