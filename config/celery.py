"""The Celery application: two queues, ``light`` and ``ml``; routes by task name."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("countenance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
