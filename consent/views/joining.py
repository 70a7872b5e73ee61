"""Signing up: who you are, in as little as the law and the house need. django-allauth does the rest."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import SignupForm
from allauth.account.views import SignupView
from allauth.core import context
from django import forms
from django.core.validators import RegexValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from consent.accounts import handles, invites
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.joining import seat
from consent.accounts.models import COUNTRY, Person
from consent.errors import ConsentError, EmailTakenError, HandleError, InviteError, TakenError, UnderageError

FIELDS: dict[type[ConsentError], str] = {TakenError: "handle", EmailTakenError: "email", InviteError: "invite"}


class JoinForm(SignupForm):  # type: ignore[misc]  # allauth has no types
    """A handle, a name if you like, when you were born and where you live, beside e-mail and password."""

    handle = forms.CharField(
        max_length=31,
        help_text="How others call you: 2 to 30 letters a-z, digits or underscores.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    display_name = forms.CharField(
        label="Name", max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    birth_date = forms.DateField(
        label="Birth date",
        help_text="Never shown to others. It decides how your likeness is protected.",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )
    country = forms.CharField(
        max_length=2,
        help_text="Its two letters, like DE.",
        widget=forms.TextInput(attrs={"autocomplete": "country", "maxlength": 2}),
    )
    invite = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    field_order = ["email", "handle", "display_name", "birth_date", "country", "password1", "password2", "invite"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (allauth's own signature)
        super().__init__(*args, **kwargs)
        self.fields.pop("username", None)  # the handle is our word for it
        self.fields["invite"].required = invites.are_needed()
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean_handle(self) -> str:
        """Return the handle in its one spelling, or say what is wrong with it."""
        try:
            handle = handles.plain(self.cleaned_data["handle"])
        except HandleError as error:
            raise forms.ValidationError(str(error)) from error
        if Person.objects.filter(skeleton=handles.skeleton(handle)).exists():
            raise forms.ValidationError(str(TakenError()))
        return handle

    def clean_invite(self) -> str:
        """Look whether the invite could be used; it is used up with the account."""
        code = str(self.cleaned_data["invite"]).strip()
        if code:
            try:
                invites.look(code, source=source())
            except InviteError as error:
                raise forms.ValidationError(str(error)) from error
        return code

    def clean_birth_date(self) -> Any:  # noqa: ANN401  (a date, once it was cleaned)
        """Refuse anybody under thirteen."""
        born = self.cleaned_data["birth_date"]
        if age_band(born) is AgeBand.CHILD:
            raise forms.ValidationError(str(UnderageError()))
        return born

    def clean_country(self) -> str:
        """Return two capital letters."""
        country = str(self.cleaned_data["country"]).strip().upper()
        RegexValidator(COUNTRY, "A country is its two letters, like DE.")(country)
        return country

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Make the account, whole or not at all; whoever was second reads one sentence on the same form."""
        try:
            with transaction.atomic():
                person, response = super().try_save(request)
                if person is not None and self.cleaned_data["invite"]:
                    invites.redeem(self.cleaned_data["invite"], person=person)
        except (TakenError, EmailTakenError, InviteError) as error:
            self.add_error(FIELDS[type(error)], str(error))
            return None, again(request, form=self)
        return person, response


def source() -> str:
    """Return the address a request came from, as the rate limits of signing in read it."""
    request = context.request
    return str(get_adapter().get_client_ip(request)) if request is not None else ""


def again(request: HttpRequest, *, form: JoinForm) -> HttpResponse:
    """Show the form once more, with what is wrong now."""
    view = SignupView()
    view.setup(request)
    answer: HttpResponse = view.form_invalid(form)
    return answer


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Writes the person once, whole: the table takes nobody without a birth date."""

    def save_user(
        self,
        request: HttpRequest,
        user: Person,
        form: JoinForm,
        commit: bool = True,  # noqa: FBT001, FBT002  (allauth's own signature)
    ) -> Person:
        """Fill in what our form asks for beside allauth's own, then save."""
        for name in ("handle", "display_name", "birth_date", "country"):
            setattr(user, name, form.cleaned_data[name])
        super().save_user(request, user, form, commit=False)
        user.handle = form.cleaned_data["handle"]
        if commit:
            seat(user)
        return user

    def populate_username(self, request: HttpRequest, user: Person) -> None:
        """Leave the handle as it was chosen."""
