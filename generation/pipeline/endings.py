"""How an attempt ends when it is not released: refused, held, tried again, failed; each written down once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import assert_never

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from consent.permit import Refusal as ConsentRefusal
from generation.errors import EngineRefusedError, GenerationError, JudgingError, LeaseLostError
from generation.pipeline import quoting, workplace
from generation.pipeline.dispatch import enqueue
from generation.pipeline.footage import Encoded
from generation.pipeline.lease import ATTEMPTS, Lease
from generation.pipeline.models import Job, Render
from safety import cases
from safety.clearance import Hold
from safety.clearance import Refusal as SafetyRefusal

log = structlog.get_logger()
JSON = dict[str, object]
UNEXPECTED = "Something went wrong on our side three times while making this video; nothing was kept."


@contextmanager
def judging() -> Iterator[None]:
    """Run a judgement and what is written about it as one; any error in it is a no (house: fail closed).

    A database that went away is not a judgement: that attempt is tried again, anew.
    """
    try:
        with transaction.atomic():
            yield
            expect_database()
    except (LeaseLostError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise JudgingError from error


def expect_database() -> None:
    """Raise if the database went away: a judge that said no because of that did not judge."""
    if not connection.is_usable():
        raise OperationalError("The database went away while this was judged.")


@transaction.atomic
def end(lease: Lease, answer: ConsentRefusal | SafetyRefusal | Hold, *, encoded: Encoded | None = None) -> None:
    """Write down a no or a not yet, and what becomes of the bytes."""
    match answer:
        case ConsentRefusal():
            refuse(lease, told(answer))
        case SafetyRefusal():
            if answer.must_be_preserved and encoded is not None:
                preserve(lease.job, encoded)
            refuse(lease, told(answer))
        case Hold():
            hold(lease, answer, encoded)
        case _:
            assert_never(answer)


def preserve(job: Job, encoded: Encoded) -> None:
    """Have refused bytes sealed for a report that the law may want."""
    cases.preserve(encoded.path, requester=job.maker_id, job=job.public_id, digest=encoded.digest)


def told(answer: ConsentRefusal | SafetyRefusal) -> JSON:
    """Return a refusal as the reader gets it."""
    match answer:
        case ConsentRefusal():
            plain = reason(
                "consent", answer.reason.value, answer.sentence, advice=answer.advice, path=list(answer.path)
            )
            return {**plain, "cameo": answer.cameo, "clause": answer.clause, "touches": list(answer.touches)}
        case SafetyRefusal():
            plain = reason("safety", answer.policy, answer.reason, advice=answer.advice)
            return {**plain, "where": quoting.where(answer.span)}
        case _:
            assert_never(answer)


def reason(source: str, code: str, sentence: str, *, advice: str = "", path: list[str] | None = None) -> JSON:
    """Return the one shape of every no."""
    return {"source": source, "code": code, "sentence": sentence, "path": path or [], "advice": advice}


def refuse(lease: Lease, refusal: JSON) -> None:
    """End the job with a no; its bytes go with the attempt's folder, or from quarantine."""
    close(lease, Job.State.REFUSED, stage="", refusal=refusal, finished_at=timezone.now())
    settle(lease.job, Render.State.DISCARDED)
    drop_held(lease.job)


def hold(lease: Lease, answer: Hold, encoded: Encoded | None) -> None:
    """Set the job aside for a person; encoded bytes, if there are any, go to quarantine."""
    close(lease, Job.State.HELD, case=answer.case, stage="waiting for a person to look at it")
    running = Render.objects.filter(job=lease.job, state=Render.State.RUNNING).first()
    if running is None or encoded is None:
        return
    if running.continues_id:  # the bytes lie in quarantine already, under the attempt that made them
        settle(lease.job, Render.State.DISCARDED)
        return
    workplace.keep(encoded.path, render=running.public_id)
    Render.objects.filter(pk=running.pk).update(
        state=Render.State.HELD, stream_digest=encoded.digest, ended_at=timezone.now()
    )


def close(lease: Lease, state: Job.State, **changes: object) -> None:
    """Move the job to a state nobody works in, which gives the lease back; raises if it was lost."""
    lease.write(state=state, lease_token="", lease_until=None, **changes)


def settle(job: Job, state: Render.State) -> None:
    """End the attempt that is running, if one is."""
    Render.objects.filter(job=job, state=Render.State.RUNNING).update(state=state, ended_at=timezone.now())


def drop_held(job: Job) -> None:
    """Delete a job's quarantined bytes once the transaction stands."""
    for render in Render.objects.filter(job=job, state=Render.State.HELD):
        Render.objects.filter(pk=render.pk).update(state=Render.State.DISCARDED)
        transaction.on_commit(lambda name=render.public_id: workplace.forget(name))  # type: ignore[misc]


def stumble(lease: Lease, error: Exception) -> None:
    """End an attempt that broke: a no while judging, else once more, and after the third time failed."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # a database that went away may be back
    log.warning("attempt.broke", job=lease.job.public_id, error=type(error).__name__)
    with transaction.atomic():
        if isinstance(error, JudgingError):
            refuse(lease, reason("safety", "error", str(error)))
        elif isinstance(error, EngineRefusedError):
            refuse(lease, reason("engine", "refused", str(error), advice="Change the prompt and make it again."))
        elif lease.job.attempts < ATTEMPTS:
            again(lease)
        else:
            mine = Job.objects.filter(pk=lease.job.pk, lease_token=lease.token)
            fail(mine, job=lease.job, sentence=str(error) if isinstance(error, GenerationError) else UNEXPECTED)


def again(lease: Lease) -> None:
    """Queue the job for its next attempt."""
    settle(lease.job, Render.State.FAILED)
    close(lease, Job.State.QUEUED, stage="waiting to be tried again", queued_at=timezone.now())
    enqueue(lease.job.pk)


def fail(mine: QuerySet[Job], *, job: Job, sentence: str) -> None:
    """End the job as failed, if it is still the one that ``mine`` finds."""
    refusal = reason("engine", "failed", sentence, advice="Nothing was made. You can ask again.")
    if mine.filter(state__in=Job.WORKING).update(
        state=Job.State.FAILED,
        stage="",
        refusal=refusal,
        finished_at=timezone.now(),
        lease_token="",
        lease_until=None,
    ):
        settle(job, Render.State.FAILED)
        drop_held(job)
