"""Work in the background; enqueued by name."""

from celery import shared_task

from provenance.log import sequencer
from provenance.marks import waiting


@shared_task(name="provenance.tasks.sequence", ignore_result=True)
def sequence() -> None:
    """Give pending entries of the log their place and sign the tree; harmless to run twice."""
    sequencer.sequence()


@shared_task(name="provenance.tasks.forget", ignore_result=True)
def forget() -> None:
    """Delete files that waited to be searched for our mark and that nobody came for."""
    waiting.forget()
