"""A job that waits for a person: nothing is spent or served meanwhile, and the way back asks everybody anew."""

from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from consent import gate
from consent.permit import Reason
from consent.permit import Refusal as No
from generation.models import Clip, Job, Render
from generation.pipeline import run, workplace
from safety.classifiers.verdict import CLEAR, Context, Verdict
from safety.review.decide import decide
from safety.review.models import Case, Decision
from safety.review.subjects import handlers
from tests import cast
from tests.doubles.engine import BarEngine

pytestmark = pytest.mark.django_db
HOLD = Verdict("hold", "look-twice", "A person looks at this first.", holding=("look-twice",))


@pytest.fixture
def doubtful_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the prompt be one that a person must see."""
    monkeypatch.setattr("safety.screen._read", lambda finding, **_: (finding, HOLD))


@pytest.fixture
def doubtful_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pictures be such that a person must see them."""

    def absent(*_: object, context: Context, **__: object) -> Verdict:
        return HOLD if context.engine not in {"", "words"} else CLEAR

    monkeypatch.setattr("safety.classifiers.verdict.absent", absent)


def walked(job: Job) -> Job:
    """Walk the road and return how the job stands."""
    run.make(job.pk)
    job.refresh_from_db()
    return job


def decided(job: Job, answer: Decision.Answer) -> Job:
    """Let Mo decide the job's case."""
    decide(job.case, by=cast.mo().pk, decision=answer, reason="I looked at it.")
    job.refresh_from_db()
    return job


def test_a_prompt_that_is_held_spends_nothing_and_draws_nothing(
    ball: Job, doubtful_words: None, engines: type[BarEngine]
) -> None:
    job = walked(ball)
    assert job.state == Job.State.HELD
    assert Case.objects.get().public_id == job.case
    assert engines.orders == []
    assert not Render.objects.exists()


def test_a_held_job_does_not_move_by_itself(ball: Job, doubtful_words: None) -> None:
    walked(ball)
    assert walked(ball).state == Job.State.HELD
    assert Case.objects.count() == 1


def test_a_prompt_that_a_person_clears_goes_on_to_the_end(
    ball: Job, doubtful_words: None, engines: type[BarEngine]
) -> None:
    assert decided(walked(ball), Decision.Answer.CLEAR).state == Job.State.QUEUED
    assert walked(ball).state == Job.State.DONE
    assert len(engines.orders) == 1


def test_a_held_video_lies_in_quarantine_and_nowhere_else(
    ball: Job, doubtful_pictures: None, settings: Settings
) -> None:
    job = walked(ball)
    assert job.state == Job.State.HELD
    render = job.renders.get()
    assert (render.state, len(render.stream_digest)) == (Render.State.HELD, 64)
    path = workplace.held(render.public_id)
    assert path.is_file()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not Path(settings.MEDIA_HOME).exists()
    assert not workplace.place(render.public_id).exists()
    assert not Clip.objects.exists()
    shown = handlers("job").show(job.public_id)
    assert shown.media == path
    assert job.draft.prompt in shown.lines


def test_a_cleared_video_goes_on_from_the_held_bytes_with_new_tickets_and_no_engine(
    ball: Job,
    doubtful_pictures: None,
    engines: type[BarEngine],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = walked(ball).renders.get()
    decided(ball, Decision.Answer.CLEAR)
    with django_capture_on_commit_callbacks(execute=True):
        assert walked(ball).state == Job.State.DONE, ball.refusal
    assert len(engines.orders) == 1
    second = ball.renders.get(number=2)
    clip = Clip.objects.get()
    assert clip.render == second
    assert second.continues == first
    assert {first.permit_id, first.prompt_clearance_id}.isdisjoint({second.permit_id, second.prompt_clearance_id})
    assert second.permit.spent_at is not None
    assert clip.manifest.stream_digest == first.stream_digest
    assert clip.manifest.render == first.public_id
    assert not workplace.held(first.public_id).exists()


def test_a_refused_video_is_deleted_and_the_maker_is_told(
    ball: Job, doubtful_pictures: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    render = walked(ball).renders.get()
    with django_capture_on_commit_callbacks(execute=True):
        job = decided(ball, Decision.Answer.REFUSE)
    assert job.state == Job.State.REFUSED
    assert job.refusal is not None
    assert job.refusal["sentence"].startswith("A person looked at this")
    assert not workplace.held(render.public_id).exists()


def test_consent_taken_back_while_it_waited_is_stronger_than_a_moderators_yes(
    ball: Job,
    doubtful_pictures: None,
    monkeypatch: pytest.MonkeyPatch,
    engines: type[BarEngine],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    render = walked(ball).renders.get()
    decided(ball, Decision.Answer.CLEAR)
    monkeypatch.setattr(gate, "authorize", lambda _: No(Reason.PAUSED, "@olive has paused everything."))
    with django_capture_on_commit_callbacks(execute=True):
        job = walked(ball)
    assert job.state == Job.State.REFUSED
    assert job.refusal is not None
    assert job.refusal["code"] == "paused"
    assert not workplace.held(render.public_id).exists()
    assert len(engines.orders) == 1


def test_bytes_changed_in_quarantine_are_never_released(
    ball: Job, doubtful_pictures: None, engines: type[BarEngine]
) -> None:
    render = walked(ball).renders.get()
    decided(ball, Decision.Answer.CLEAR)
    path = workplace.held(render.public_id)
    data = bytearray(path.read_bytes())
    data[data.index(b"mdat") + 60] ^= 1
    path.write_bytes(data)
    for _ in range(3):
        walked(ball)
    assert ball.state == Job.State.FAILED
    assert not Clip.objects.exists()
    assert len(engines.orders) == 1


def test_an_error_at_the_last_word_is_a_no_even_after_a_person_cleared(
    ball: Job, doubtful_pictures: None, monkeypatch: pytest.MonkeyPatch, engines: type[BarEngine]
) -> None:
    walked(ball)
    decided(ball, Decision.Answer.CLEAR)
    with monkeypatch.context() as patch:
        patch.setattr("generation.pipeline.leaving.put_out", lambda *_, **__: 1 / 0)
        walked(ball)
    assert ball.state == Job.State.REFUSED
    assert not Clip.objects.exists()
