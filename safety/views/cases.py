"""The moderators' two pages: the queue, and one case. To everybody else they do not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from safety.errors import CaseError
from safety.review import desk, queue
from safety.review.decide import decide
from safety.review.models import Case, Decision

Given = ParamSpec("Given")
PAGE = 50


class DecisionForm(forms.Form):
    """A decision and the reason for it."""

    decision = forms.ChoiceField(
        choices=[("clear", "Clear: this may go on"), ("refuse", "Refuse: this ends here")],
        widget=forms.RadioSelect,
        label="Your decision",
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        label="Why",
        help_text="Whoever reads this case later should understand it from this alone.",
    )


def moderators_only(
    view: Callable[Concatenate[HttpRequest, Given], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Given], HttpResponseBase]:
    """Answer 404, without a hint, to anybody who is not staff; let nothing of the page be kept."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        if not (request.user.is_authenticated and request.user.is_active and request.user.is_staff):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(guarded)


@moderators_only
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """Show what waits, oldest first."""
    waiting = queue.waiting()
    return render(request, "safety/cases.html", {"cases": waiting[:PAGE], "count": waiting.count()})


@moderators_only
@require_POST
def following(request: HttpRequest) -> HttpResponse:
    """Claim the next case and go to it."""
    case = queue.claim_next(by=_moderator(request))
    return redirect("safety:case", case.public_id) if case else redirect("safety:cases")


@moderators_only
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case: str) -> HttpResponse:
    """Show one case; on POST, decide it."""
    found = get_object_or_404(Case.objects.select_related("claimed_by", "decision"), public_id=case)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form=form):
        return redirect("safety:cases")
    view = desk.look(found, by=_moderator(request))
    events = found.events.select_related("by")
    return render(request, "safety/case.html", {"view": view, "form": form, "events": events})


def _decided(request: HttpRequest, found: Case, *, form: DecisionForm) -> bool:
    answer = Decision.Answer(form.cleaned_data["decision"])
    try:
        decide(found.public_id, by=_moderator(request), decision=answer, reason=form.cleaned_data["reason"])
    except CaseError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "Decided. What you wrote is kept with the case.")
    return True


@moderators_only
@require_GET
def media(request: HttpRequest, case: str) -> HttpResponseBase:
    """Stream held media as a download that is not kept; the look is logged first (I7)."""
    found = get_object_or_404(Case, public_id=case)
    path = desk.media(found, by=_moderator(request))
    if path is None:
        raise Http404
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"case-{found.public_id}", content_type="application/octet-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _moderator(request: HttpRequest) -> int:
    return int(request.user.pk or 0)  # behind the guard there is a person
