"""The Celery application: two queues, ``light`` and ``ml``; routes by task name.

A message is only a hint to look at a row: rows hold the truth, tasks are idempotent, so a message may come twice or,
with a broker lost, be sent anew by the beat's sweeps.
"""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("countenance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # gunicorn's threads send too, and Celery's "current app" is per thread
app.autodiscover_tasks()


@worker_ready.connect
def tell_crew(**_: object) -> None:
    """Leave a file that says this worker takes work; whoever started it looks for it."""
    from config.home import HOME  # noqa: PLC0415 - in the worker alone

    if role := os.environ.get("COUNTENANCE_ROLE"):
        (HOME / "run").mkdir(parents=True, exist_ok=True)
        (HOME / "run" / role).touch()
