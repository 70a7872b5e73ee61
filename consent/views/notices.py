"""The inbox, by day; one click to what a notice is about; what to be told, and how."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.accounts import notices as inbox
from consent.accounts.kinds import KINDS, Group, kind
from consent.accounts.letterbox import Channel
from consent.accounts.models import Notice, Person
from consent.views.permissions import owner_of

A_PAGE = 60


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """Show what there is to read, newest first; ``before`` goes on from a notice."""
    me, before = owner_of(request), request.GET.get("before", "")
    rows = Notice.objects.filter(person=me).order_by("-pk")
    if before:
        rows = rows.filter(pk__lt=Notice.objects.filter(person=me, public_id=before).values("pk"))
    found = list(rows[: A_PAGE + 1])
    shown = {
        "days": days(found[:A_PAGE]),
        "unread": inbox.unread(me.pk),
        "older": found[A_PAGE - 1].public_id if len(found) > A_PAGE else "",
        "is_first": not before,
    }
    return render(request, "consent/notices.html", shown)


def days(rows: list[Notice]) -> list[tuple[object, list[Notice]]]:
    """Return notices under the days they came on."""
    return [(day, list(group)) for day, group in groupby(rows, key=lambda row: row.created_at.date())]


@require_safe
@login_required
def notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Mark one as read and go to what it is about; letters link here, so that a link says nothing."""
    me = owner_of(request)
    found = Notice.objects.filter(person=me, public_id=notice_id).first()
    if found is None:
        raise Http404
    inbox.read(me.pk, notice=found.public_id)
    return redirect(place(found))


def place(found: Notice) -> str:
    """Return the page on which a notice's matter can be looked at."""
    page = kind(found.kind).page
    try:
        return reverse(page) if page else reverse("consent:notices")
    except NoReverseMatch:
        return reverse("consent:notices")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    inbox.read(owner_of(request).pk)
    return redirect("consent:notices")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show what one is told and how, and take other choices."""
    me = owner_of(request)
    if request.method == "POST":
        chosen = set(request.POST.getlist("wanted"))
        for name, what in KINDS.items():
            for channel in Channel:
                if not inbox.is_locked(what, channel=channel):
                    inbox.prefer(me.pk, name=name, channel=channel, wanted=f"{name}:{channel.value}" in chosen)
        messages.success(request, "Done. This is in force now.")
        return redirect("consent:preferences")
    return render(request, "consent/preferences.html", {"groups": groups(me)})


def groups(me: Person) -> list[tuple[Group, list[dict[str, Any]]]]:
    """Return the kinds under their groups, each with its two choices."""
    chosen = inbox.preferences(me.pk)
    rows: list[tuple[Group, dict[str, Any]]] = [
        (
            what.group,
            {
                "name": name,
                "words": what.words,
                "choices": [
                    (channel, chosen[name][channel], inbox.is_locked(what, channel=channel)) for channel in Channel
                ],
            },
        )
        for name, what in KINDS.items()
    ]
    return [(group, [row for one, row in rows if one == group]) for group in Group]
