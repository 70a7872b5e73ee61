"""When a yes becomes a no: what waits is refused, what was released is withdrawn.

Nothing here protects anybody by itself: release asks consent in its own transaction and serving asks
every time. This writes down what is already true, and tells the log. Running it twice changes nothing.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from consent import gate, people
from consent.permit import Use
from generation.feed.models import Clip
from generation.feed.publish import hide
from generation.feed.withdraw import withdraw
from generation.pipeline.endings import drop_held, reason
from generation.pipeline.models import Job


def recall(*, owner: int, person: int | None = None) -> None:
    """Look again at everything that casts ``owner``, or of that what ``person`` made."""
    jobs = Job.objects.filter(state=Job.State.QUEUED, draft__castings__person_id=owner)
    if person is not None:
        jobs = jobs.filter(maker_id=person)
    for job in jobs:
        refuse_waiting(job)
    here = Clip.objects.filter(state__in=(Clip.State.RELEASED, Clip.State.HELD))
    shows = people.videos_with(owner, used_by=person)  # what is made from others' videos too
    names = set(here.filter(public_id__in=shows).values_list("public_id", flat=True))
    gone = names - gate.standing(names)
    for clip in sorted(gone):
        withdraw(clip, reason="consent.revoked")
    unpublish(names - gone)


def unpublish(names: set[str]) -> None:
    """Take back to private what may be kept but may not be shown to others any more."""
    public = Clip.objects.filter(public_id__in=names).exclude(visibility=Clip.Visibility.PRIVATE)
    shown = set(public.values_list("public_id", flat=True))
    for clip in sorted(shown - gate.standing(shown, use=Use.PUBLISH)):
        hide(clip)


def take_down(subjects: Collection[str]) -> None:
    """Withdraw what somebody in it had taken down; what is gone already, or was never ours, changes nothing."""
    for clip in sorted(subjects):
        withdraw(clip, reason="appearance.deleted")


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
