"""What is written by prepared statements is what Django would have written, and as safe when two do it at once."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.accounts import epochs, prepared
from consent.errors import OutsideTransactionError
from consent.grants import grant
from consent.models import Cameo, Fact, Notice, Person
from consent.permit import Use
from tests import cast
from tests.consent.threads import together

TIMES = 40


@pytest.mark.django_db
def test_a_row_comes_back_as_it_was_written() -> None:
    olive, moment = cast.olive(), timezone.now() - timedelta(days=1)
    fact = Fact(kind="grant_made", body={"cameo": 1, "person": None, "words": "“ä”", "many": [1, 2]}, attempts=70_000)
    notice = Notice(person=olive, kind="grant.made", sentence='It\'s %s; "x" -- y', created_at=moment)
    with transaction.atomic():
        for row in (fact, notice):
            prepared.insert(row)
    for row in (fact, notice):
        assert row.pk
        assert not row._state.adding
        read = type(row).objects.get(pk=row.pk)
        assert all(getattr(read, field.attname) == getattr(row, field.attname) for field in row._meta.concrete_fields)


@pytest.mark.django_db(transaction=True)
def test_a_row_is_written_with_what_it_belongs_to_or_not_at_all() -> None:
    with pytest.raises(OutsideTransactionError):
        prepared.insert(Fact(kind="grant_made"))
    with transaction.atomic():
        prepared.insert(Fact(kind="grant_made"))
        transaction.set_rollback(True)
    assert not Fact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_change_at_the_same_moment_counts_the_epoch_up() -> None:
    olive, felix = cast.olive(), cast.felix()
    cast.cameo(felix)

    def bump(owners: list[Person]) -> None:
        for _ in range(TIMES):
            with transaction.atomic():
                assert len(epochs.bump([owner.pk for owner in owners])) == len(owners)

    acts = ([olive, felix], [felix, olive], [olive], [felix])
    came = together([lambda owners=owners: bump(owners) for owners in acts])  # type: ignore[misc]
    assert came == [None] * len(acts), "nobody waits for the other in a circle"
    assert set(Cameo.objects.values_list("epoch", flat=True)) == {1 + 3 * TIMES}


@pytest.mark.django_db(transaction=True)
def test_taking_a_yes_back_takes_eight_statements() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    with CaptureQueriesContext(connection) as queries:
        found = grant.revoke(olive, grant=given.public_id)
    assert len([query for query in queries if query["sql"] not in {"BEGIN", "COMMIT"}]) == 8
    given.refresh_from_db()
    assert found == given
    assert (found.revoked_at, found.revocation, found.person) == (given.revoked_at, given.revocation, felix)
    again = grant.revoke(olive, grant=given.public_id)
    assert (again.revoked_at, again.revocation) == (given.revoked_at, given.revocation)
