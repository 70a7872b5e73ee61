from datetime import date

import pytest

from consent.accounts.ages import AgeBand, age_band, years
from consent.errors import UnderageError
from consent.models import Person
from tests import cast


@pytest.mark.django_db
def test_a_person_joins_with_a_plain_handle_and_a_hashed_password() -> None:
    olive = Person.objects.create_user(
        "Olive", email="Olive@Example.ORG", birth_date="1990-05-01", country="DE", password=cast.PASSWORD
    )
    assert (olive.handle, olive.email) == ("olive", "olive@example.org")
    assert olive.check_password(cast.PASSWORD)
    assert cast.PASSWORD not in olive.password


@pytest.mark.django_db
def test_nobody_under_thirteen_joins() -> None:
    with pytest.raises(UnderageError, match="13 and older"):
        cast.person("kid", years=12)
    assert not Person.objects.filter(handle="kid").exists()


def test_a_birthday_counts_from_the_day_itself() -> None:
    assert years(date(2010, 3, 2), on=date(2023, 3, 1)) == 12
    assert years(date(2010, 3, 2), on=date(2023, 3, 2)) == 13
    assert years(date(2012, 2, 29), on=date(2025, 2, 28)) == 12


def test_bands_are_told_from_the_birth_date() -> None:
    assert age_band(cast.birthday(12)) is AgeBand.CHILD
    assert age_band(cast.birthday(15)) is AgeBand.TEEN
    assert age_band(cast.birthday(30)) is AgeBand.ADULT
