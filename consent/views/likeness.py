"""My likeness: who may use it, in the first line; everything else one click from there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consent.accounts.models import Notice, Person
from consent.cameos.models import Cameo
from consent.grants import audience, listing, overview, preferences, requests
from consent.receipts import telling
from consent.receipts.models import Receipt
from consent.views.forms import AudienceForm, GrantForm, RuledOutForm

LATEST = 8
APPEARANCES = 6


@require_safe
def likeness(request: HttpRequest) -> HttpResponse:
    """Show one's own likeness; the landing page to somebody who is not signed in."""
    if not isinstance(request.user, Person):
        return render(request, "landing.html")
    return page(request, owner=request.user)


def page(request: HttpRequest, *, owner: Person, form: GrantForm | None = None, status: int = 200) -> HttpResponse:
    """Render the page, with a grant form that was not accepted if there is one."""
    cameo = Cameo.objects.filter(owner=owner).first()
    shown: dict[str, Any] = {
        "cameo": cameo,
        "headline": overview.headline(owner, cameo=cameo),
        "asked": requests.to_answer(owner)[:LATEST],
        "notices": Notice.objects.filter(person=owner).order_by("-pk")[:LATEST],
        "receipts": telling.rows(Receipt.objects.filter(person=owner).order_by("-pk")[:LATEST], holder=owner),
    }
    if cameo is not None:
        shown |= of_cameo(cameo, owner=owner)
    if form is not None:
        shown["grant_form"] = form
    return render(request, "consent/likeness.html", shown, status=status)


def of_cameo(cameo: Cameo, *, owner: Person) -> dict[str, Any]:
    """Return what the page shows of a cameo."""
    return {
        "given": overview.given(cameo, now=timezone.now()),
        "seen": listing.page(owner.pk, size=APPEARANCES)[0],
        "rules": [(rule, preferences.meaning(rule)) for rule in preferences.written(cameo)[:LATEST]],
        "grant_form": GrantForm(owner=owner),
        "audience_form": AudienceForm(owner=owner, initial={"audience": cameo.audience}),
        "ruled_out_form": RuledOutForm(initial={"categories": sorted(audience.ruled_out(cameo))}),
    }
