"""What strangers do to those in a video has nothing to do with it."""

import pytest

from consent.accounts import outbox, ties
from consent.models import Fact, Person
from generation.models import Job
from generation.pipeline import run
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_strangers_blocks_and_unfollows_cancel_no_job(wave: Job, olive: Person) -> None:
    sten = cast.sten()
    ties.follow(sten.pk, dst=olive.pk)
    for other in (olive.pk, wave.maker_id):
        ties.unfollow(sten.pk, dst=other)
        ties.block(sten.pk, dst=other)
        ties.unblock(sten.pk, dst=other)
        ties.block(other, dst=sten.pk)
    assert Fact.objects.filter(kind="permission_lost", body__owner=olive.pk).exists()
    outbox.deliver()
    wave.refresh_from_db()
    assert wave.state == Job.State.QUEUED
    run.make(wave.pk)
    wave.refresh_from_db()
    assert wave.state == Job.State.DONE, wave.refusal


def test_a_block_between_maker_and_owner_does_cancel_it(wave: Job, olive: Person) -> None:
    ties.block(olive.pk, dst=wave.maker_id)
    outbox.deliver()
    wave.refresh_from_db()
    assert wave.state not in {Job.State.QUEUED, Job.State.DONE}
