"""Work in the background; enqueued by name."""

from celery import shared_task

from provenance.log import sequencer, witnessing


@shared_task(name="provenance.tasks.sequence", ignore_result=True)
def sequence() -> None:
    """Give pending entries of the log their place, sign the tree, have it cosigned; harmless to run twice."""
    sequencer.sequence()
    witnessing.ask()
