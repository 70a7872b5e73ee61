"""``evaluate`` and ``bench``: one command each, dispatching to ``evaluate_…`` and ``bench_…`` of the apps."""

from argparse import REMAINDER, ArgumentParser

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError


class Dispatch(BaseCommand):
    """A command that only hands over; ``prefix`` names the family."""

    prefix = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name, and everything after it for the other command."""
        parser.add_argument("name", nargs="?", help="what to measure; nothing: all there is")
        parser.add_argument("rest", nargs=REMAINDER)

    def handle(self, *_: object, name: str | None, rest: list[str], **__: object) -> None:
        """Hand over; an unknown name is one sentence."""
        known = sorted(
            command.removeprefix(f"{self.prefix}_")
            for command in get_commands()
            if command.startswith(f"{self.prefix}_")
        )
        if name is not None and name not in known:
            raise CommandError(
                f"There is no {self.prefix} {name}; there is: {', '.join(known) or 'nothing yet'}.", returncode=2
            )
        if not known:
            raise CommandError(f"Nothing can be measured with {self.prefix} yet.", returncode=2)
        for each in [name] if name else known:
            call_command(f"{self.prefix}_{each}", *rest, stdout=self.stdout, stderr=self.stderr)
