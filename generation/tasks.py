"""Work in the background; arguments are row ids, and each task finds out for itself whether there is anything to do."""

from celery import current_app, shared_task


@shared_task(name="generation.tasks.make", acks_late=True, ignore_result=True)
def make(job_id: int) -> None:
    """Walk the one road for a job (queue ml)."""
    from generation.pipeline import run  # noqa: PLC0415 - brings the encoder, which the light worker never needs

    run.make(job_id)


@shared_task(name="generation.tasks.look", acks_late=True, ignore_result=True)
def look(reference_id: int) -> None:
    """Look at a file that somebody brought (queue ml); delivered twice, it is looked at once."""
    from generation.studio import looking  # noqa: PLC0415 - only the ml worker may know faces

    looking.judge(reference_id)


@shared_task(name="generation.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Find what nobody works on, every few seconds (queue light)."""
    from generation.pipeline import survey as surveys  # noqa: PLC0415 - as above
    from generation.pipeline import sweep as sweeps  # noqa: PLC0415 - as above
    from generation.studio import references  # noqa: PLC0415 - as above

    sweeps.sweep()
    references.sweep()
    if surveys.is_old():
        current_app.send_task("generation.tasks.survey", retry=False, expires=30)


@shared_task(name="generation.tasks.survey", ignore_result=True)
def survey() -> None:
    """Ask every video model whether it can run here, for the studio to show (queue ml)."""
    from generation.pipeline import survey as surveys  # noqa: PLC0415 - as above

    surveys.survey()
