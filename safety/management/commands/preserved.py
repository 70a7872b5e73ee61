"""``manage.py preserved``: what must be reported to the authorities; for staff who may open it. Nothing is sent."""

import json
import os
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.errors import PreservedError
from safety.models import Preservation
from safety.review import preserved


class Command(BaseCommand):
    """List what is preserved, write a report, note that it was filed."""

    help = "List what is preserved for a report to the authorities, write the report to a file, note that it was filed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, with what, and who does it."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="names and dates, nothing of what is in them")
        report, filed = acts.add_parser("report", help="write one to a file"), acts.add_parser("filed", help="note it")
        report.add_argument("--out", type=Path, required=True, help="a new file, readable by you alone")
        filed.add_argument("--reference", required=True, help="the number the authority gave it")
        for each in (report, filed):
            each.add_argument("name")
            each.add_argument("--by", required=True, help="the handle of whoever does it")

    def handle(self, *_: object, act: str, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        """Do it, or say in one sentence why not."""
        try:
            getattr(self, f"_{act}")(**options)
        except (PreservedError, OSError) as mistake:
            raise CommandError(str(mistake)) from mistake

    def _list(self, **_: object) -> None:
        for row in Preservation.objects.order_by("created_at"):
            state = f"filed as {row.reference}" if row.filed_at else "not filed"
            self.stdout.write(f"{row.public_id}  {row.created_at:%Y-%m-%d %H:%M}  {state}")

    def _report(self, *, name: str, by: str, out: Path, **_: object) -> None:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            try:
                json.dump(preserved.report(name, by=_staff(by)), file, indent=2)
            except PreservedError:
                out.unlink()
                raise
        self.stdout.write(f"Written to {out}. File it with the hotline of your country, then note its number: filed.")

    def _filed(self, *, name: str, by: str, reference: str, **_: object) -> None:
        preserved.filed(name, by=_staff(by), reference=reference)
        self.stdout.write("Noted. It is kept for a year from today.")


def _staff(handle: str) -> preserved.Staff:
    who = get_user_model().objects.filter(handle=handle, is_staff=True).first()
    if who is None:
        raise PreservedError(f"@{handle} is no member of staff.")
    return who
