"""Settings, Tokens: what programs may do in one's place; made here, shown once, ended here."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from consent.accounts import tokens as accounts
from consent.accounts.models import Person
from consent.accounts.tokens import Scope, Token
from consent.errors import TokenError
from consent.views.permissions import owner_of

SCOPES = {
    Scope.JOBS_WRITE: "ask for videos, and cancel them",
    Scope.JOBS_READ: "see how my videos are coming along",
    Scope.CLIPS_READ: "get my videos",
    Scope.CLIPS_WRITE: "delete my videos",
    Scope.PERMISSIONS_READ: "ask what I may use",
    Scope.CAMEO_READ: "see the state of my likeness",
    Scope.CAMEO_WRITE: "pause, resume, and choose my audience",
    Scope.GRANTS_READ: "see whom I let use my likeness",
    Scope.GRANTS_WRITE: "let people use my likeness, and take it back",
    Scope.REQUESTS_READ: "see requests",
    Scope.REQUESTS_WRITE: "make and answer requests",
    Scope.APPEARANCES_READ: "see where I appear",
    Scope.APPEARANCES_WRITE: "take down videos that show me",
    Scope.RECEIPTS_READ: "get my receipts",
    Scope.NOTICES_READ: "read my notices",
    Scope.NOTICES_WRITE: "mark notices as read",
    Scope.PEOPLE_READ: "see whom I follow and block",
    Scope.PEOPLE_WRITE: "follow and block",
}
DAYS = {7: "a week", 30: "a month", 90: "three months", 365: "a year"}


class TokenForm(forms.Form):
    """What a program is to be let do."""

    name = forms.CharField(max_length=60, label="Name", help_text="So that you know it again: “my phone”, “backup”.")
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label="For", coerce=int, choices=list(DAYS.items()), initial=90)

    def chosen(self) -> list[Scope]:
        """Return the scopes that were ticked."""
        return [Scope(scope) for scope in self.cleaned_data["scopes"]]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """Show one's tokens and the form for another; a new one's text is on this answer and nowhere else."""
    owner = owner_of(request)
    if request.method != "POST":
        return page(request, owner=owner, form=TokenForm())
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            told = form.cleaned_data
            made, text = accounts.make(owner, name=told["name"], scopes=form.chosen(), days=told["days"])
        except TokenError as error:
            form.add_error(None, str(error))
        else:
            return page(request, owner=owner, form=TokenForm(), made=made, text=text)
    return page(request, owner=owner, form=form, status=400)


def page(request: HttpRequest, *, owner: Person, form: TokenForm, status: int = 200, **shown: Any) -> HttpResponse:  # noqa: ANN401  (what the template shows)
    """Render the page."""
    rows = Token.objects.filter(person=owner, revoked_at=None).order_by("-pk")
    known = {"tokens": [(one, [SCOPES[Scope(s)] for s in one.scopes]) for one in rows], "now": timezone.now()}
    return render(request, "consent/tokens.html", {"form": form, **known, **shown}, status=status)


@require_POST
@login_required
def revoke(request: HttpRequest, token_id: str) -> HttpResponse:
    """End one of one's tokens."""
    try:
        ended = accounts.revoke(owner_of(request), token=token_id)
    except TokenError as error:
        raise Http404 from error
    messages.success(request, f"“{ended.name}” is ended. It is refused from now on.")
    return redirect("consent:tokens")
