"""The one road, step by step: every no ends it, every yes is needed, and what comes out is sealed."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from consent import gate
from consent.permit import Reason
from consent.permit import Refusal as No
from generation.feed.release import release
from generation.models import Clip, Job, Render
from generation.pipeline import leaving, run
from generation.pipeline.submit import cancel, submit
from generation.studio.compose import Wish
from provenance.verify import examine
from safety import screen
from safety.clearance import Refusal
from tests import cast
from tests.doubles.engine import BarEngine

pytestmark = pytest.mark.django_db


def made(job: Job) -> Job:
    """Walk the road and return how the job stands."""
    run.make(job.pk)
    job.refresh_from_db()
    return job


def no(job: Job) -> dict[str, Any]:
    """Return why there is no video."""
    assert job.refusal is not None
    return dict(job.refusal)


def files(settings: Settings) -> list[Path]:
    """Return every file that lies in the media home and in quarantine."""
    homes = (Path(settings.MEDIA_HOME), Path(settings.QUARANTINE_HOME))
    return [path for home in homes if home.exists() for path in home.rglob("*") if path.is_file()]


def test_a_permitted_job_becomes_one_sealed_clip(ball: Job, settings: Settings) -> None:
    job = made(ball)
    assert (job.state, job.refusal) == (Job.State.DONE, None)
    render = job.renders.get()
    clip = Clip.objects.get(render=render)
    assert render.state == Render.State.RELEASED
    assert clip.visibility == Clip.Visibility.PRIVATE
    assert clip.manifest.stream_digest == render.stream_digest == clip.output_clearance.subject_digest
    assert files(settings) == [Path(settings.MEDIA_HOME) / clip.path]
    assert examine(files(settings)[0]).verdict == "ours"


def test_a_done_job_is_not_made_again(ball: Job, engines: type[BarEngine]) -> None:
    made(ball)
    made(ball)
    assert len(engines.orders) == 1
    assert Clip.objects.count() == 1


def test_both_tickets_are_spent_by_the_attempt(ball: Job) -> None:
    render = made(ball).renders.get()
    assert render.permit.spent_at is not None
    assert render.prompt_clearance.redeemed_by == render.public_id
    assert Clip.objects.get().output_clearance.redeemed_by == render.public_id


def test_a_stranger_is_refused_with_the_path_before_anything_is_drawn(engines: type[BarEngine]) -> None:
    cast.olive()
    job = made(submit(Wish("@olive waves", seconds=1), maker=cast.sten().pk))
    assert job.state == Job.State.REFUSED
    assert no(job)["source"] == "consent"
    assert no(job)["code"] == "only_me"
    assert no(job)["path"]
    assert engines.orders == []
    assert not Render.objects.exists()


def test_a_prompt_that_safety_refuses_is_not_drawn(
    ball: Job, engines: type[BarEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "prompt", lambda *_, **__: Refusal("p1", "This cannot be made.", "Change it."))
    job = made(ball)
    assert no(job) == {
        "source": "safety", "code": "p1", "sentence": "This cannot be made.", "path": [], "advice": "Change it.",
        "where": None,
    }  # fmt: skip
    assert engines.orders == []


def test_an_output_that_safety_refuses_leaves_no_byte(
    ball: Job, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(screen, "output", lambda *_, **__: Refusal("p2", "This cannot be shown.", ""))
    job = made(ball)
    assert (job.state, no(job)["code"]) == (Job.State.REFUSED, "p2")
    assert job.renders.get().state == Render.State.DISCARDED
    assert not Clip.objects.exists()
    assert files(settings) == []


def test_consent_that_says_no_at_the_last_moment_undoes_the_release(
    ball: Job, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(gate, "confirm", lambda *_, **__: No(Reason.PAUSED, "@olive has paused everything."))
    job = made(ball)
    assert (job.state, no(job)["code"]) == (Job.State.REFUSED, "paused")
    assert not Clip.objects.exists()
    assert files(settings) == []


@pytest.mark.parametrize("door", ["screen.prompt", "screen.output", "gate.authorize", "gate.witness", "gate.confirm"])
def test_an_error_while_judging_is_a_no(
    ball: Job, monkeypatch: pytest.MonkeyPatch, door: str, settings: Settings
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("no model")

    module, _, name = door.partition(".")
    monkeypatch.setattr({"screen": screen, "gate": gate}[module], name, broken)
    job = made(ball)
    assert (job.state, no(job)["source"], no(job)["code"]) == (Job.State.REFUSED, "safety", "error")
    assert not Clip.objects.exists()
    assert [path for path in files(settings) if path.parent != Path(settings.MEDIA_HOME)] == []


def test_an_engine_that_breaks_is_asked_three_times_and_each_attempt_is_permitted_anew(
    engines: type[BarEngine],
) -> None:
    job = submit(Wish("a ball", seconds=1, model="broken"), maker=cast.felix().pk)
    for _ in range(5):
        made(job)
    assert job.state == Job.State.FAILED
    assert no(job)["sentence"] == "The model ran out of paint."
    assert len(engines.orders) == 3
    renders = list(job.renders.order_by("number"))
    assert [render.number for render in renders] == [1, 2, 3]
    assert len({render.permit_id for render in renders}) == len({r.prompt_clearance_id for r in renders}) == 3


def test_an_engine_that_will_not_is_not_asked_again(engines: type[BarEngine]) -> None:
    job = made(submit(Wish("a ball", seconds=1, model="unwilling"), maker=cast.felix().pk))
    assert (job.state, no(job)["source"]) == (Job.State.REFUSED, "engine")
    assert no(job)["sentence"] == "The model does not draw this."
    assert len(engines.orders) == 1


def test_an_engine_that_gives_too_little_is_an_error_and_not_a_clip(engines: type[BarEngine]) -> None:
    job = submit(Wish("a ball", seconds=1, model="short"), maker=cast.felix().pk)
    for _ in range(3):
        made(job)
    assert (job.state, no(job)["sentence"][:34]) == (Job.State.FAILED, "The video model gave 23 of the 24 ")
    assert not Clip.objects.exists()


def test_a_job_cancelled_while_it_is_drawn_is_not_released(
    ball: Job, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    real = screen.output

    def meanwhile(*args: object, **kwargs: object) -> object:
        cancel(ball)
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(screen, "output", meanwhile)
    job = made(ball)
    assert job.state == Job.State.CANCELLED
    assert not Clip.objects.exists()
    assert files(settings) == []


def test_a_worker_that_lost_its_lease_releases_nothing(ball: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    from_feed = release

    def meanwhile(*args: object, **kwargs: object) -> object:
        Job.objects.filter(pk=ball.pk).update(lease_token="another")
        return from_feed(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(leaving, "put_out", meanwhile)
    made(ball)
    assert not Clip.objects.exists()
    assert not Render.objects.filter(state=Render.State.RELEASED).exists()


def test_a_draft_changed_behind_our_back_is_refused(ball: Job, engines: type[BarEngine]) -> None:
    type(ball.draft).objects.filter(pk=ball.draft_id).update(prompt="something else")
    assert no(made(ball))["code"] == "draft_changed"
    assert engines.orders == []


def test_the_table_takes_no_second_release_of_a_job(ball: Job) -> None:
    render = made(ball).renders.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Render.objects.create(
            job=ball, number=2, permit_id=render.permit_id, prompt_clearance_id=render.prompt_clearance_id,
            state=Render.State.RELEASED, stream_digest="0" * 64,
        )  # fmt: skip


@pytest.mark.parametrize("missing", ["output_clearance", "manifest", "render"])
def test_the_table_takes_no_clip_without_its_tickets(ball: Job, missing: str) -> None:
    made(ball)
    clip = Clip.objects.get()
    with pytest.raises(IntegrityError, match="null value"), transaction.atomic():
        Clip.objects.filter(pk=clip.pk).update(**{missing: None})
