"""Permissions: whom one lets in, by audience and by name, for what, until when; and what one never wants."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import CameoStateError, ConsentError, PreferenceError
from consent.grants import audience, overview, preferences
from consent.grants.overview import Given
from consent.grants.preferences import Tried
from consent.grants.rows import Rule
from consent.views.forms import AUDIENCE_HELP, AUDIENCES, DenialForm, GrantForm, RuledOutForm, WishesForm


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as its owner reads it."""

    rule: Rule
    meaning: str
    tried: str


@require_safe
@login_required
def permissions(request: HttpRequest) -> HttpResponse:
    """Show everything one allowed and ruled out."""
    return page(request, owner=owner_of(request))


def owner_of(request: HttpRequest) -> Person:
    """Return who is signed in; ``login_required`` has seen to it that somebody is."""
    if not isinstance(request.user, Person):
        raise Http404
    return request.user


def page(
    request: HttpRequest,
    *,
    owner: Person,
    form: GrantForm | None = None,
    denial: DenialForm | None = None,
    wishes: WishesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, with a form that was not accepted if there is one."""
    cameo = Cameo.objects.select_related("owner").filter(owner=owner).exclude(state=Cameo.State.WITHDRAWN).first()
    shown: dict[str, Any] = {
        "cameo": cameo,
        "headline": overview.headline(owner, cameo=cameo),
        "grant_form": form or GrantForm(owner=owner),
        "denial_form": denial or DenialForm(),
        "wishes_form": wishes or WishesForm(),
    }
    if cameo is not None:
        shown |= of_cameo(cameo, owner=owner)
    return render(request, "consent/permissions.html", shown, status=status)


def of_cameo(cameo: Cameo, *, owner: Person) -> dict[str, Any]:
    """Return what the page shows of a cameo."""
    now = timezone.now()
    proposed = list(preferences.waiting(cameo))
    return {
        "audiences": audiences(cameo, owner=owner),
        "people": [(one, edit(one, owner=owner)) for one in overview.given(cameo, now=now)],
        "denied": overview.denied(cameo),
        "ruled_out_form": RuledOutForm(initial={"categories": sorted(audience.ruled_out(cameo))}),
        "rules": [told(rule) for rule in preferences.written(cameo)],
        "proposed": [told(rule) for rule in proposed],
        "together": sentence(preferences.together(proposed)) if len(proposed) > 1 else "",
    }


def audiences(cameo: Cameo, *, owner: Person) -> list[dict[str, Any]]:
    """Return the choices, each with the number of people it means today."""
    reach = overview.reach(owner, cameo=cameo)
    return [
        {
            "value": one.value,
            "label": AUDIENCES[one],
            "help": AUDIENCE_HELP[one],
            "people": overview.counted(reach[one]),
            "is_chosen": one == cameo.audience,
        }
        for one in audience.choices(owner)
    ]


def edit(one: Given, *, owner: Person) -> GrantForm | None:
    """Return the form that changes a grant; a yes to one video is not changed, only taken back."""
    if one.once:
        return None
    initial = {"person": one.handle, "uses": one.uses_given, "categories": one.categories_given, "until": one.last_day}
    return GrantForm(owner=owner, initial=initial, auto_id=f"id_{one.id}_%s")


def told(rule: Rule) -> Shown:
    """Return a rule with what it does, and what it would have done."""
    return Shown(rule, preferences.meaning(rule), sentence(preferences.tried(rule)))


def sentence(tried: Tried) -> str:
    """Return what would have happened, in a sentence."""
    if not tried.past:
        return "Nobody else has made a video with you so far."
    past = "your one past appearance" if tried.past == 1 else f"your {tried.past} past appearances"
    return f"It would have refused {tried.refused or 'none'} of {past}."


@require_POST
@login_required
def propose(request: HttpRequest) -> HttpResponse:
    """Compile what was written, and show what it became; nothing of it is in force yet."""
    owner = owner_of(request)
    form = WishesForm(request.POST)
    if form.is_valid():
        try:
            preferences.propose(owner, text=form.cleaned_data["text"])
        except ConsentError as error:
            form.add_error("text", str(error))
        else:
            return redirect(f"{reverse('consent:permissions')}#proposed")
    return page(request, owner=owner, wishes=form, status=400)


@require_POST
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Put the rules that were ticked in force, and drop the others."""
    try:
        kept = preferences.confirm(owner_of(request), rules=request.POST.getlist("rules"))
    except ConsentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "In force now." if kept else "Dropped. Nothing has changed.")
    return redirect("consent:permissions")


@require_POST
@login_required
def remove(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Take one of one's own rules out of force; somebody else's is as unknown as one that never was."""
    try:
        preferences.remove(owner_of(request), rule=rule_id)
    except (PreferenceError, CameoStateError) as error:  # no such rule, or nobody's cameo to have one
        raise Http404(str(error)) from error
    messages.success(request, "Removed.")
    return redirect("consent:permissions")
