"""``manage.py evaluate output``: judge every file in a folder as a video that somebody wants to show."""

import json
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.errors import SafetyError
from safety.management import watching


class Command(BaseCommand):
    """Print verdict, policy, places and time of every file; writes no rows."""

    help = "Judge every file in a folder: verdict, policy, where in the video, milliseconds."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("--videos", type=Path, required=True)
        parser.add_argument("--likeness", action="store_true", help="judge as if a cameo were cast")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_args: object, **options: object) -> None:
        """Exit 0 when all was measured, whatever the verdicts; 2 with one sentence when nothing could be."""
        rows = []
        try:
            for row in watching.each(Path(str(options["videos"])), likeness=bool(options["likeness"])):
                rows.append(row)
                if not options["json"]:
                    self.stdout.write(line(row))
        except SafetyError as error:
            raise CommandError(str(error), returncode=2) from error
        counts = Counter(row["verdict"] for row in rows)
        told = {"n": len(rows), **{verdict: counts[verdict] for verdict in ("clear", "hold", "refuse", "unreadable")}}
        self.stdout.write(json.dumps({**told, "files": rows}) if options["json"] else json.dumps(told))


def line(row: dict[str, object]) -> str:
    """Return one file's row as people read it."""
    places = [place(span) for span in row["spans"]] if isinstance(row["spans"], list) else []
    why = ": ".join(filter(None, [str(row["policy"]), str(row["reason"])]))
    return f"{row['verdict']:<11} {row['ms']:>6} ms  {row['file']}  {why}  {'; '.join(places)}".rstrip()


def place(span: dict[str, object]) -> str:
    """Return where a policy fired."""
    where = f" {span['start']:.2f} to {span['end']:.2f} s" if "start" in span else ""
    return f"{span['policy']}{where}{', ' + str(span['field']) if span.get('field') else ''}"
