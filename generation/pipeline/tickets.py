"""Ask for the two tickets, and write the attempt that they allow."""

from typing import TypedDict

from django.db import connection
from django.db.models import Max

from consent import gate, people
from consent.permit import Permit, Reason, Request
from consent.permit import Refusal as ConsentRefusal
from generation.pipeline.footage import Reel
from generation.pipeline.models import Job, Render
from generation.studio import compose
from generation.studio.models import Draft
from safety import screen
from safety.clearance import Asker, Clearance, Hold
from safety.clearance import Refusal as SafetyRefusal


def permission(job: Job) -> Permit | ConsentRefusal:
    """Ask the people cast; also when nobody is, so that every attempt has a permit."""
    cast = {c.handle: c.person_id for c in job.draft.castings.all()}
    if not compose.is_whole(job.draft):
        return ConsentRefusal(Reason.DRAFT_CHANGED, "The request was changed after it was made; make it again.")
    if people.by_handle(tuple(cast)) != cast:
        return ConsentRefusal(
            Reason.NO_SUCH_CAMEO, "Somebody in this video has a new handle; name them by it and make it again."
        )
    answer = gate.authorize(asked(job, touches=screen.categories(job.draft.words)))
    return heeded(answer, draft=job.draft) if isinstance(answer, Permit) else answer


def asked(job: Job, *, touches: frozenset[str]) -> Request:
    """Return what the people cast are asked for: this draft, every word that would be drawn, what it touches."""
    return Request(
        job=job.public_id,
        requester=job.maker_id,
        cameos=tuple(casting.handle for casting in job.draft.castings.all()),
        draft_digest=job.draft.digest,
        categories=touches,
        text=job.draft.words,
    )


def heeded(permit: Permit, *, draft: Draft) -> Permit | ConsentRefusal:
    """Return the permit if the draft holds what the people in it always want, or else the no: they changed it since."""
    for one in permit.cameos:
        if any(compose.line(one.handle, wish) not in draft.requires for wish in one.requires):
            return ConsentRefusal(
                Reason.DRAFT_CHANGED,
                f"What @{one.handle} always wants to be shown has changed since you asked.",
                cameo=one.handle,
                advice="Make it again, and it is part of the request.",
            )
    return permit


def words(job: Job) -> Clearance | Hold | SafetyRefusal:
    """Have the prompt judged."""
    return screen.prompt(
        job.draft.words,
        digest=job.draft.digest,
        likeness=job.draft.castings.exists(),
        requester=job.maker_id,
        job=job.public_id,
        asker=asker(job),
        fields=job.draft.fields,
    )


def asker(job: Job) -> Asker:
    """Return what the rules may know of the maker."""
    return Asker(str(people.age_band(job.maker_id)), people.country(job.maker_id))


def attempt(job: Job, *, permit: Permit, clearance: Clearance) -> Render:
    """Insert the attempt that these tickets allow; made-up or used tickets break a constraint, here and now."""
    last = Render.objects.filter(job=job).aggregate(n=Max("number"))["n"] or 0
    render = Render.objects.create(
        job=job,
        number=last + 1,
        permit_id=permit.id,
        prompt_clearance_id=clearance.id,
        continues=Render.objects.filter(job=job, state=Render.State.HELD).last(),
    )
    connection.check_constraints()  # foreign keys are deferred otherwise, until after the engine would have run
    return render


def note(render: Render, reel: Reel) -> None:
    """Write down which engine draws, and what it says is in the picture."""
    render.engine, render.engine_version, render.source_type = reel.engine, reel.engine_version, reel.source_type
    render.vocabulary = list(reel.vocabulary)
    render.save(update_fields=["engine", "engine_version", "source_type", "vocabulary"])


class About(TypedDict):
    """What a judge of pictures is told besides the pictures."""

    likeness: bool
    job: str
    engine: str
    vocabulary: tuple[str, ...]
    asker: Asker


def about(job: Job, render: Render) -> About:
    """Return what is known of a video before anybody looks at it."""
    made = render.continues or render
    return {
        "likeness": job.draft.castings.exists(),
        "job": job.public_id,
        "engine": job.draft.model,
        "vocabulary": tuple(made.vocabulary),
        "asker": asker(job),
    }
