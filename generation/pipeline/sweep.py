"""What beat does every few seconds: find jobs that nobody works on, and bytes that nobody owns."""

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from generation.feed.models import Clip
from generation.pipeline import workplace
from generation.pipeline.dispatch import send
from generation.pipeline.endings import fail
from generation.pipeline.lease import ATTEMPTS
from generation.pipeline.models import Job, Render

OVERLOOKED = timedelta(seconds=60)  # a job queued for so long has perhaps lost its message; one more does no harm
ORPHANED = 3600.0  # seconds after which a sealed file without a clip is the trace of a worker that died
SILENT = "The worker stopped three times while making this video; nothing was kept."


def sweep() -> None:
    """Send waiting jobs again, fail those that broke three workers, remove what dead workers left."""
    expired = Job.objects.filter(state__in=Job.WORKING, lease_until__lt=Now())
    for job in expired.filter(attempts__gte=ATTEMPTS):
        with transaction.atomic():
            fail(expired.filter(pk=job.pk), job=job, sentence=SILENT)
    for job_id in expired.filter(attempts__lt=ATTEMPTS).values_list("pk", flat=True):
        send(job_id)
    resend()
    tidy()


def resend() -> None:
    """Send queued jobs whose message seems lost, each at most once a minute."""
    overlooked = Job.objects.filter(state=Job.State.QUEUED, queued_at__lt=Now() - OVERLOOKED)
    for job_id in list(overlooked.order_by("queued_at").values_list("pk", flat=True)[:100]):
        if Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(queued_at=Now()):
            send(job_id)


def tidy() -> None:
    """Remove folders of attempts that no longer run, and old sealed files that no clip names."""
    running = Render.objects.filter(state=Render.State.RUNNING, job__state__in=Job.WORKING)
    for name in workplace.abandoned(set(running.values_list("public_id", flat=True))):
        workplace.remove(name)
    home, now = Path(settings.MEDIA_HOME), time.time()
    for path in home.iterdir() if home.is_dir() else ():
        old = now - path.stat().st_mtime > ORPHANED
        if old and not Clip.objects.filter(Q(path=path.name) & ~Q(state=Clip.State.DELETED)).exists():
            path.unlink(missing_ok=True)
