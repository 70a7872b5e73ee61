"""Forms of the likeness page; they translate, and hold no rule."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.grants import audience
from consent.grants.graph import plain
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
CATEGORIES = {
    "politics": "politics",
    "violence": "violence",
    "intimate": "intimate scenes",
    "crime": "crime and drugs",
    "commercial": "selling something",
}


class GrantForm(forms.Form):
    """Let somebody use one's likeness."""

    person = forms.CharField(
        max_length=31,
        label="Who",
        widget=forms.TextInput(attrs={"placeholder": "@handle", "autocapitalize": "none", "autocomplete": "off"}),
    )
    uses = forms.MultipleChoiceField(
        label="They may", widget=forms.CheckboxSelectMultiple, initial=[Use.GENERATE.value]
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

    def clean_person(self) -> Person:
        """Return the person with this handle."""
        handle = plain(self.cleaned_data["person"])
        found = Person.objects.filter(handle=handle).first()
        if found is None:
            raise forms.ValidationError(f"Nobody here is called @{handle}.")
        return found

    def expires_at(self) -> datetime | None:
        """Return the end of the last day, or None."""
        last = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None

    def chosen(self) -> list[Use]:
        """Return the uses that were ticked."""
        return [Use(use) for use in self.cleaned_data["uses"]]


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
        choices=list(CATEGORIES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
