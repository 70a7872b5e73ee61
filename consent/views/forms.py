"""Forms of the likeness page; they translate, and hold no rule."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.grants import audience
from consent.grants.categories import LABELS
from consent.grants.grant import giveable
from consent.grants.graph import plain
from consent.grants.requests import Wanted
from consent.people import limits
from consent.permit import Use

USES = {
    Use.GENERATE: "make videos with my face",
    Use.VOICE: "use my voice",
    Use.PUBLISH: "show them to others",
    Use.REMIX: "let others build on them",
    Use.ADVERTISE: "advertise with them",
    Use.TRAIN: "train models on my likeness",
}
AUDIENCES = {
    Cameo.Audience.ONLY_ME: "only me, and those I name",
    Cameo.Audience.APPROVED: "people I approve, one by one",
    Cameo.Audience.MUTUALS: "people I follow who follow me",
    Cameo.Audience.EVERYONE: "everyone",
}
USE_WORDS = {
    Use.GENERATE: "make videos",
    Use.VOICE: "use my voice",
    Use.PUBLISH: "show them",
    Use.REMIX: "let others remix",
    Use.ADVERTISE: "advertise",
    Use.TRAIN: "train models",
}
"""The same, short: beside one another in a person's row."""

ASKED_USES = {
    Use.GENERATE: "make videos",
    Use.VOICE: "use their voice",
    Use.PUBLISH: "show them",
    Use.REMIX: "let others remix",
    Use.ADVERTISE: "advertise",
    Use.TRAIN: "train models",
}

AUDIENCE_HELP = {
    Cameo.Audience.ONLY_ME: "Nobody else, unless you name them below.",
    Cameo.Audience.APPROVED: "Others see that they can ask you, one by one.",
    Cameo.Audience.MUTUALS: "They may make videos with you, and nothing more.",
    Cameo.Audience.EVERYONE: "Anybody here may make videos with you, and nothing more.",
}


class Named(forms.Form):
    """A form that names somebody."""

    person = forms.CharField(
        max_length=31,
        label="Who",
        widget=forms.TextInput(attrs={"placeholder": "@handle", "autocapitalize": "none", "autocomplete": "off"}),
    )

    def clean_person(self) -> Person:
        """Return the person with this handle."""
        handle = plain(self.cleaned_data["person"])
        found = Person.objects.filter(handle=handle).first()
        if found is None:
            raise forms.ValidationError(f"Nobody here is called @{handle}.")
        return found


class Given(forms.Form):
    """A form that says what for, and until when."""

    def expires_at(self) -> datetime | None:
        """Return the end of the last day, or None."""
        last = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None

    def chosen(self) -> list[Use]:
        """Return the uses that were ticked."""
        return [Use(use) for use in self.cleaned_data["uses"]]


class GrantForm(Named, Given):
    """Let somebody use one's likeness."""

    uses = forms.MultipleChoiceField(
        label="They may", widget=forms.CheckboxSelectMultiple, initial=[Use.GENERATE.value]
    )
    categories = forms.MultipleChoiceField(
        label="Also in",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each of these stays off unless you tick it.",
    )
    until = forms.DateField(
        required=False,
        help_text="The last day. Leave it empty for no end; you can always take it back.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, owner: Person, **kwargs: Any) -> None:  # noqa: ANN401  (Django's own signature)
        super().__init__(*args, **kwargs)
        open_uses = limits(owner.pk).uses
        choices = [(use.value, words) for use, words in USES.items() if use in open_uses]
        self.fields["uses"].choices = choices  # type: ignore[attr-defined]
        self.fields["categories"].choices = [(name, LABELS[name]) for name in giveable(owner)]  # type: ignore[attr-defined]


class AudienceForm(forms.Form):
    """Whom to let in without asking one by one."""

    audience = forms.ChoiceField(label="Who may use it", widget=forms.RadioSelect)

    def __init__(self, *args: Any, owner: Person, **kwargs: Any) -> None:  # noqa: ANN401  (Django's own signature)
        super().__init__(*args, **kwargs)
        choices = [(choice.value, AUDIENCES[choice]) for choice in audience.choices(owner)]
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> Cameo.Audience:
        """Return the audience that was chosen."""
        return Cameo.Audience(self.cleaned_data["audience"])


class RuledOutForm(forms.Form):
    """What one is never shown in, whoever asks."""

    categories = forms.MultipleChoiceField(
        label="Never in",
        required=False,
        choices=list(LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )


class DenialForm(Named):
    """Say no to somebody: to everything, or to some categories."""

    categories = forms.MultipleChoiceField(
        label="Only in",
        required=False,
        choices=list(LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick none, and it is no to everything. They are not told.",
    )


class WishesForm(forms.Form):
    """What one wants, and never wants, in one's own words."""

    text = forms.CharField(
        label="In your own words",
        max_length=4000,
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": "Never put me in political scenes. Always a red hat. Never make me say …"}
        ),
        help_text="One wish a line. You see what each becomes before anything is in force.",
    )


class AskForm(forms.Form):
    """Ask somebody for uses of their likeness in general; one video is asked for where it was refused."""

    cameo = forms.CharField(
        max_length=31,
        label="Whose likeness",
        widget=forms.TextInput(attrs={"placeholder": "@handle", "autocapitalize": "none", "autocomplete": "off"}),
    )
    uses = forms.MultipleChoiceField(
        label="You want to",
        choices=[(use.value, words) for use, words in ASKED_USES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[Use.GENERATE.value],
        error_messages={"required": "Choose at least one use."},
    )
    message = forms.CharField(
        max_length=500,
        required=False,
        label="What for",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="They read it word for word, beside your name.",
    )

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        told = self.cleaned_data
        return Wanted(uses=frozenset(Use(use) for use in told["uses"]), message=told["message"])


class AnswerForm(Given):
    """How a request is answered; uses, categories and a day belong to a yes for longer."""

    answer = forms.ChoiceField(
        choices=[(name, name) for name in ("approve_once", "approve", "decline", "block")],
        error_messages={"required": "Choose one of the answers.", "invalid_choice": "Choose one of the answers."},
    )
    uses = forms.MultipleChoiceField(
        label="They may",
        required=False,
        choices=[(use.value, words) for use, words in USE_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    categories = forms.MultipleChoiceField(
        label="Also in", required=False, choices=list(LABELS.items()), widget=forms.CheckboxSelectMultiple
    )
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Until")
