"""The Celery application: two queues, ``light`` and ``ml``; routes by task name.

A message is only a hint to look at a row: rows hold the truth, tasks are idempotent, so a message may come twice or,
with a broker lost, be sent anew by the beat's sweeps.
"""

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings

from config.home import HOME

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("countenance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # gunicorn's threads send too, and Celery's "current app" is per thread
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_house_does(**_: object) -> None:
    """Have Celery's own records pass the same filter as everybody's."""
    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
def tell_crew(**_: object) -> None:
    """Leave a file that says this worker takes work; whoever started it looks for it."""
    if role := os.environ.get("COUNTENANCE_ROLE"):
        (HOME / "run").mkdir(parents=True, exist_ok=True)
        (HOME / "run" / role).touch()
