"""A yes taken back: nothing new is made, nothing old is served, and the log says so, once."""

import pytest

from consent import gate
from consent.accounts import outbox
from consent.grants import switch
from consent.grants.grant import revoke
from consent.models import Grant, Person
from generation.feed import watch
from generation.models import Clip, Job, Render
from generation.pipeline import run
from generation.pipeline.recall import recall
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from provenance.models import Entry
from tests import cast
from tests.doubles.engine import BarEngine

pytestmark = pytest.mark.django_db


def walked(job: Job) -> Job:
    """Walk the road and return how the job stands."""
    run.make(job.pk)
    job.refresh_from_db()
    return job


def take_back() -> None:
    """Let Olive take back the only yes there is."""
    grant = Grant.objects.get()
    revoke(grant.cameo.owner, grant=grant.public_id)


def withdrawals() -> int:
    """Return how many seals the log says were withdrawn."""
    return Entry.objects.filter(kind="asset.withdrawn").count()


def test_olives_yes_lets_felix_cast_her_and_her_likeness_reaches_the_engine(
    wave: Job, olive: Person, engines: type[BarEngine]
) -> None:
    assert walked(wave).state == Job.State.DONE, wave.refusal
    assert [person.handle for person in engines.orders[0].cast] == ["olive"]
    clip = Clip.objects.get()
    assert watch.seen(clip, viewer=wave.maker_id) is watch.Sight.SHOWN
    assert watch.seen(clip, viewer=olive.pk) is watch.Sight.SHOWN
    assert watch.seen(clip, viewer=cast.sten().pk) is watch.Sight.UNKNOWN


def test_from_the_moment_of_revoking_the_clip_is_not_served_though_nobody_has_been_told(
    wave: Job, olive: Person
) -> None:
    walked(wave)
    take_back()
    clip = Clip.objects.get()
    assert clip.state == Clip.State.RELEASED
    assert watch.seen(clip, viewer=wave.maker_id) is watch.Sight.GONE
    assert watch.seen(clip, viewer=olive.pk) is watch.Sight.GONE
    assert watch.seen(clip, viewer=cast.sten().pk) is watch.Sight.UNKNOWN


def test_when_the_news_arrives_the_clip_is_withdrawn_and_the_log_says_so(wave: Job) -> None:
    walked(wave)
    take_back()
    outbox.deliver()
    assert Clip.objects.get().state == Clip.State.WITHDRAWN
    assert withdrawals() == 1


def test_news_that_comes_twice_changes_nothing(wave: Job, olive: Person) -> None:
    walked(wave)
    take_back()
    outbox.deliver()
    recall(owner=olive.pk)
    recall(owner=olive.pk, person=wave.maker_id)
    assert withdrawals() == 1


def test_a_waiting_job_is_refused_with_olives_reason(wave: Job) -> None:
    take_back()
    outbox.deliver()
    wave.refresh_from_db()
    assert wave.state == Job.State.REFUSED
    assert wave.refusal is not None
    assert wave.refusal["source"] == "consent"


def test_a_job_that_is_being_drawn_is_discarded_at_release(wave: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    real = gate.witness

    def meanwhile(*args: object, **kwargs: object) -> object:
        take_back()
        outbox.deliver()
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(gate, "witness", meanwhile)
    assert walked(wave).state == Job.State.REFUSED
    assert wave.renders.get().state == Render.State.DISCARDED
    assert not Clip.objects.exists()
    assert withdrawals() == 1


def test_a_pause_hides_what_was_made_and_ends_what_waits(wave: Job, olive: Person) -> None:
    walked(wave)
    waiting = submit(Wish("@olive sings", seconds=1), maker=wave.maker_id)
    switch.pause(olive)
    outbox.deliver()
    waiting.refresh_from_db()
    assert waiting.state == Job.State.REFUSED
    assert Clip.objects.get().state == Clip.State.WITHDRAWN


def test_somebody_elses_clips_are_left_alone(wave: Job, ball: Job, olive: Person) -> None:
    walked(ball)
    walked(wave)
    switch.pause(olive)
    outbox.deliver()
    states = {clip.render.job_id: clip.state for clip in Clip.objects.all()}
    assert states == {ball.pk: Clip.State.RELEASED, wave.pk: Clip.State.WITHDRAWN}
