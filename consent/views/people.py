"""Somebody's page: who they are, and what is between you. Whoever is blocked sees what they would see of nobody."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from consent.accounts import ties
from consent.accounts.models import Block, Follow, Person
from consent.errors import NobodyError, TieError
from consent.views.permissions import owner_of

ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "follow": (ties.follow, "You follow @{handle} now."),
    "unfollow": (ties.unfollow, "You no longer follow @{handle}. Whatever that let in has ended."),
    "block": (ties.block, "You have blocked @{handle}. Neither of you can use the other's likeness."),
    "unblock": (ties.unblock, "You no longer block @{handle}. Nothing that it ended comes back by itself."),
}


@require_safe
@login_required
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Show somebody."""
    me = owner_of(request)
    found = seen(handle, by=me)
    shown = {
        "person": found,
        "is_me": found == me,
        "follows": Follow.objects.filter(src=me, dst=found).exists(),
        "follows_me": Follow.objects.filter(src=found, dst=me).exists(),
        "blocks": Block.objects.filter(src=me, dst=found).exists(),
    }
    return render(request, "consent/person.html", shown)


@require_POST
@login_required
def tie(request: HttpRequest, handle: str, act: str) -> HttpResponse:
    """Follow, unfollow, block or unblock, and go back to the page."""
    me = owner_of(request)
    found = seen(handle, by=me)
    do, sentence = ACTS[act]
    try:
        do(me.pk, dst=found.pk)
    except NobodyError as error:
        raise Http404 from error
    except TieError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, sentence.format(handle=found.handle))
    return redirect("consent:person", found.handle)


def seen(handle: str, *, by: Person) -> Person:
    """Return somebody as far as they are there for this person, or raise Http404."""
    try:
        return ties.visible(handle, to=by.pk)
    except NobodyError as error:
        raise Http404 from error
