"""How old somebody is, and what follows from it: the three bands and the rules that hang on them."""

from datetime import date, timedelta

from django.db import models
from django.utils import timezone

FIRST_YEAR = 13
"""Nobody younger has an account."""

ADULT_YEAR = 18


class AgeBand(models.TextChoices):
    """The only thing most of the house needs to know about an age."""

    CHILD = "child", "under 13"
    TEEN = "teen", "13 to 17"
    ADULT = "adult", "18 or older"


def years(birth_date: date, *, on: date) -> int:
    """Return the number of birthdays had by ``on``."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (not had_birthday)


def age_band(birth_date: date) -> AgeBand:
    """Return the band that a person born then is in today.

    Today is the earliest date on Earth (UTC-12), so that nobody is let in, or out of the teens, a day early.
    """
    age = years(birth_date, on=(timezone.now() - timedelta(hours=12)).date())
    if age < FIRST_YEAR:
        return AgeBand.CHILD
    return AgeBand.TEEN if age < ADULT_YEAR else AgeBand.ADULT
