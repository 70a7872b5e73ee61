"""Settings, and what hangs on them: invites, the tree that moderators see, a birth date to correct."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.accounts import correction
from consent.accounts import invites as accounts
from consent.accounts.ages import age_band
from consent.accounts.birthdays import BirthChange
from consent.accounts.invitation import EACH, Invite
from consent.accounts.models import Block, Person
from consent.errors import BirthdayError, InviteError
from consent.views.permissions import owner_of


class BirthDateForm(forms.Form):
    """Another birth date, and why."""

    birth_date = forms.DateField(
        label="The right date", widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"})
    )
    reason = forms.CharField(max_length=300, label="What went wrong", required=False)


@require_safe
@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show what can be set, each with how it stands."""
    return page(request, me=owner_of(request), form=BirthDateForm())


def page(request: HttpRequest, *, me: Person, form: BirthDateForm, status: int = 200) -> HttpResponse:
    """Render the settings."""
    shown: dict[str, Any] = {
        "me": me,
        "band": age_band(me.birth_date).label,
        "change": BirthChange.objects.filter(person=me).order_by("-pk").first(),
        "blocked": [row.dst for row in Block.objects.filter(src=me).select_related("dst").order_by("-pk")],
        "form": form,
    }
    return render(request, "consent/settings.html", shown, status=status)


@require_POST
@login_required
def birth_date(request: HttpRequest) -> HttpResponse:
    """Ask for a correction of one's birth date."""
    me, form = owner_of(request), BirthDateForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            change = correction.ask(me, birth_date=told["birth_date"], reason=told["reason"])
        except BirthdayError as error:
            form.add_error("birth_date", str(error))
        else:
            waits = change.state == BirthChange.State.WAITING
            messages.success(request, correction.WAITS if waits else "Corrected.")
            return redirect("consent:settings")
    return page(request, me=me, form=form, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def invites(request: HttpRequest) -> HttpResponse:
    """Show one's invites; a new code is on this answer and nowhere else."""
    me, code, status = owner_of(request), "", 200
    if request.method == "POST":
        try:
            old = request.POST.get("replace", "")
            code = accounts.replace(me, invite=old) if old else accounts.make(me)
        except InviteError as error:
            messages.error(request, str(error))
            status = 400
    rows = Invite.objects.filter(inviter=me).select_related("redeemed_by").order_by("slot")
    shown = {"invites": rows, "left": EACH - len(rows), "code": code, "needed": accounts.are_needed()}
    return render(request, "consent/invites.html", shown, status=status)


@require_safe
@login_required
def tree(request: HttpRequest) -> HttpResponse:
    """Show moderators who brought whom; to everybody else there is no such page."""
    if not owner_of(request).is_staff:
        raise Http404
    return render(request, "consent/invite_tree.html", {"roots": accounts.tree()})
