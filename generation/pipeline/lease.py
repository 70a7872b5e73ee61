"""Who works on a job: a lease in the Job row, taken by compare-and-set and renewed while the worker lives.

The database's clock is the only clock. A message that arrives twice finds a live lease and is dropped;
a worker that lost its lease finds its token gone and releases nothing.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from generation.errors import LeaseLostError
from generation.pipeline import workplace
from generation.pipeline.models import Job, Render

log = structlog.get_logger()
ATTEMPTS = 3


@dataclass(slots=True)
class Lease:
    """The right to move one job, good while its token stands in the row."""

    job: Job
    token: str
    lost: threading.Event = field(default_factory=threading.Event)
    told: float = 0.0

    def write(self, **changes: object) -> None:
        """Change the job's row, or raise ``LeaseLostError`` if it is no longer ours."""
        if not Job.objects.filter(pk=self.job.pk, lease_token=self.token).update(**changes):
            self.lost.set()
            raise LeaseLostError
        for name, value in changes.items():
            setattr(self.job, name, value)

    def at(self, state: Job.State, stage: str) -> None:
        """Say what happens now; progress stands while it does."""
        self.write(state=state, stage=stage)

    def progress(self, done: float) -> None:
        """Say how much of the picture work is done (0 to 1); written at most twice a second."""
        if self.lost.is_set():
            raise LeaseLostError
        now = time.monotonic()
        if now - self.told >= 0.5 or done >= 1:  # noqa: PLR2004 - twice a second is often enough for a reader
            self.told = now
            self.write(progress=min(max(done, 0.0), 1.0))


@contextmanager
def taken(job_id: int) -> Iterator[Lease | None]:
    """Hold the job's lease for the block, renewed from a thread; None when it is not to be had."""
    lease = take(job_id)
    if lease is None:
        yield None
        return
    stop = threading.Event()
    renewer = threading.Thread(target=renew, args=(lease, stop), daemon=True, name="lease")
    renewer.start()
    try:
        yield lease
    finally:
        stop.set()
        renewer.join()


def take(job_id: int) -> Lease | None:
    """Take the lease if nobody holds it, attempts are left and its maker has fewer than two videos running."""
    token = secrets.token_hex(16)
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id).first()
        if job is None or not may_run(job):
            return None
        free = Q(state=Job.State.QUEUED) | Q(state__in=Job.WORKING, lease_until__lt=Now())
        got = Job.objects.filter(free, pk=job_id, attempts__lt=ATTEMPTS).update(
            state=Job.State.MAKING,
            stage="starting",
            progress=0.0,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=term(),
        )
        if not got:
            return None
        abandon(job)
    job.refresh_from_db()
    return Lease(job=job, token=token)


def may_run(job: Job) -> bool:
    """Return whether the maker has a free place; asked under a lock, so that two workers cannot both say yes."""
    lock_maker(job.maker_id)
    running = Job.objects.filter(maker_id=job.maker_id, state__in=Job.WORKING, lease_until__gte=Now())
    return running.exclude(pk=job.pk).count() < settings.JOBS_RUNNING_MAX


def lock_maker(maker: int) -> None:
    """Let one transaction at a time count this maker's jobs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"generation.jobs:{maker}"])


def term() -> CombinedExpression:
    """Return when a lease taken now ends, by the database's clock."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def abandon(job: Job) -> None:
    """Mark an attempt whose worker went silent as failed and remove what it left on disk."""
    for render in Render.objects.filter(job=job, state=Render.State.RUNNING):
        workplace.remove(render.public_id)
        Render.objects.filter(pk=render.pk).update(state=Render.State.FAILED, ended_at=Now())


def renew(lease: Lease, stop: threading.Event) -> None:
    """Prolong the lease until told to stop, on this thread's own connection; a lost one is flagged, never retaken."""
    try:
        while not stop.wait(settings.JOB_RENEW_SECONDS):
            prolong(lease)
    finally:
        connection.close()


def prolong(lease: Lease) -> None:
    """Push the end of the lease back once; a database that does not answer now may answer before the term ends."""
    try:
        if not Job.objects.filter(pk=lease.job.pk, lease_token=lease.token).update(lease_until=term()):
            lease.lost.set()
    except Exception:  # noqa: BLE001 - the lease simply runs out if this goes on
        log.warning("lease.not_renewed", job=lease.job.public_id)
        connection.close()
