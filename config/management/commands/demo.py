"""``manage.py demo``: the cast's story on this very service, from sign-up to a withdrawn clip."""

import shutil
import signal
import time
from argparse import ArgumentParser
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import firstrun
from config.crew import Crew, free_port
from config.demo.provider import provider
from config.demo.story import Story
from config.demo.visitor import DemoError
from config.errors import SetupError


class Command(BaseCommand):
    """Tell the story; exit 0 only if all of it held."""

    help = "Enrol, grant, make, verify, refuse three times, revoke: on real input, over HTTP. Exit 0 only if all held."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a portrait of one's own."""
        parser.add_argument("--portrait", type=Path, help="a photograph of one face, instead of a public-domain one")

    def handle(self, *_: object, portrait: Path | None, **__: object) -> None:
        """Tell the story where ``verify`` and ``serve`` will find it afterwards."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if settings.PRODUCTION:
            raise CommandError("The demo makes accounts and attacks the service; it never runs in production.")
        if portrait is not None and not portrait.is_file():
            raise CommandError(f"There is no picture at {portrait}.")
        try:
            self.tell_story(portrait, folder=emptied(settings.HOME / "demo"))
        except KeyboardInterrupt:
            raise CommandError("The demo was interrupted; everything it had started was ended.") from None
        except (SetupError, psycopg.Error, OSError) as error:
            raise CommandError(f"{error} Logs: {settings.HOME / 'log'}") from error

    def tell_story(self, portrait: Path | None, *, folder: Path) -> None:
        """Start the service and the attacker, tell the story, and end everything."""
        began = time.monotonic()
        self.stderr.write("countenance: starting the service", self.style.NOTICE)
        call_command("setup", stderr=self.stderr)
        with provider() as attacker:
            crew = Crew(settings.HOME, free_port(), {"VIDEO_PROVIDER_URL": attacker.url, "VIDEO_PROVIDER_KEY": "demo"})
            with crew:
                story = Story(crew.url, folder, attacker, self.row, firstrun.kept(settings.HOME, "demo-cast"), portrait)
                try:
                    story.run()
                except DemoError as error:
                    gone = crew.missing()
                    raise DemoError(f"{error}{f' The {gone} process has ended.' if gone else ''}") from error
        self.stdout.write(
            f"demo: {story.file} trusted={yes(story.trusted)} consent={yes(story.consented)} "
            f"ledger={story.before['ledger']} refused={story.refused}/3 seconds={time.monotonic() - began:.0f}"
        )

    def row(self, who: str, what: str, happened: str, seconds: float) -> None:
        """Print one row of the table."""
        self.stdout.write(f"{who:10}  {what:26}  {seconds:5.1f} s  {happened}")
        self.stdout.flush()


def yes(truth: bool) -> str:  # noqa: FBT001 - one word for one truth
    """Return a truth as a word."""
    return "yes" if truth else "no"


def emptied(folder: Path) -> Path:
    """Return the folder for this telling's files, without those of the last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder
