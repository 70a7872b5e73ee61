"""Stewards: who acts in one's place, and in whose place one acts."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from consent.accounts import stewards as accounts
from consent.accounts import ties
from consent.accounts.models import Person
from consent.accounts.stewardship import OPEN, Power, Steward
from consent.cameos.models import Cameo
from consent.errors import ConsentError, NobodyError, NoStewardError
from consent.grants import stewardship
from consent.grants.household import asked
from consent.views.permissions import owner_of

DONE = {
    "pause": "Paused. Nothing with this likeness is made or shown until it is resumed.",
    "resume": "Resumed.",
    "withdraw": "Withdrawn. What we knew of the face is destroyed.",
}
SIX_MONTHS = timedelta(days=182)


class ClaimForm(forms.Form):
    """Whose estate one acts for."""

    person = forms.CharField(
        max_length=31,
        label="Who has died",
        widget=forms.TextInput(attrs={"placeholder": "@handle", "autocapitalize": "none", "autocomplete": "off"}),
    )
    evidence = forms.CharField(
        max_length=1000,
        label="What shows that you act for the estate, and where a moderator can see it",
        help_text="A certificate of inheritance, a court's file number. Read by moderators alone.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = forms.DateField(
        label="Until", help_text="Two years at most.", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Django's own signature)
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = (timezone.now() + SIX_MONTHS).date()

    def ends_at(self) -> datetime:
        """Return the end of the last day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"] + timedelta(days=1), time()))


class DelegateForm(ClaimForm):
    """Whom one names, and for what."""

    powers = forms.MultipleChoiceField(label="They may", choices=Power.choices, widget=forms.CheckboxSelectMultiple)
    field_order = ["person", "powers", "evidence", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Django's own signature)
        super().__init__(*args, **kwargs)
        self.fields["person"].label = "Who"
        self.fields["evidence"].label = "What shows that they act for you, and where a moderator can see it"
        self.fields["evidence"].help_text = "A power of attorney, a contract. Read by moderators alone."


@require_safe
@login_required
def stewards(request: HttpRequest) -> HttpResponse:
    """Show both directions."""
    return page(request, me=owner_of(request))


def page(request: HttpRequest, *, me: Person, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    """Render the page, with a form that was not accepted if there is one."""
    rows = Steward.objects.filter(Q(owner=me) | Q(steward=me), state__in=OPEN).select_related("owner", "steward")
    now = timezone.now()
    shown: dict[str, Any] = {
        "me": me,
        "now": now,
        "for_me": [row for row in rows if row.owner_id == me.pk],
        "by_me": [acting(row, now=now) for row in rows if row.steward_id == me.pk],
        "claim_form": ClaimForm(prefix="claim"),
        "delegate_form": DelegateForm(prefix="delegate"),
        **forms_,
    }
    return render(request, "consent/stewards.html", shown, status=status)


def acting(row: Steward, *, now: datetime) -> dict[str, Any]:
    """Return what one sees of somebody in whose place one acts: what the powers show, and nothing else."""
    is_live = row.state == Steward.State.LIVE and row.expires_at > now
    cameo = Cameo.objects.filter(owner=row.owner).first() if is_live else None
    return {
        "row": row,
        "is_live": is_live,
        "powers": [Power(power) for power in row.powers],
        "cameo": cameo,
        "asked": asked(cameo, now=now) if Power.ANSWER in row.powers else (),
        "shown": stewardship.shown(row.owner) if is_live and Power.DELETE in row.powers else [],
    }


@require_POST
@login_required
def begin(request: HttpRequest, role: str) -> HttpResponse:
    """Claim an estate, or name a delegate."""
    me = owner_of(request)
    form = DelegateForm(request.POST, prefix=role) if role == "delegate" else ClaimForm(request.POST, prefix=role)
    if form.is_valid():
        try:
            asked_for(me, form=form, role=role)
        except NobodyError as error:
            form.add_error("person", str(error))
        except ConsentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Written down. Nothing may be done before a moderator has looked at it.")
            return redirect("consent:stewards")
    return page(request, me=me, status=400, **{f"{role}_form": form})


def asked_for(me: Person, *, form: ClaimForm, role: str) -> Steward:
    """Write down what was asked for."""
    told, until = form.cleaned_data, form.ends_at()
    other = ties.visible(told["person"], to=me.pk)
    if role != "delegate":
        return accounts.claim(me, owner=other, evidence=told["evidence"], until=until)
    powers = [Power(power) for power in told["powers"]]
    return accounts.name(me, steward=other, powers=powers, evidence=told["evidence"], until=until)


@require_POST
@login_required
def act(request: HttpRequest, steward_id: str, what: str) -> HttpResponse:
    """Accept or end a stewardship, or do something under it."""
    try:
        messages.success(request, done(owner_of(request), stewardship_=steward_id, what=what))
    except NoStewardError as error:
        raise Http404 from error
    except ConsentError as error:
        messages.error(request, str(error))
    return redirect("consent:stewards")


def done(me: Person, *, stewardship_: str, what: str) -> str:
    """Do it and return the sentence that says so."""
    if what == "accept":
        accounts.accept(me, stewardship=stewardship_)
        return "Accepted. A moderator looks at it next."
    if what == "end":
        accounts.end(me, stewardship=stewardship_)
        return "Ended. Nothing more is done under it from this moment."
    row = accounts.own(me, stewardship=stewardship_)
    stewardship.act(me, owner=row.owner, what=what)
    return DONE[what]


@require_POST
@login_required
def answer(request: HttpRequest, steward_id: str, request_id: str) -> HttpResponse:
    """Answer a request in somebody's place: yes to exactly what is asked, or no."""
    me = owner_of(request)
    try:
        row = accounts.own(me, stewardship=steward_id)
        agree = request.POST.get("answer") == "yes"
        stewardship.answer(me, owner=row.owner, request=request_id, agree=agree)
    except NoStewardError as error:
        raise Http404 from error
    except ConsentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Answered. The receipt says that it was you.")
    return redirect("consent:stewards")


@require_POST
@login_required
def delete(request: HttpRequest, steward_id: str, appearance_id: str) -> HttpResponse:
    """Take a video down in somebody's place."""
    me = owner_of(request)
    try:
        row = accounts.own(me, stewardship=steward_id)
        gone = stewardship.delete(me, owner=row.owner, appearance=appearance_id)
    except NoStewardError as error:
        raise Http404 from error
    messages.success(request, f"Taken down: {len(gone.subjects):,}. The receipt says that it was you.")
    return redirect("consent:stewards")
