"""``manage.py evaluate prompts``: measure prompt screening on labelled lines; figures are printed, never judged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.classifiers import guard, measure
from safety.errors import SafetyError


class Command(BaseCommand):
    """Print recall by category and what benign prompts suffer; writes no rows."""

    help = "Measure prompt screening on a JSON-lines file: prompt, unsafe, category; or text, label, and pair or lang."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and how to disguise it, or the held-out lines and whether to agree on their figures."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--data", type=Path)
        which.add_argument("--heldout", action="store_true", help="compare with the figures kept for our own lines")
        parser.add_argument("--keep", action="store_true", help="with --heldout: keep what was measured as agreed")
        parser.add_argument("--obfuscate", choices=[name for name in measure.OBFUSCATIONS if name], default="")
        parser.add_argument("--likeness", action="store_true", help="judge as if a cameo were cast")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: object, **options: object) -> None:
        """Exit 0 when it was measured, whatever the figures; 2 with one sentence when it could not be."""
        if options["keep"] and not options["heldout"]:
            raise CommandError("Figures are kept for our own lines alone: --keep goes with --heldout.", returncode=2)
        try:
            found = _compared(keep=bool(options["keep"])) if options["heldout"] else _measured(options)
        except SafetyError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(found, indent=None if options["json"] else 2))


def _measured(options: Mapping[str, object]) -> dict[str, Any]:
    rows = measure.lines(Path(str(options["data"])))
    return measure.prompts(rows, likeness=bool(options["likeness"]), obfuscation=str(options["obfuscate"] or ""))


def _compared(*, keep: bool) -> dict[str, Any]:
    found = guard.figures()
    told: dict[str, Any] = {"figures": found, "worse": guard.worse(found, than=guard.kept())}
    if keep:
        guard.keep(found)
    return told
