"""Work in the background; enqueued by name, with row ids alone."""

from celery import shared_task

from consent.accounts import export as exports
from consent.accounts import letters, outbox
from consent.cameos import enrolment, erasure, judgement, registry
from consent.cameos.gallery import the_gallery
from consent.grants import requests, retirement


@shared_task(name="consent.tasks.deliver", queue="light", ignore_result=True)
def deliver() -> None:
    """Hand undelivered facts to their receivers; sent on commit and by beat, so it may run at any time, twice too."""
    outbox.deliver()


@shared_task(name="consent.tasks.post", queue="light", ignore_result=True)
def post() -> None:
    """Send the letters that are due; sent on commit and by beat, so it may run at any time, twice too."""
    letters.post()


@shared_task(name="consent.tasks.judge", queue="ml", ignore_result=True)
def judge(capture: int) -> None:
    """Judge a capture's recording (primary key); delivered twice, it is judged once."""
    judgement.judge(capture)


@shared_task(name="consent.tasks.forget", queue="ml", ignore_result=True)
def forget() -> None:
    """Let go of opened faces that may no longer be kept; sent after each erasure."""
    the_gallery.forget()


@shared_task(name="consent.tasks.export", queue="light", ignore_result=True)
def export(export: int) -> None:
    """Gather somebody's data (primary key of the export); delivered twice, it is gathered once."""
    exports.gather(export)


@shared_task(name="consent.tasks.retire", queue="light", ignore_result=True)
def retire() -> None:
    """Withdraw the likenesses whose owners were not here for as long as the strictest configured law allows."""
    retirement.retire()


@shared_task(name="consent.tasks.sweep", queue="light", ignore_result=True)
def sweep() -> None:
    """Expire unanswered captures and requests, send lost captures again, remove keys and recordings nothing names."""
    enrolment.sweep()
    erasure.sweep()
    registry.sweep()
    exports.sweep()
    requests.sweep()
