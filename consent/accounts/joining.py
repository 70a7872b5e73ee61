"""How a person comes to be: the one way in, for sign-up, for the command line and for tests."""

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager
from django.db import IntegrityError, transaction

from consent.accounts import handles
from consent.accounts.ages import AgeBand, age_band
from consent.errors import ConsentError, EmailTakenError, TakenError, UnderageError

if TYPE_CHECKING:
    from consent.accounts.models import Person


class People(BaseUserManager["Person"]):
    """Makes people (Django calls it a manager); refuses anybody under thirteen."""

    def create_user(
        self,
        handle: str,
        *,
        email: str,
        birth_date: date | str,
        country: str,
        display_name: str = "",
        password: str | None = None,
        is_staff: bool = False,
        is_superuser: bool = False,
    ) -> "Person":
        """Return a new person; ``birth_date`` may be a date or YYYY-MM-DD.

        Raises UnderageError, HandleError, or TakenError and EmailTakenError where somebody else was first.
        """
        born = date.fromisoformat(birth_date) if isinstance(birth_date, str) else birth_date
        if age_band(born) is AgeBand.CHILD:
            raise UnderageError
        person = self.model(
            handle=handles.plain(handle),
            email=email.strip().lower(),
            birth_date=born,
            country=country.strip().upper(),
            display_name=display_name,
            is_staff=is_staff,
            is_superuser=is_superuser,
        )
        person.set_password(password)
        seat(person)
        return person

    def create_superuser(
        self, handle: str, *, email: str, birth_date: date | str, country: str, password: str | None = None
    ) -> "Person":
        """Return a new person who may do everything in the admin."""
        return self.create_user(
            handle,
            email=email,
            birth_date=birth_date,
            country=country,
            password=password,
            is_staff=True,
            is_superuser=True,
        )

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Return the person with this handle, whatever case it was typed in."""
        return self.get(handle=(username or "").strip().removeprefix("@").lower())


def seat(person: "Person") -> None:
    """Save a new person; raise TakenError or EmailTakenError when somebody was seated there in the meantime.

    Looking first is courtesy: two people may look at once. The database decides, and its no becomes a sentence.
    """
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise clash(error) from error


def clash(error: IntegrityError) -> ConsentError | IntegrityError:
    """Return what a unique constraint's no means to a person; any other no stays what it is."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if "unique" not in str(error):
        return error
    if "email" in name:
        return EmailTakenError()
    return TakenError() if "handle" in name else error
