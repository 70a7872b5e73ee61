"""Requests: who asks, for what exactly, and one's answer; and what one has asked of others."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from consent.accounts.ages import AgeBand, age_band
from consent.accounts.models import Person
from consent.errors import ConsentError, RequestError
from consent.grants import categories, requests
from consent.grants.grant import giveable
from consent.grants.requests import Yes
from consent.grants.rows import Request
from consent.grants.uses import named, words
from consent.views.choices import owner_of
from consent.views.forms import USE_WORDS, AnswerForm, AskForm

LATEST = 50


@require_safe
@login_required
def asked(request: HttpRequest) -> HttpResponse:
    """Show what waits for one's answer, what one has asked for, and a form to ask; ``?cameo=`` names whom."""
    return page(request, reader=owner_of(request), ask=AskForm(initial={"cameo": request.GET.get("cameo", "")[:31]}))


@require_POST
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask somebody for uses of their likeness; what cannot be asked is said beside what was typed."""
    reader, form = owner_of(request), AskForm(request.POST)
    if not form.is_valid():
        return page(request, reader=reader, ask=form, status=400)
    try:
        made = requests.ask(reader, cameo=requests.asked_of(form.cleaned_data["cameo"]), wanted=form.wanted())
    except RequestError as error:
        form.add_error("cameo", str(error))
        return page(request, reader=reader, ask=form, status=409)
    messages.success(request, f"@{made.cameo.owner.handle} can read your request now. You will be told their answer.")
    return redirect("consent:requests")


def page(
    request: HttpRequest,
    *,
    reader: Person,
    wrong: AnswerForm | None = None,
    ask: AskForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, with an answer or a question that was not accepted if there is one."""
    shown = {
        "ask": ask or AskForm(),
        "asks": bool(ask and (ask.is_bound or ask.initial["cameo"])),
        "waiting": [told(row, reader=reader) for row in requests.to_answer(reader)[:LATEST]],
        "made": [(row, requests.standing(row), words(named(row.uses))) for row in requests.made(reader)[:LATEST]],
        "wrong": wrong,
    }
    return render(request, "consent/requests.html", shown, status=status)


def told(row: Request, *, reader: Person) -> dict[str, Any]:
    """Return one request as the one who answers reads it."""
    owner = row.cameo.owner
    form = AnswerForm(auto_id=f"id_{row.public_id}_%s", initial={"uses": sorted(named(row.uses))})
    allowed = giveable(owner)
    form.fields["categories"].choices = [  # type: ignore[attr-defined]
        (name, label) for name, label in categories.LABELS.items() if name in allowed
    ]
    return {
        "row": row,
        "uses": ", ".join(said for use, said in USE_WORDS.items() if use in named(row.uses)),
        "touches": categories.words(categories.named(row.categories)) if row.categories else "",
        "before": requests.before(row),
        "rules": requests.against(row),
        "form": form,
        "is_ward": owner.pk != reader.pk,
        "needs_guardian": owner.pk == reader.pk and age_band(owner.birth_date) is not AgeBand.ADULT,
    }


@require_POST
@login_required
def answer(request: HttpRequest, request_id: str) -> HttpResponse:
    """Answer one request; one that is not one's own to answer is as unknown as one that never was."""
    reader = owner_of(request)
    if not requests.may_answer(reader, request=request_id):
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return page(request, reader=reader, wrong=form, status=400)
    try:
        messages.success(request, done(form, reader=reader, request_id=request_id))
    except ConsentError as error:
        messages.error(request, str(error))
    return redirect("consent:requests")


def done(form: AnswerForm, *, reader: Person, request_id: str) -> str:
    """Do what was answered, and return the sentence for it."""
    said = form.cleaned_data["answer"]
    if said in {"decline", "block"}:
        requests.decline(reader, request=request_id, block=said == "block")
        return "Declined." if said == "decline" else "Blocked. They are not told."
    yes = Yes(
        once=said == "approve_once",
        uses=frozenset(form.chosen()) if said == "approve" else frozenset(),
        categories=frozenset(form.cleaned_data["categories"]),
        expires_at=form.expires_at(),
    )
    found = requests.approve(reader, request=request_id, yes=yes)
    if found.state == Request.State.OPEN:
        return "Your yes is noted. It holds once the other of you has said yes too."
    return (
        f"{found.requester} may make this one video." if yes.once else f"{found.requester} may use your likeness now."
    )


@require_POST
@login_required
def take_back(request: HttpRequest, request_id: str) -> HttpResponse:
    """Withdraw what one has asked for."""
    try:
        requests.withdraw(owner_of(request), request=request_id)
    except RequestError as error:
        raise Http404(str(error)) from error
    messages.success(request, "Withdrawn.")
    return redirect("consent:requests")
