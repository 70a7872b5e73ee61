"""What the buttons of My likeness and Permissions do: each is a POST, goes back to the page, says what happened."""

from collections.abc import Callable
from functools import partial, wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from consent.accounts.models import Person
from consent.errors import ConsentError, GrantError
from consent.grants import audience, grant, switch
from consent.grants.models import Grant
from consent.views.choices import page
from consent.views.forms import AudienceForm, DenialForm, GrantForm, RuledOutForm

Action = Callable[[HttpRequest, Person], str]


def done(action: Action, *, back: str = "consent:likeness") -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that does the action for whoever is signed in, goes ``back`` and shows what came of it."""

    @require_POST
    @login_required
    @wraps(action)
    def view(request: HttpRequest) -> HttpResponse:
        try:
            messages.success(request, action(request, owner_of(request)))
        except ConsentError as error:
            messages.error(request, str(error))
        return redirect(back)

    return view


chosen = partial(done, back="consent:permissions")
"""The same, for what is chosen on the page Permissions."""


def owner_of(request: HttpRequest) -> Person:
    """Return who is signed in; ``login_required`` has seen to it that somebody is."""
    if not isinstance(request.user, Person):
        raise Http404
    return request.user


@done
def pause(_request: HttpRequest, owner: Person) -> str:
    """Stop every use."""
    switch.pause(owner)
    return f"Paused at {timezone.now():%H:%M:%S} UTC. Nothing with your likeness is made or shown until you resume."


@done
def resume(_request: HttpRequest, owner: Person) -> str:
    """End the pause."""
    switch.resume(owner)
    return "Resumed. Everybody you let in may use your likeness again."


@done
def withdraw(_request: HttpRequest, owner: Person) -> str:
    """Take the likeness back for good."""
    switch.withdraw(owner)
    return "Withdrawn. What we knew of your face is destroyed, and everything made with it has stopped being shown."


@chosen
def choose_audience(request: HttpRequest, owner: Person) -> str:
    """Choose who is let in without being named."""
    form = AudienceForm(request.POST, owner=owner)
    if not form.is_valid():
        raise ConsentError("Choose one of the audiences.")
    audience.set_audience(owner, audience=form.chosen())
    return "Done. This is in force now."


@chosen
def rule_out(request: HttpRequest, owner: Person) -> str:
    """Say what one is never shown in."""
    form = RuledOutForm(request.POST)
    if not form.is_valid():
        raise ConsentError("Choose from the list.")
    audience.set_ruled_out(owner, categories=form.cleaned_data["categories"])
    return "Done. This is in force now."


@require_POST
@login_required
def give(request: HttpRequest) -> HttpResponse:
    """Let somebody use one's likeness, or show the form again with what is wrong."""
    owner = owner_of(request)
    form = GrantForm(request.POST, owner=owner)
    if form.is_valid() and (made := given(form, owner=owner)):
        messages.success(request, f"{made.person} may use your likeness now.")
        return redirect("consent:permissions")
    return page(request, owner=owner, form=form, status=400)


def given(form: GrantForm, *, owner: Person) -> Grant | None:
    """Give what the form says, or write into the form why not."""
    try:
        return grant.give(
            owner,
            person=form.cleaned_data["person"],
            uses=form.chosen(),
            categories=form.cleaned_data["categories"],
            expires_at=form.expires_at(),
        )
    except ConsentError as error:
        form.add_error(None, str(error))
        return None


@require_POST
@login_required
def deny(request: HttpRequest) -> HttpResponse:
    """Say no to somebody, or show the form again with what is wrong."""
    owner = owner_of(request)
    form = DenialForm(request.POST)
    if form.is_valid():
        try:
            made = grant.deny(owner, person=form.cleaned_data["person"], categories=form.cleaned_data["categories"])
        except ConsentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Done. {made.person} is not told.")
            return redirect("consent:permissions")
    return page(request, owner=owner, denial=form, status=400)


@require_POST
@login_required
def revoke(request: HttpRequest, grant_id: str) -> HttpResponse:
    """Take a grant or a denial back; somebody else's is as unknown as one that never was."""
    try:
        found = grant.revoke(owner_of(request), grant=grant_id)
    except GrantError as error:
        raise Http404(str(error)) from error
    if found.effect == Grant.Effect.GRANT:
        messages.success(request, f"Revoked. Nothing {found.person} made with your likeness is shown from now on.")
    else:
        messages.success(request, f"Taken back. {found.person} is judged like everybody else again.")
    return redirect("consent:permissions")
