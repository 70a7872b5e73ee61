"""Enrolling, one step a screen: what will happen, the challenge, what came of it."""

from functools import partial
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.accounts import consents, guardians
from consent.accounts.models import Person
from consent.cameos import agreement, enrolment, judgement, keeping, uploading
from consent.cameos.challenge import Challenge, Path
from consent.cameos.enrolment import Declined
from consent.cameos.models import Cameo, Capture
from consent.receipts import signing

WORDS = {
    "left": "Turn your head to your left",
    "right": "Turn your head to your right",
    "up": "Lift your chin",
    "down": "Lower your chin",
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Tell what will happen and what is kept; on POST, begin."""
    if request.method == "POST":
        path: Path = "alternative" if request.POST.get("path") == "alternative" else "standard"
        agreed = request.POST.get("agreement", "")
        capture = enrolment.begin(_person(request), browser=_browser(request), path=path, agreed=agreed)
        if isinstance(capture, Declined):
            messages.error(request, f"{capture.sentence} {capture.advice}")
            return redirect("consent:enrol")
        return redirect("consent:capture", capture.public_id)
    person = _person(request)
    shown = {
        "step": "start",
        "cameo": Cameo.objects.filter(owner=person).first(),
        "agreement": agreement.told(days=keeping.strictest().days),
        "not_checked": judgement.not_checked(),
        "can_sign": signing.can_sign(person),
        **_family(person),
    }
    return render(request, "consent/enrol.html", shown)


def _family(person: Person) -> dict[str, Any]:
    """Return what somebody under 18 is told: who looks after them, and whether that one has said yes."""
    if not guardians.is_teen(person):
        return {}
    found = guardians.guardian(person)
    return {"is_teen": True, "guardian": found, "is_agreed": found and consents.is_given(person, guardian=found)}


@require_safe
@login_required
def capture(request: HttpRequest, capture_id: str) -> HttpResponse:
    """Show the step a capture is at; htmx asks for the part that changes."""
    found = _own(request, capture_id)
    template = "consent/enrol_state.html" if getattr(request, "htmx", False) else "consent/enrol.html"
    return render(request, template, _shown(found))


@csrf_exempt  # the token is checked below, after the upload was given its limit
@require_POST
@login_required
def recording(request: HttpRequest, capture_id: str) -> HttpResponse:
    """Take a recording from the form that needs no script."""
    if not uploading.prepare(request):
        messages.error(request, f"{enrolment.HEAVY.sentence} {enrolment.HEAVY.advice}")
        return redirect("consent:capture", capture_id)
    return _received(request, capture_id)


@csrf_protect
def _received(request: HttpRequest, capture_id: str) -> HttpResponse:
    found = _own(request, capture_id)
    sent = request.FILES.get("recording")
    taken = partial(enrolment.receive, found, browser=_browser(request))
    declined = taken(chunks=sent.chunks()) if sent else enrolment.EMPTY
    if declined is not None:
        messages.error(request, f"{declined.sentence} {declined.advice}")
    return redirect("consent:capture", capture_id)


def _shown(found: Capture) -> dict[str, Any]:
    path = found.challenge.get("path")
    if path in {enrolment.THING, enrolment.PROTECTED}:
        return {"step": found.state, "capture": found, "lighter": path, "told": found.challenge}
    asked = Challenge.of(found.challenge)
    poses = [{"pose": pose, "words": WORDS[pose], "at": at} for pose, at in zip_longest(asked.poses, asked.cues)]
    shown = {"step": found.state, "capture": found, "poses": poses, "digits": asked.digits, "told": asked.told()}
    return {**shown, "not_checked": judgement.not_checked()}


def _own(request: HttpRequest, capture_id: str) -> Capture:
    found = enrolment.find(capture_id, person=_person(request))
    if found is None:
        raise Http404
    return found


def _browser(request: HttpRequest) -> str:
    return enrolment.browser_of(request.session.session_key)


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise Http404
    return request.user
