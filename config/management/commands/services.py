"""``manage.py services stop|status``: the database and the broker that were started for you."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import broker, postgres
from config.errors import SetupError


class Command(BaseCommand):
    """Stop, or look at, the embedded PostgreSQL and Redis; their data stay."""

    help = "Stop or look at the embedded database and broker; data stay."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("action", choices=["stop", "status"])

    def handle(self, *_: object, action: str, **__: object) -> None:
        """Do it."""
        try:
            if action == "stop":
                self.stop()
            else:
                self.status()
        except SetupError as error:
            raise CommandError(str(error)) from error

    def stop(self) -> None:
        """Stop both."""
        homes = {"": settings.HOME, "demo's ": settings.HOME / "demo"}
        ends = {"broker": broker.stop, "database": postgres.stop}
        ended = [f"the {whose}{name}" for whose, home in homes.items() for name, end in ends.items() if end(home)]
        self.stdout.write(f"Stopped {', '.join(ended)}." if ended else "Nothing of ours was running.")

    def status(self) -> None:
        """Say what is in use."""
        where = postgres.place(settings.HOME)
        up = "up" if postgres.answers(where.url("postgres")) else "not running"
        self.stdout.write(f"database  {up}, in {where.data}")
        self.stdout.write(f"broker    {broker.settled(settings.HOME).url}")
