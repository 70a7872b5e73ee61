"""Which video models can run here: asked by the worker that would run them, told to the web processes."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from generation.pipeline import render
from generation.studio.models import Availability

FRESH = timedelta(minutes=5)


def survey() -> None:
    """Ask every configured model and write down its answer."""
    for engine, missing in render.survey().items():
        now = timezone.now()
        Availability.objects.update_or_create(
            engine=engine, defaults={"missing": missing, "takes": render.takes(engine), "checked_at": now}
        )
    Availability.objects.exclude(engine__in=settings.VIDEO_ENGINES).delete()


def is_old() -> bool:
    """Return whether some model has not been asked for five minutes."""
    fresh = Availability.objects.filter(engine__in=settings.VIDEO_ENGINES, checked_at__gte=timezone.now() - FRESH)
    return fresh.count() < len(settings.VIDEO_ENGINES)
