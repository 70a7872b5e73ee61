"""``manage.py demo``: the cast's story on a service of its own, from sign-up to a withdrawn clip."""

import os
import shutil
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import broker, postgres
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
        parser.add_argument("--began", type=float, default=0.0, help="used by the demo itself: when it was started")

    def handle(self, *_: object, portrait: Path | None, began: float, **__: object) -> None:
        """Move to a home of the demo's own, then tell the story there."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if portrait is not None and not portrait.is_file():
            raise CommandError(f"There is no picture at {portrait}.")
        try:
            if not began:
                self.move(portrait)
            self.tell_story(portrait, began)
        except KeyboardInterrupt:
            raise CommandError("The demo was interrupted; everything it had started was ended.") from None
        except (SetupError, psycopg.Error, OSError) as error:
            raise CommandError(f"{error} Logs: {settings.HOME / 'log'}") from error

    def move(self, portrait: Path | None) -> None:
        """Start this command anew with an empty home and database, so that every run is the first."""
        home = settings.HOME / "demo"
        broker.stop(home)
        empty(home)
        env = {**os.environ, "COUNTENANCE_HOME": str(home), "WEIGHTS_HOME": str(settings.WEIGHTS_HOME)}
        env["DATABASE_URL"] = fresh_database(home)
        env.pop("CELERY_BROKER_URL", None)  # a broker of its own: no other worker may take its messages
        command = [sys.executable, sys.argv[0], "demo", "--began", str(time.time())]
        command += ["--portrait", str(portrait.absolute())] if portrait else []
        sys.stdout.flush()
        os.execve(sys.executable, command, env)  # noqa: S606 - ourselves

    def tell_story(self, portrait: Path | None, began: float) -> None:
        """Start the service and the attacker, tell the story, and end everything."""
        self.stderr.write("countenance: starting the service", self.style.NOTICE)
        call_command("setup", stderr=self.stderr)
        with provider() as attacker:
            crew = Crew(settings.HOME, free_port(), {"VIDEO_PROVIDER_URL": attacker.url, "VIDEO_PROVIDER_KEY": "demo"})
            with crew:
                story = Story(crew.url, settings.HOME, attacker, self.row, portrait)
                try:
                    story.run()
                except DemoError as error:
                    gone = crew.missing()
                    raise CommandError(
                        f"{error}{f' The {gone} process has ended.' if gone else ''} Logs: {crew.log('ml').parent}"
                    ) from error
        self.stderr.write(f"countenance: to look around there, run serve or verify with {surroundings()}")
        self.stdout.write(
            f"demo: {story.file} trusted={yes(story.trusted)} consent={yes(story.consented)} "
            f"ledger={story.before['ledger']} refused={story.refused}/3 seconds={time.time() - began:.0f}"
        )

    def row(self, who: str, what: str, happened: str, seconds: float) -> None:
        """Print one row of the table."""
        self.stdout.write(f"{who:10}  {what:26}  {seconds:5.1f} s  {happened}")
        self.stdout.flush()


def yes(truth: bool) -> str:  # noqa: FBT001 - one word for one truth
    """Return a truth as a word."""
    return "yes" if truth else "no"


def empty(home: Path) -> None:
    """Make the demo's home anew; a database server that lives in it stays, since it may be running."""
    home.mkdir(parents=True, exist_ok=True)
    for path in home.iterdir():
        if path.is_dir() and path.name != "pg":
            shutil.rmtree(path)
        elif not path.is_dir():
            path.unlink()


def fresh_database(home: Path) -> str:
    """Return the address of an empty database: on a server of the demo's own, or beside the one you named."""
    if not os.environ.get("DATABASE_URL"):
        raise SetupError("The database was not found; start this with manage.py.")
    if os.environ["DATABASE_URL"] != postgres.address(settings.HOME):
        beside = os.environ["DATABASE_URL"]
        url = postgres.keywords(beside, dbname=f"{psycopg.conninfo.conninfo_to_dict(beside)['dbname']}_demo")
    else:
        del os.environ["DATABASE_URL"]
        url = postgres.ensure(home)
    name = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    postgres.create(postgres.keywords(url, dbname="postgres"), name, anew=True)
    return url


def surroundings() -> str:
    """Return the environment in which the demo's service can be looked at again."""
    is_own = os.environ["DATABASE_URL"] == postgres.address(settings.HOME)
    named = "" if is_own else f" and DATABASE_URL at the database {settings.DATABASES['default']['NAME']}"
    return f"COUNTENANCE_HOME={settings.HOME} WEIGHTS_HOME={settings.WEIGHTS_HOME}{named}"
