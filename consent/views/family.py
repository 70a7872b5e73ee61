"""Family: what a guardian is asked and has allowed, and what a ward sees of it. Never what a ward writes or drafts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from consent.accounts import consents, evidence, guardians, ties
from consent.accounts.guardianship import Evidence, Guardianship
from consent.accounts.models import Person
from consent.errors import ConsentError, NobodyError, NoGuardianshipError
from consent.grants import household
from consent.views.permissions import owner_of

NOBODY = "There is nobody of this name."


class ProposalForm(forms.Form):
    """Whom to propose it to."""

    person = forms.CharField(
        max_length=31,
        label="Who",
        widget=forms.TextInput(attrs={"placeholder": "@handle", "autocapitalize": "none", "autocomplete": "off"}),
    )


class EvidenceForm(forms.Form):
    """What shows who one is."""

    words = forms.CharField(
        max_length=1000,
        label="What shows that you are an adult, and where a moderator can see it",
        help_text="Read by a moderator, and by nobody else.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_safe
@login_required
def family(request: HttpRequest) -> HttpResponse:
    """Show both sides, whichever somebody has."""
    return page(request, me=owner_of(request))


def page(request: HttpRequest, *, me: Person, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    """Render the page, with a form that was not accepted if there is one."""
    rows = Guardianship.objects.filter(Q(ward=me) | Q(guardian=me)).exclude(state=Guardianship.State.ENDED)
    rows = rows.select_related("ward", "guardian")
    open_ = [row for row in rows if row.state == Guardianship.State.PROPOSED]
    live = [row for row in rows if row.state == Guardianship.State.LIVE]
    is_teen = guardians.is_teen(me)
    shown: dict[str, Any] = {
        "me": me,
        "is_teen": is_teen,
        "to_confirm": [row for row in open_ if row.proposed_by_id != me.pk],
        "proposed": [row for row in open_ if row.proposed_by_id == me.pk],
        "wards": [
            (row, household.of(row.ward)) for row in live if row.guardian_id == me.pk and guardians.is_teen(row.ward)
        ],
        "mine": next(((row, household.of(me)) for row in live if row.ward_id == me.pk and is_teen), None),
        "unfit": "" if is_teen else guardians.unfit_guardian(me),
        "shown": Evidence.objects.filter(person=me).order_by("-pk").first(),
        "proposal_form": ProposalForm(),
        "evidence_form": EvidenceForm(),
        **forms_,
    }
    return render(request, "consent/family.html", shown, status=status)


@require_POST
@login_required
def propose(request: HttpRequest) -> HttpResponse:
    """Propose it: a teen looks for a guardian, an adult for a ward."""
    me, form = owner_of(request), ProposalForm(request.POST)
    if form.is_valid():
        try:
            other = ties.visible(form.cleaned_data["person"], to=me.pk)
            guardians.propose(me, other=other, as_guardian=not guardians.is_teen(me))
        except ConsentError as error:
            form.add_error("person", NOBODY if isinstance(error, NobodyError) else str(error))
        else:
            messages.success(request, f"Proposed. It begins when @{other.handle} confirms it.")
            return redirect("consent:family")
    return page(request, me=me, status=400, proposal_form=form)


@require_POST
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Bring evidence forward."""
    me, form = owner_of(request), EvidenceForm(request.POST)
    if form.is_valid():
        try:
            evidence.show(me, words=form.cleaned_data["words"])
        except ConsentError as error:
            form.add_error("words", str(error))
        else:
            messages.success(request, "Thank you. A person looks at it, and we tell you here.")
            return redirect("consent:family")
    return page(request, me=me, status=400, evidence_form=form)


@require_POST
@login_required
def act(request: HttpRequest, guardianship_id: str, what: str) -> HttpResponse:
    """Confirm or end a guardianship, agree or take it back."""
    try:
        messages.success(request, done(owner_of(request), guardianship=guardianship_id, what=what))
    except NoGuardianshipError as error:
        raise Http404 from error
    except ConsentError as error:
        messages.error(request, str(error))
    return redirect("consent:family")


def done(me: Person, *, guardianship: str, what: str) -> str:
    """Do it and return the sentence that says so."""
    if what == "confirm":
        found = guardians.confirm(me, guardianship=guardianship)
        return f"Done. You and @{(found.guardian if found.ward == me else found.ward).handle} are family here now."
    if what == "end":
        guardians.end(me, guardianship=guardianship)
        return "Ended. What needed it is out of use from this moment."
    found_ = Guardianship.objects.filter(public_id=guardianship, guardian=me).select_related("ward").first()
    if found_ is None:
        raise NoGuardianshipError
    if what == "agree":
        consents.give(me, ward=found_.ward)
        return f"Agreed. @{found_.ward.handle} decides who, within what is open at their age."
    consents.withdraw(me, ward=found_.ward)
    return f"Taken back. Nobody but @{found_.ward.handle} can use their likeness from this moment."
