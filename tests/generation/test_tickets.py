"""Forged, swapped, used and expired tickets: no engine is called, no clip exists. Counted, around the real chooser."""

import dataclasses
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.utils import timezone

from consent import gate
from consent.models import Appearance
from consent.permit import Permit
from generation.backends import Engine, engine
from generation.models import Clip, Job
from generation.pipeline import render as rendering
from generation.pipeline import run, tickets
from generation.pipeline.footage import Reel
from generation.pipeline.lease import take
from generation.pipeline.submit import submit
from safety import screen
from safety.clearance import Clearance
from tests.generation.conftest import BALL

pytestmark = pytest.mark.django_db

Ticket = Permit | Clearance
Spoil = Callable[[Any, Any], Ticket]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count what is asked of the real chooser."""
    asked: list[str] = []

    def spy(name: str) -> Engine:
        asked.append(name)
        return engine(name)

    monkeypatch.setattr(rendering, "engine", spy)
    return asked


def forged(ticket: Ticket, _: Ticket) -> Ticket:
    """Keep the row, make up the secret."""
    return dataclasses.replace(ticket, handle=secrets.token_hex(16))


def invented(ticket: Ticket, _: Ticket) -> Ticket:
    """Name a row that does not exist."""
    return dataclasses.replace(ticket, id=ticket.id + 1_000_000, handle=secrets.token_hex(16))


def swapped(_: Ticket, other: Ticket) -> Ticket:
    """Take the one that was given to another job of the same person."""
    return other


def for_another_draft(ticket: Ticket, _: Ticket) -> Ticket:
    """Claim another digest than the row's."""
    if isinstance(ticket, Permit):
        return dataclasses.replace(ticket, draft_digest="0" * 64)
    return dataclasses.replace(ticket, subject_digest="0" * 64)


def used(ticket: Ticket, _: Ticket) -> Ticket:
    """Spend it first."""
    if isinstance(ticket, Permit):
        assert isinstance(gate.redeem(ticket, ticket.draft_digest), tuple)
    else:
        assert screen.redeem(ticket, digest=ticket.subject_digest, by="somebody") is None
    return ticket


def expired(ticket: Ticket, _: Ticket) -> Ticket:
    """Let its row run out."""
    past = timezone.now() - timedelta(seconds=1)
    table = "consent_permitrecord" if isinstance(ticket, Permit) else "safety_screening"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET expires_at = %s, created_at = %s WHERE id = %s",  # noqa: S608 - two literals
            [past, past - timedelta(seconds=60), ticket.id],
        )
    return ticket


SPOILT = [forged, invented, swapped, for_another_draft, used, expired]


def other_job(job: Job) -> Job:
    """Return another job of the same person with the very same wish, in the hands of another worker."""
    other = submit(BALL, maker=job.maker_id)
    lease = take(other.pk)
    assert lease is not None
    return other


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_permit_that_does_not_hold_reaches_no_engine(
    ball: Job, calls: list[str], spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = other_job(ball)
    stranger = tickets.permission(other)
    real = tickets.permission
    monkeypatch.setattr(tickets, "permission", lambda job: spoil(real(job), stranger))
    run.make(ball.pk)
    ball.refresh_from_db()
    assert ball.state == Job.State.REFUSED, (ball.state, ball.refusal)
    assert calls == []
    assert not Clip.objects.exists()


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_clearance_that_does_not_hold_reaches_no_engine(
    ball: Job, calls: list[str], spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = tickets.words(other_job(ball))
    real = tickets.words
    monkeypatch.setattr(tickets, "words", lambda job: spoil(real(job), stranger))
    run.make(ball.pk)
    ball.refresh_from_db()
    assert ball.state == Job.State.REFUSED, (ball.state, ball.refusal)
    assert calls == []
    assert not Clip.objects.exists()


@pytest.mark.parametrize("spoil", [forged, swapped, used, expired])
def test_an_output_clearance_that_does_not_hold_releases_nothing(
    ball: Job, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = tickets.words(other_job(ball))  # a clearance, but for a prompt
    real = screen.output

    monkeypatch.setattr(screen, "output", lambda tap, **rest: spoil(real(tap, **rest), stranger))
    run.make(ball.pk)
    ball.refresh_from_db()
    assert ball.state == Job.State.REFUSED, (ball.state, ball.refusal)
    assert not Clip.objects.exists()


def alone(spoil: Spoil, ticket: Ticket) -> Ticket:
    """Spoil a ticket without another one at hand."""
    return spoil(ticket, ticket)


def test_a_no_after_consents_last_word_undoes_what_that_word_wrote(wave: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    real = screen.output
    monkeypatch.setattr(screen, "output", lambda tap, **rest: alone(forged, cast("Clearance", real(tap, **rest))))
    run.make(wave.pk)
    wave.refresh_from_db()
    assert wave.state == Job.State.REFUSED
    assert not Appearance.objects.exists()


@pytest.mark.parametrize("spoil", [forged, invented])
def test_a_permit_forged_before_release_releases_nothing(
    ball: Job, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = gate.confirm
    monkeypatch.setattr(gate, "confirm", lambda permit, **rest: real(cast("Permit", spoil(permit, permit)), **rest))
    run.make(ball.pk)
    ball.refresh_from_db()
    assert ball.state == Job.State.REFUSED
    assert not Clip.objects.exists()


def test_the_tickets_of_an_attempt_do_not_serve_a_second_one(ball: Job, calls: list[str]) -> None:
    lease = take(ball.pk)
    assert lease is not None
    permit, clearance = tickets.permission(ball), tickets.words(ball)
    assert isinstance(permit, Permit)
    assert isinstance(clearance, Clearance)
    tickets.attempt(ball, permit=permit, clearance=clearance)
    assert isinstance(rendering.render(ball, permit=permit, clearance=clearance), Reel)
    assert calls == ["world"]
    again = rendering.render(ball, permit=permit, clearance=clearance)
    assert not isinstance(again, Reel)
    assert calls == ["world"]


def test_good_tickets_reach_the_engine_once(ball: Job, calls: list[str]) -> None:
    run.make(ball.pk)
    assert calls == ["world"]
    assert Clip.objects.count() == 1
