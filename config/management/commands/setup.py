"""``manage.py setup``: everything that must be there before the first page."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import broker
from config.errors import SetupError

PRIVATE = ("MEDIA_HOME", "QUARANTINE_HOME", "CAPTURE_HOME", "KEY_HOME", "WEIGHTS_HOME")


class Command(BaseCommand):
    """Bring folders, tables and broker to where they must be; safe to run again."""

    help = "Make folders, tables and the broker ready. Safe to run again."

    def handle(self, *_: object, **__: object) -> None:
        """Do what is missing."""
        for name in PRIVATE:
            folder: Path = getattr(settings, name)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        if settings.PRODUCTION:
            call_command("collectstatic", verbosity=0, interactive=False)
        try:
            chosen = broker.ensure(settings.HOME, broker.libpq(settings.DATABASES["default"]), probe=True)
        except SetupError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"countenance: ready; messages go through {chosen.url.split(':')[0]}", self.style.NOTICE)
