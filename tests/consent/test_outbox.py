from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from celery import current_app
from django.db import transaction

from consent import signals
from consent.accounts import outbox, ties
from consent.errors import ConsentError, OutsideTransactionError
from consent.grants import grant, switch
from consent.models import Fact, Person
from consent.permit import Use
from tests import cast

BODY = {"cameo": 1, "owner": 2, "person": None}


@contextmanager
def hearing(name: str, *, receiver: Callable[..., None]) -> Iterator[None]:
    signal = getattr(signals, name)
    signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        signal.disconnect(receiver)


def record() -> Fact:
    with transaction.atomic():
        return outbox.record("permission_lost", BODY)


@pytest.mark.django_db
def test_a_fact_is_told_once_with_its_body_and_marked() -> None:
    heard: list[tuple[str, dict[str, object]]] = []

    def receiver(fact: str, body: dict[str, object], **_: object) -> None:
        heard.append((fact, body))

    fact = record()
    with hearing("permission_lost", receiver=receiver):
        assert outbox.deliver() == 1
        assert outbox.deliver() == 0
    fact.refresh_from_db()
    assert heard == [(fact.public_id, BODY)]
    assert fact.delivered_at is not None
    assert fact.attempts == 1


@pytest.mark.django_db
def test_facts_are_told_in_order_and_one_that_fails_is_told_again_without_stopping_the_rest() -> None:
    facts = [record(), record()]
    heard: list[str] = []

    def receiver(fact: str, **_: object) -> None:
        heard.append(fact)
        if heard.count(facts[0].public_id) == 1 and fact == facts[0].public_id:
            raise RuntimeError

    with hearing("permission_lost", receiver=receiver):
        assert outbox.deliver() == 1
        assert outbox.deliver() == 1
    first, second = (fact.public_id for fact in facts)
    assert heard == [first, second, first]
    assert list(Fact.objects.order_by("pk").values_list("attempts", flat=True)) == [2, 1]


@pytest.mark.django_db
def test_a_receiver_that_breaks_the_transaction_undoes_its_own_work_only() -> None:
    broken, whole = record(), record()

    def receiver(fact: str, **_: object) -> None:
        if fact == broken.public_id:
            Person.objects.bulk_create([Person(handle="NOT PLAIN", birth_date="2000-01-01")])

    with hearing("permission_lost", receiver=receiver):
        assert outbox.deliver() == 1
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.delivered_at, broken.attempts) == (None, 1)
    assert whole.delivered_at is not None


@pytest.mark.django_db
def test_a_fact_vanishes_with_the_change_it_tells_of() -> None:
    with transaction.atomic():
        outbox.record("permission_lost", BODY)
        transaction.set_rollback(True)
    assert not Fact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_an_error() -> None:
    with pytest.raises(OutsideTransactionError):
        outbox.record("permission_lost", BODY)


@pytest.mark.django_db
def test_a_fact_nobody_can_hear_is_an_error() -> None:
    with pytest.raises(ConsentError, match="No signal"):
        outbox.record("something_else", BODY)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_break_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def send_task(name: str, **_: object) -> None:
        asked.append(name)
        raise ConnectionError

    olive, felix = cast.olive(), cast.felix()
    monkeypatch.setattr(current_app, "send_task", send_task)
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    assert "consent.tasks.deliver" in asked
    assert Fact.objects.filter(kind="grant_made", delivered_at=None).exists()


@pytest.mark.django_db
def test_everything_that_takes_a_yes_away_is_told() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    grant.revoke(olive, grant=given.public_id)
    ties.unfollow(felix.pk, dst=olive.pk)
    ties.block(olive.pk, dst=felix.pk)
    switch.pause(olive)
    body = {"cameo": olive.cameo.pk, "owner": olive.pk, "person": felix.pk}
    told = list(Fact.objects.order_by("pk").values_list("kind", "body"))
    stopped = {"cameo": olive.cameo.pk, "owner": olive.pk, "state": "paused"}
    assert told == [("grant_made", body), *[("permission_lost", body)] * 3, ("cameo_stopped", stopped)]
