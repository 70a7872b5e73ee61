"""When a yes becomes a no: what waits is refused, what was released is withdrawn.

Nothing here protects anybody by itself: release asks consent in its own transaction and serving asks
every time. This writes down what is already true, and tells the log. Running it twice changes nothing.
"""

from django.db import transaction
from django.utils import timezone

from consent import gate
from generation.feed.models import Clip
from generation.feed.withdraw import withdraw
from generation.pipeline.endings import drop_held, reason
from generation.pipeline.models import Job


def recall(*, owner: int, person: int | None = None) -> None:
    """Look again at everything that casts ``owner``, or of that what ``person`` made."""
    jobs = Job.objects.filter(state=Job.State.QUEUED, draft__castings__person_id=owner)
    clips = Clip.objects.filter(
        state__in=(Clip.State.RELEASED, Clip.State.HELD), render__job__draft__castings__person_id=owner
    )
    if person is not None:
        jobs, clips = jobs.filter(maker_id=person), clips.filter(maker_id=person)
    for job in jobs:
        refuse_waiting(job)
    names = set(clips.values_list("public_id", flat=True))
    for clip in sorted(names - gate.standing(names)):
        withdraw(clip, reason="consent.revoked")


def refuse_waiting(job: Job) -> None:
    """Refuse a queued job whose cast no longer says yes, with the sentence of whoever says no."""
    cast = [casting.handle for casting in job.draft.castings.all()]
    no = next((one for one in gate.check(job.maker_id, cast) if not one.may), None)
    if no is None:
        return
    refusal = reason("consent", str(no.reason), no.sentence, path=list(no.path))
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
        if waiting.update(state=Job.State.REFUSED, stage="", refusal=refusal, finished_at=timezone.now()):
            drop_held(job)
