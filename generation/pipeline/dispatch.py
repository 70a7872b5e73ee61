"""Tell a worker that a job waits; the message is a hint, the sweep finds what it misses."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()


def enqueue(job_id: int) -> None:
    """Send the job to the workers once the transaction around this has committed."""
    transaction.on_commit(lambda: send(job_id), robust=True)


def send(job_id: int) -> None:
    """Send now; a broker that is down costs time, not the job: the sweep sends again."""
    try:
        current_app.send_task("generation.tasks.make", args=[job_id], retry=False)
    except OperationalError:
        log.warning("queue.down", job=job_id)
