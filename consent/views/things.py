"""Animals and objects: a cameo without a challenge, for its owner alone."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from consent.cameos import enrolment
from consent.cameos import things as kept
from consent.cameos.enrolment import Declined
from consent.cameos.models import Thing
from consent.views.permissions import owner_of


class ThingForm(forms.Form):
    """What it is and how you call it."""

    kind = forms.ChoiceField(label="It is", choices=[("animal", "an animal"), ("object", "an object")])
    name = forms.CharField(
        max_length=60,
        label="Its name",
        help_text="Only you see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def things(request: HttpRequest) -> HttpResponse:
    """List them; on POST, begin another."""
    owner = owner_of(request)
    form = ThingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        where, told = enrolment.browser_of(request.session.session_key), form.cleaned_data
        capture = enrolment.begin_thing(owner, browser=where, kind=Thing.Kind(told["kind"]), name=told["name"])
        if not isinstance(capture, Declined):
            return redirect("consent:capture", capture.public_id)
        form.add_error(None, f"{capture.sentence} {capture.advice}")
    shown = {"things": Thing.objects.filter(owner=owner).order_by("pk"), "form": form}
    return render(request, "consent/things.html", shown, status=400 if form.errors else 200)


@require_POST
@login_required
def withdraw(request: HttpRequest, thing_id: str) -> HttpResponse:
    """Unmake one."""
    thing = Thing.objects.filter(owner=owner_of(request), public_id=thing_id).first()
    if thing is None:
        raise Http404
    kept.withdraw(thing)
    messages.success(request, f"“{thing.name}” is withdrawn, and its picture destroyed.")
    return redirect("consent:things")
