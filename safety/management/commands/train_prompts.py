"""``manage.py train_prompts``: train the prompt head anew from the committed lines."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.classifiers import measure
from safety.errors import SafetyError


class Command(BaseCommand):
    """Train the prompt head from ``safety/classifiers/training/*.jsonl`` and write it beside them."""

    help = "Train the prompt head from the committed lines; the same lines and encoders give the same head."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take nothing to train what ships; or labelled prompts to see what they would add, writing nothing."""
        parser.add_argument("--with", dest="rows", type=Path, help="prompts that would train, too; needs --report")
        parser.add_argument("--report", action="store_true", help="write no head, print what --with would reach")

    def handle(self, *_args: object, **options: object) -> None:
        """Embed, fit, write; one JSON object on stdout says from what."""
        if bool(options["rows"]) != bool(options["report"]):
            raise CommandError("What ships is trained on our own lines alone: --with goes with --report.")
        try:
            self.stdout.write(json.dumps(_reported(Path(str(options["rows"]))) if options["report"] else _trained()))
        except ImportError as error:
            raise CommandError("Training needs scikit-learn: pip install countenance[dev].") from error
        except SafetyError as error:
            raise CommandError(str(error)) from error


def _trained() -> dict[str, object]:
    from safety.classifiers import fitting  # noqa: PLC0415 - scikit-learn comes with the extra `dev` alone

    found, digest = fitting.lines()
    fitting.write(fitting.fit(found, fitting.seen(found)), digest=digest)
    return {"lines": len(found), "data": digest}


def _reported(rows: Path) -> dict[str, object]:
    from safety.classifiers import crossing  # noqa: PLC0415 - likewise

    return crossing.report(measure.lines(rows))
