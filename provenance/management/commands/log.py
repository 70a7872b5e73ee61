"""``manage.py log export|key|standing``: what auditors are given."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from provenance import ledger
from provenance.backends import keys
from provenance.log import checkpoint, exporting


class Command(BaseCommand):
    """Write the log out, say its key, prove a standing."""

    help = "Give auditors what they need: the whole log, its key, or the proof of how a receipt or a seal stands."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do."""
        acts = parser.add_subparsers(dest="act", required=True)
        export = acts.add_parser("export", help="write checkpoint, tiles, older checkpoints and entries into a folder")
        export.add_argument("folder", type=Path)
        export.add_argument("--without-words", action="store_true", help="leave out what the entries say")
        acts.add_parser("key", help="say the log's key as auditors and witnesses take it")
        standing = acts.add_parser("standing", help="prove how a receipt or a seal stands")
        standing.add_argument("name", help="a receipt's digest, or the label of a video's manifest")

    def handle(self, *_: object, act: str, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        """Do it; exit 2 with one sentence when there is nothing to give."""
        match act:
            case "export":
                self.stdout.write(self.export(options["folder"], with_words=not options["without_words"]))
            case "key":
                self.stdout.write(self.key())
            case _:
                self.stdout.write(self.standing(options["name"]), ending="")

    def export(self, folder: Path, *, with_words: bool) -> str:
        """Write the log out and say how large it is."""
        try:
            size = exporting.export(folder, with_words=with_words)
        except OSError as error:
            raise CommandError(f"The folder cannot be written: {error.strerror}.", returncode=2) from error
        if not size:
            raise CommandError("Nothing was signed yet, so there is nothing to give.", returncode=2)
        return f"{size:,} entries; check them with: python -m provenance.auditor.log {folder} --key '{self.key()}'"

    def key(self) -> str:
        """Return the log's key."""
        public = keys.log_public()
        if public is None:
            raise CommandError("No log was begun here, so it has no key yet.", returncode=2)
        return checkpoint.verifier(settings.LOG_ORIGIN, public)

    def standing(self, name: str) -> str:
        """Return the proof of a standing."""
        found = ledger.standing(name)
        if found is None:
            raise CommandError("There is no checkpoint yet that says how anything stands.", returncode=2)
        return ledger.standing_file(found)
