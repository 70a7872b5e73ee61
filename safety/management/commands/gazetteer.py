"""``manage.py gazetteer import|list|check``: the public figures that screening notices, and the operator's own."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from safety.classifiers import gazetteers, names, own
from safety.classifiers.gazetteers import Gazetteer
from safety.classifiers.normalise import readings
from safety.errors import SafetyError

LARGEST = 20 << 20  # bytes of a file


class Command(BaseCommand):
    """Import the operator's own list, say what is in force, or say whom a text names."""

    help = "Import your own public figures (tabs or commas), list what is in force, or check whom a text names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and the file or the text."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("import", help="put a file in force in place of your last one").add_argument(
            "file", type=Path
        )
        actions.add_parser("list", help="say which lists are in force, and name everybody on your own")
        actions.add_parser("check", help="say whom a text names or describes").add_argument("text")

    def handle(self, *_: object, action: str, **options: object) -> None:
        """Do it; a problem is one sentence and exit 1."""
        try:
            if action == "import":
                self.bring(Path(str(options["file"])))
            elif action == "list":
                self.table()
            else:
                self.check_text(str(options["text"]))
        except SafetyError as error:
            raise CommandError(str(error)) from error
        except IntegrityError as error:
            raise CommandError("Somebody else imported a list at the same moment; try again.") from error

    def bring(self, path: Path) -> None:
        """Import a file; nothing changes when any line of it is wrong."""
        try:
            content = path.read_bytes() if path.stat().st_size <= LARGEST else None
            text = content.decode() if content is not None else None
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read as UTF-8 text ({type(error).__name__}).") from error
        if text is None:
            raise CommandError(f"{path} is larger than {LARGEST >> 20} MB.")
        figures = own.keep(text, source=path.name)
        self.stdout.write(f"{len(figures)} public figures of {path.name} are in force, beside ours.")

    def table(self) -> None:
        """Print the lists in force and everybody on the operator's own."""
        mine = gazetteers.own()
        self.line("ours", gazetteers.shipped())
        if mine is None:
            self.stdout.write("own   none; manage.py gazetteer import FILE brings one")
            return
        self.line("own ", mine)
        for figure in mine.figures:
            self.stdout.write(f"      {'; '.join(figure.called)}")

    def line(self, whose: str, gazetteer: Gazetteer) -> None:
        """Print one list: how many people, and which version."""
        self.stdout.write(f"{whose}  {len(gazetteer.figures):6} people  {gazetteer.sha256[:16]}")

    def check_text(self, text: str) -> None:
        """Print where a text names somebody, as screening sees it."""
        found = names.found(readings(text), text=text)
        spans = {(signal.category, signal.span) for signal in found.signals if signal.span}
        for category, span in sorted(spans, key=lambda entry: (entry[1].start, entry[0])):
            self.stdout.write(f"{category:14} {text[int(span.start) : int(span.end)]}")
        if not spans:
            self.stdout.write("Nobody is named here.")
        for missing in found.not_evaluated:
            self.stdout.write(f"Not evaluated: {missing}.")
