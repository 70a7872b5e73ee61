"""Keeping a face out: asking that nobody enrols it, and taking that back."""

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from consent.cameos import agreement, enrolment, keeping, registry, uploading
from consent.cameos.enrolment import Declined
from consent.cameos.models import Protected
from consent.views.permissions import owner_of

WHOSE = [
    ("self", "My own: I do not want a cameo, and nobody else may make one of me"),
    ("estate", "Somebody's who has died, and whose estate or family I speak for"),
    ("guardian", "Somebody's who cannot ask, and whom I represent by law"),
]


class ProtectForm(forms.Form):
    """Whose face, by what right, and what it looks like."""

    relation = forms.ChoiceField(label="Whose face is it?", choices=WHOSE, widget=forms.RadioSelect)
    proof = forms.CharField(
        max_length=enrolment.PROOF,
        label="What proves that you may ask",
        help_text="For example which document you have, and where a moderator can see it. Only they read this.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    picture = forms.FileField(
        label="A picture of that face, and of nobody else's",
        help_text="JPEG, PNG, MP4 or WebM, at most 48 MB. It is deleted when a person has decided.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,video/*"}),
    )


@csrf_exempt  # the token is checked below, after the upload was given its limit
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def protect(request: HttpRequest) -> HttpResponse:
    """Say what it does, and list what was asked; on POST, ask."""
    if request.method == "POST" and not uploading.prepare(request):
        messages.error(request, f"{enrolment.HEAVY.sentence} {enrolment.HEAVY.advice}")
        return redirect("consent:protect")
    return _asked(request)


@csrf_protect
def _asked(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, form=ProtectForm())
    form = ProtectForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form, status=400)
    where, told = enrolment.browser_of(request.session.session_key), form.cleaned_data
    begin = partial(enrolment.begin_protection, owner_of(request), browser=where, proof=told["proof"])
    capture = begin(relation=Protected.Relation(told["relation"]), agreed=request.POST.get("agreement", ""))
    taken = partial(enrolment.receive, chunks=told["picture"].chunks(), browser=where)
    declined = capture if isinstance(capture, Declined) else taken(capture)
    if isinstance(capture, Declined) or declined is not None:
        messages.error(request, f"{declined.sentence} {declined.advice}" if declined else "")
        return _page(request, form=form, status=409)
    return redirect("consent:capture", capture.public_id)


def _page(request: HttpRequest, *, form: ProtectForm, status: int = 200) -> HttpResponse:
    mine = Protected.objects.filter(asked_by=owner_of(request)).order_by("-pk")
    text = agreement.told(days=keeping.strictest().days)
    return render(request, "consent/protect.html", {"form": form, "asked": mine, "agreement": text}, status=status)


@require_POST
@login_required
def take_back(request: HttpRequest, protected_id: str) -> HttpResponse:
    """Take a request back, decided or not."""
    mine = Protected.objects.filter(asked_by=owner_of(request), public_id=protected_id)
    entry = mine.exclude(state=Protected.State.WITHDRAWN).first()
    if entry is None:
        raise Http404
    registry.withdraw(entry)
    messages.success(request, "Taken back. What was kept of that face is destroyed.")
    return redirect("consent:protect")
