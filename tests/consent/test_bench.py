import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from consent.management.bench import schema
from consent.models import Grant, Person, Receipt
from tests import cast

SIZES = {"1", "4", "16", "256"}
SMALL = ["--people", "500", "--derived", "300", "--samples", "60", "--seconds", "0.2", "--json"]


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_consent_is_measured_and_nothing_is_left_behind() -> None:
    cast.olive()
    before, out = schemas(), StringIO()
    call_command("bench", "consent", *SMALL, stdout=out, stderr=StringIO())
    found = json.loads(out.getvalue())
    assert list(found) == [
        "people",
        "select1_p50_us",
        "check",
        "revoke",
        "hot_admissions_per_s",
        "precheck_ratio_to_bare_view",
    ]
    assert found["people"] == 500
    assert set(found["check"]) == SIZES
    for check in found["check"].values():
        assert set(check) == {"p50_us", "p99_us", "raw_p50_us", "cpu_us"}
        assert 0 < check["raw_p50_us"] <= check["p99_us"] * 10
    assert set(found["revoke"]) == {"derived", "p50_ms", "servable_after"}
    assert (found["revoke"]["derived"], found["revoke"]["servable_after"]) == (300, 0)
    assert found["hot_admissions_per_s"] > 0
    assert found["precheck_ratio_to_bare_view"] > 0
    assert schemas() == before
    assert (Person.objects.count(), Grant.objects.count(), Receipt.objects.count()) == (1, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_while_measuring_leaves_nothing_behind() -> None:
    def fail() -> None:
        with schema.room():
            assert schema.NAME in schemas()
            raise ZeroDivisionError

    before = schemas()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert schemas() == before
    assert Person.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_measurements_in_one_database_are_refused_in_one_sentence() -> None:
    with schema.room(), pytest.raises(CommandError, match="already") as refusal:
        call_command("bench_consent", *SMALL, stderr=StringIO())
    assert refusal.value.returncode == 2
    assert schema.NAME not in schemas()


def test_a_crowd_that_is_too_small_is_refused_in_one_sentence() -> None:
    with pytest.raises(CommandError, match="at least 500 people") as refusal:
        call_command("bench_consent", "--people", "20", stderr=StringIO())
    assert refusal.value.returncode == 2
