"""``manage.py serve``: web and workers, until Ctrl-C."""

import signal
import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.crew import Crew
from config.errors import SetupError


class Command(BaseCommand):
    """Run the whole service on this machine."""

    help = "Run web, light worker and ml worker on this machine until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_: object, port: int, **__: object) -> None:
        """Start them, say where, and watch; if one ends, end all and say which."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with Crew(settings.HOME, port) as crew:
                self.stdout.write(f"Countenance is at {crew.url} (logs in {settings.HOME / 'log'}; Ctrl-C ends it)")
                while not (gone := crew.missing()):
                    time.sleep(1)
                raise CommandError(f"The {gone} process ended; its log is {crew.log(gone)}.")
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
        except SetupError as error:
            raise CommandError(str(error)) from error
