"""Take a request in: one draft, one job, once per key, within what one person may have waiting."""

import hashlib
from typing import Any

import rfc8785
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from generation.errors import QuotaError, RepeatedError
from generation.pipeline.dispatch import enqueue
from generation.pipeline.endings import drop_held, settle
from generation.pipeline.lease import lock_maker
from generation.pipeline.models import Job, Render
from generation.studio.compose import Wish, compose


@transaction.atomic
def submit(wish: Wish, *, maker: int, key: str = "") -> Job:
    """Queue a job and return it; the same key and the same wish again return the same job.

    Raises ``DraftError``, ``QuotaError`` or ``RepeatedError``, each with one sentence.
    """
    lock_maker(maker)
    if key and (before := Job.objects.filter(maker_id=maker, idempotency_key=key).first()):
        return same(before, wish)
    check_places(maker)
    job = Job.objects.create(
        draft=compose(wish, maker=maker),
        maker_id=maker,
        queued_at=timezone.now(),
        idempotency_key=key,
        request_digest=fingerprint(wish),
    )
    enqueue(job.pk)
    return job


def check_places(maker: int) -> None:
    """Raise QuotaError when this person has as many jobs waiting as one may have."""
    if Job.objects.filter(maker_id=maker, state=Job.State.QUEUED).count() >= settings.JOBS_QUEUED_MAX:
        raise QuotaError


def same(job: Job, wish: Wish) -> Job:
    """Return the job that this key made, if it was made for this wish."""
    if job.request_digest != fingerprint(wish):
        raise RepeatedError
    return job


def fingerprint(wish: Wish) -> str:
    """Return SHA-256 (hex) of what was asked, before anything was chosen for the asker."""
    asked: list[Any] = [wish.prompt, wish.size, wish.seconds, wish.model, wish.style, wish.seed]
    asked += [list(wish.references)] if wish.references else []
    return hashlib.sha256(rfc8785.dumps(asked)).hexdigest()


@transaction.atomic
def cancel(job: Job) -> bool:
    """End a job that is not done; a worker that is at it finds its lease gone. False: it had ended already."""
    cancelled = Job.objects.filter(pk=job.pk, state__in=(Job.State.QUEUED, *Job.WORKING)).update(
        state=Job.State.CANCELLED, stage="", finished_at=timezone.now(), lease_token="", lease_until=None
    )
    if cancelled:
        settle(job, Render.State.DISCARDED)
        drop_held(job)
    return bool(cancelled)
