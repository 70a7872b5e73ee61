"""Jobs that wait for a person: what the person sees, and the way back."""

from django.db import transaction
from django.utils import timezone

from generation.pipeline import workplace
from generation.pipeline.dispatch import enqueue
from generation.pipeline.endings import drop_held, reason
from generation.pipeline.models import Job, Render
from safety import cases

KIND = "job"


def register() -> None:
    """Teach safety what a held job is."""
    cases.register(KIND, cases.Handlers(show=show, restrict=leave, restore=leave, resolved=resolved))


def show(subject: str) -> cases.Shown:
    """Return what a moderator needs: the request, and the held bytes if it was held at the output."""
    job = Job.objects.select_related("draft", "maker").get(public_id=subject)
    bytes_of = Render.objects.filter(job=job, state=Render.State.HELD).last()
    return cases.Shown(
        title=f"A video that @{job.maker.get_username()} asked for",
        lines=(job.draft.prompt, f"{job.draft.size}, {job.draft.seconds} s, {job.draft.model}"),
        media=workplace.held(bytes_of.public_id) if bytes_of else None,
        media_type="video/mp4",
    )


def leave(subject: str) -> None:
    """Do nothing: a job that is held can be neither served nor continued until it is decided."""


@transaction.atomic
def resolved(subject: str, decision: str) -> None:
    """Act on a decision: clear queues the job again, to be permitted anew; refuse ends it and deletes its bytes."""
    job = Job.objects.select_for_update().filter(public_id=subject, state=Job.State.HELD).first()
    if job is None:
        return
    now = timezone.now()
    if decision == "clear":
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.QUEUED, stage="cleared by a person", attempts=0, queued_at=now, case=""
        )
        enqueue(job.pk)
        return
    refusal = reason("safety", "review", "A person looked at this and decided that it cannot be made.")
    Job.objects.filter(pk=job.pk).update(state=Job.State.REFUSED, stage="", refusal=refusal, finished_at=now)
    drop_held(job)
