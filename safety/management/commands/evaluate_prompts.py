"""``manage.py evaluate prompts``: measure prompt screening on labelled lines; figures are printed, never judged."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.classifiers import measure
from safety.errors import SafetyError


class Command(BaseCommand):
    """Print recall by category and what benign prompts suffer; writes no rows."""

    help = "Measure prompt screening on a JSON-lines file with prompt, unsafe and category."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and how to disguise it."""
        parser.add_argument("--data", type=Path, required=True)
        parser.add_argument("--obfuscate", choices=[name for name in measure.OBFUSCATIONS if name], default="")
        parser.add_argument("--likeness", action="store_true", help="judge as if a cameo were cast")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: object, **options: object) -> None:
        """Exit 0 when it was measured, whatever the figures; 2 with one sentence when it could not be."""
        try:
            rows = measure.lines(Path(str(options["data"])))
            found = measure.prompts(
                rows, likeness=bool(options["likeness"]), obfuscation=str(options["obfuscate"] or "")
            )
        except SafetyError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(found, indent=None if options["json"] else 2))
