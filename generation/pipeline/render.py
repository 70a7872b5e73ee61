"""Reach a video engine; nothing else may, and nobody may without both tickets."""

from collections.abc import Callable
from typing import Never

from django.conf import settings

from consent import gate
from consent.permit import Likeness, Permit, Reason
from consent.permit import Refusal as ConsentRefusal
from generation.backends import Cast, Engine, Order, engine
from generation.errors import EngineError
from generation.pipeline.footage import Reel
from generation.pipeline.models import Job, Render
from generation.studio import references
from generation.studio.models import Draft
from safety import screen
from safety.clearance import Clearance
from safety.clearance import Refusal as SafetyRefusal


def ignore(_: float) -> None:
    """Take no notice of progress."""


def render(
    job: Job, *, permit: Permit, clearance: Clearance, progress: Callable[[float], None] = ignore
) -> Reel | ConsentRefusal | SafetyRefusal:
    """Redeem both tickets, then start the engine that the draft names; the only way to one.

    Either ticket forged, spent, expired or given for another draft: its Refusal comes back and no
    engine was called. Raises ``EngineError`` when the engine cannot.
    """
    likenesses = redeem(job, permit=permit, clearance=clearance)
    if isinstance(likenesses, ConsentRefusal | SafetyRefusal):
        return likenesses
    chosen = ready(job.draft.model)
    made = chosen.render(order(job.draft, likenesses), progress)
    return Reel(
        width=made.width,
        height=made.height,
        fps=made.fps,
        seconds=job.draft.seconds,
        frames=made.frames,
        sound=made.sound,
        vocabulary=made.vocabulary,
        engine=chosen.name,
        engine_version=chosen.version,
        source_type=made.source_type or chosen.source_type,
    )


def redeem(job: Job, *, permit: Permit, clearance: Clearance) -> tuple[Likeness, ...] | ConsentRefusal | SafetyRefusal:
    """Spend both tickets for this job's draft, or return the Refusal of the one that does not hold."""
    attempt = Render.objects.get(job=job, state=Render.State.RUNNING)
    # I2: the row that was inserted with these tickets is the row that spends them
    if (attempt.permit_id, attempt.prompt_clearance_id, job.public_id) != (permit.id, clearance.id, permit.job):
        return SafetyRefusal(policy="tickets", reason="These tickets belong to another attempt.")
    if refusal := screen.redeem(clearance, digest=job.draft.digest, by=attempt.public_id):
        return refusal
    if permit.draft_digest != job.draft.digest:
        return ConsentRefusal(Reason.DRAFT_CHANGED, "This permit was given for another request.")
    return gate.redeem(permit, job.draft.digest)


def order(draft: Draft, likenesses: tuple[Likeness, ...]) -> Order:
    """Return what the engine is asked for: the draft, and of people only those the permit opened."""
    return Order(
        prompt=draft.words,
        width=draft.width,
        height=draft.height,
        seconds=draft.seconds,
        fps=draft.fps,
        style=draft.style,
        seed=draft.seed,
        pictures=references.pictures(draft),
        cast=tuple(Cast(handle=one.handle, portrait=one.portrait, landmarks=one.landmarks) for one in likenesses),
    )


def ready(name: str) -> Engine:
    """Return the engine if it can run now; raise with its own sentence if it cannot."""
    if name not in settings.VIDEO_ENGINES:
        unknown(name)
    chosen = engine(name)
    if missing := chosen.available():
        raise EngineError(missing)
    return chosen


def unknown(name: str) -> Never:
    """Raise: no such engine is configured."""
    raise EngineError(f"The video model {name} is not set up here.")


def survey() -> dict[str, str]:
    """Return, for every configured engine, '' when it can run on this machine or what is missing."""
    return {name: missing(name) for name in settings.VIDEO_ENGINES}


def takes(name: str) -> list[str]:
    """Return the kinds of references that an engine makes something from; none, if it cannot be loaded."""
    try:
        return sorted(engine(name).takes)
    except Exception:  # noqa: BLE001 - as in missing
        return []


def missing(name: str) -> str:
    """Return why an engine cannot run here; an engine that cannot even be loaded is one of the reasons."""
    try:
        return engine(name).available()
    except Exception as error:  # noqa: BLE001 - whatever a foreign library raises while it loads, the answer is "no"
        return f"The video model {name} cannot be loaded here ({type(error).__name__})."
