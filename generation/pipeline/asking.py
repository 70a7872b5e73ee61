"""Ask whoever said no: the same request, exactly as it would be drawn; and make it once they have said yes."""

from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.permit import ASKING_HELPS, Reason
from consent.permit import Refusal as ConsentRefusal
from generation.pipeline import tickets
from generation.pipeline.dispatch import enqueue
from generation.pipeline.lease import lock_maker
from generation.pipeline.models import Job
from generation.pipeline.submit import check_places


def whom(job: Job) -> str:
    """Return the handle of whom asking could turn to a yes, or nothing."""
    refusal = job.refusal or {}
    helps = job.state == Job.State.REFUSED and refusal.get("source") == "consent"
    return str(refusal.get("cameo", "")) if helps and refusal.get("code") in set(ASKING_HELPS) else ""


def ask(job: Job, *, message: str = "") -> str | ConsentRefusal:
    """Ask whoever refused a job for a yes to its draft; return the request's public id, or why it cannot be asked."""
    cameo = whom(job)
    if not cameo:
        return ConsentRefusal(Reason.NOT_APPROVED, "There is nobody to ask for this video.")
    touches = frozenset((job.refusal or {}).get("touches", ()))  # as the worker read it: no model is loaded here
    return gate.ask(tickets.asked(job, touches=touches), cameo=cameo, shots=shots(job), message=message)


def shots(job: Job) -> tuple[str, ...]:
    """Return the video's shots in words: one, until there are storyboards."""
    draft = job.draft
    return (f"{draft.seconds} s, {draft.size}, {draft.style}, drawn by {draft.model}",)


@transaction.atomic
def again(job: Job) -> bool:
    """Queue a job that consent refused once more, the same draft to the letter; False when it did not end so.

    Everything is asked anew. Raises QuotaError when too many wait already.
    """
    lock_maker(job.maker_id)
    check_places(job.maker_id)
    refused = Job.objects.filter(pk=job.pk, state=Job.State.REFUSED, refusal__source="consent")
    queued = refused.update(
        state=Job.State.QUEUED,
        stage="",
        progress=0.0,
        refusal=None,
        attempts=0,
        queued_at=timezone.now(),
        finished_at=None,
    )
    if queued:
        enqueue(job.pk)
    return bool(queued)
