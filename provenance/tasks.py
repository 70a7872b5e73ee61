"""Work in the background; enqueued by name."""

from celery import shared_task

from provenance.log import sequencer, witnessing
from provenance.manifests import expiry, signing, stamping
from provenance.marks import waiting


@shared_task(name="provenance.tasks.sequence", ignore_result=True)
def sequence() -> None:
    """Give pending entries of the log their place, sign the tree, have it cosigned; harmless to run twice."""
    sequencer.sequence()
    witnessing.ask()


@shared_task(name="provenance.tasks.stamp", ignore_result=True)
def stamp() -> None:
    """Add timestamps to seals that were made while the authority was silent; harmless to run twice."""
    stamping.sweep()


@shared_task(name="provenance.tasks.rotate", ignore_result=True)
def rotate() -> None:
    """Renew the leaves that are due, before a seal has to wait for it; harmless to run twice."""
    signing.rotate()


@shared_task(name="provenance.tasks.watch", ignore_result=True)
def watch() -> None:
    """Raise the alarm about certificates that end soon, once a day."""
    expiry.watch()


@shared_task(name="provenance.tasks.forget", ignore_result=True)
def forget() -> None:
    """Delete files that waited to be searched for our mark and that nobody came for."""
    waiting.forget()
