"""``manage.py known import|list|forget``: lists of hashes of media that nobody may show."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.classifiers.output import known
from safety.errors import SafetyError


class Command(BaseCommand):
    """Keep the lists; no picture is ever needed, and none is read."""

    help = "Import, list or forget lists of PDQ hashes of known media: one hash a line, or hash,quality."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do with which list."""
        actions = parser.add_subparsers(dest="action", required=True)
        bring = actions.add_parser("import", help="add a file's hashes to a list")
        bring.add_argument("file", type=Path)
        bring.add_argument("--list", required=True, help="the list's name")
        actions.add_parser("list", help="name every list and how many hashes it has")
        forget = actions.add_parser("forget", help="remove a list")
        forget.add_argument("--list", required=True, help="the list's name")

    def handle(self, *_args: object, **options: object) -> None:
        """Do it, or say in one sentence why not (exit 2)."""
        name = str(options.get("list") or "")
        try:
            if options["action"] == "import":
                new, poor = known.bring(Path(str(options["file"])), name=name)
                self.stdout.write(f"{new} new hashes in {name}; {poor} were of too poor a quality to use.")
            elif options["action"] == "forget":
                self.stdout.write(f"{known.forget(name)} hashes of {name} were removed.")
            else:
                told = [f"{one}: {count} hashes" for one, count in known.lists().items()]
                self.stdout.write("\n".join(told) or "There is no list of known media here.")
        except SafetyError as error:
            raise CommandError(str(error), returncode=2) from error
