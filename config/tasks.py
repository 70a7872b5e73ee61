"""Work of the wiring itself."""

import structlog
from celery import shared_task

from config import retention

log = structlog.get_logger(__name__)


@shared_task
def retain() -> None:
    """Delete what is older than ``retention.toml`` lets it be."""
    for kind, count in retention.enforce().items():
        log.info("deleted", kind=kind, count=count)
