"""How a person comes to be: the one way in, for sign-up, for the command line and for tests."""

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager

from consent.accounts.ages import AgeBand, age_band
from consent.errors import UnderageError

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
        """Return a new person, or raise :class:`UnderageError`; ``birth_date`` may be a date or YYYY-MM-DD."""
        born = date.fromisoformat(birth_date) if isinstance(birth_date, str) else birth_date
        if age_band(born) is AgeBand.CHILD:
            raise UnderageError
        person = self.model(
            handle=handle.strip().lower(),
            email=email.strip().lower(),
            birth_date=born,
            country=country.strip().upper(),
            display_name=display_name,
            is_staff=is_staff,
            is_superuser=is_superuser,
        )
        person.set_password(password)
        person.save(using=self._db)
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
