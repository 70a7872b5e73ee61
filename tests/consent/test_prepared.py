"""What is written by prepared statements is what Django would have written, and as safe when two do it at once."""

from datetime import timedelta

import pytest
from django.db import DataError, connection, transaction
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


ECHO = "SELECT %s::text, %s::bigint, statement_timestamp() - interval '1 day', NULL::text"


def echo(text: str) -> tuple[str, int]:
    ((said, number, moment, nothing),) = prepared.rows(ECHO, [text, "7"])
    assert nothing is None
    assert moment.tzinfo is not None
    return said, number


def known() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'swift%%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_the_short_way_and_the_long_one_read_the_same() -> None:
    for text in ("", "ä “%s”", "NULL", "x" * 100_000):
        assert echo(text) == (text, 7)
        with transaction.atomic():
            assert echo(text) == (text, 7)
    assert len(known()) == 1, "prepared once, and not inside a transaction"


@pytest.mark.django_db(transaction=True)
def test_what_was_prepared_and_forgotten_is_prepared_anew() -> None:
    assert echo("before") == ("before", 7)
    before = known()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert not known()
    assert [echo("after"), echo("again")] == [("after", 7), ("again", 7)]
    assert len(known() - before) == 1


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_opened_anew_for_a_reading() -> None:
    assert echo("before") == ("before", 7)
    process, other = connection.connection.info.backend_pid, connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    finally:
        other.close()
    assert echo("after") == ("after", 7)


@pytest.mark.django_db(transaction=True)
def test_a_zero_byte_is_refused_and_ends_no_value_early() -> None:
    assert echo("olive") == ("olive", 7)
    with pytest.raises(DataError):
        echo("olive\0felix")


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_djangos_error_and_leaves_nothing_prepared() -> None:
    for _ in range(3):
        with pytest.raises(DataError):
            prepared.rows(ECHO, ["olive", "no number"])
    assert not known()
    assert echo("olive") == ("olive", 7)
