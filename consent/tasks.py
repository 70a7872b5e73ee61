"""Work in the background; enqueued by name, with row ids alone."""

from celery import shared_task

from consent.accounts import outbox


@shared_task(name="consent.tasks.deliver", queue="light", ignore_result=True)
def deliver() -> None:
    """Hand undelivered facts to their receivers; sent on commit and by beat, so it may run at any time, twice too."""
    outbox.deliver()
