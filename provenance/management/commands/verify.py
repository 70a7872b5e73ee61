"""``manage.py verify FILE``: the verdict about a file, with or without a database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from provenance import verify
from provenance.verify import Report, Verdict

PATIENCE = 2  # seconds until a database counts as not there


class Command(BaseCommand):
    """Say who made a file and whether it is unaltered; exit 0 if it is ours, 3 otherwise."""

    help = "Say who made a file and whether it is unaltered. Exit status: 0 ours, 3 every other verdict."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and how to answer."""
        parser.add_argument("file", help="the file to look at")
        parser.add_argument("--marks", action="store_true", help="look for our mark in every video that is not ours")
        parser.add_argument("--json", action="store_true", help="write exactly one JSON object")

    def handle(self, *_: object, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Answer about one file."""
        wait_briefly()
        report = verify.examine(Path(options["file"]), search=options["marks"])
        data = report.data()
        if options["json"]:
            self.stdout.write(json.dumps(data, indent=2))
        else:
            self.stdout.write("\n".join(lines(report)))
        if report.verdict is not Verdict.OURS:
            raise SystemExit(3)


def wait_briefly() -> None:
    """Have a database that does not answer count as absent soon; none is ever started for this."""
    connections["default"].settings_dict.setdefault("OPTIONS", {}).setdefault("connect_timeout", PATIENCE)


def lines(report: Report) -> list[str]:
    """Return the answer for a terminal: nothing a file contains can steer it."""
    data = report.data()
    signer, manifest = data["signer"] or {}, data["manifest"] or {}
    return [
        f"verdict     {data['verdict']}",
        f"            {data['headline']}. {data['sentence']}",
        *(f"{name:<11} {each['state']:<8} {each['sentence']}" for name, each in data["parts"].items()),
        f"signed by   {signer.get('name') or '-'} ({signer.get('organisation') or '-'})",
        f"made with   {manifest.get('model') or '-'}, {manifest.get('made_at') or '-'}",
        *(f"receipt     {each['receipt']} by {each['attested_by']}, {each['ledger']}" for each in data["consent"]),
        *(f"problem     {each}" for each in data["problems"]),
    ]
