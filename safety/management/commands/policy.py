"""``manage.py policy diff|replay``: what other rules would say, in words and over what was decided."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safety.classifiers import replay
from safety.errors import PolicyError
from safety.policies.diff import differences
from safety.policies.rules import HERE, catalogue


class Command(BaseCommand):
    """Compare catalogues; writes nothing and shows no prompt."""

    help = "Compare policy catalogues: what differs in words, or what would change over the last decisions."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, and with which catalogue."""
        acts = parser.add_subparsers(dest="act", required=True)
        diff = acts.add_parser("diff", help="say what differs from the catalogue in force")
        diff.add_argument("folder", type=Path, help="a folder with catalogue/*.toml and absences.toml")
        again = acts.add_parser("replay", help="judge the last decisions again, from their signals")
        again.add_argument(
            "--catalogue", dest="folder", type=Path, default=HERE, help="by this one, not by the one in force"
        )
        again.add_argument("--last", type=int, default=1000, metavar="N", help="how many decisions")
        for each in (diff, again):
            each.add_argument("--json", action="store_true")

    def handle(self, *_: object, act: str, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        """Exit 0 when it was compared, whatever was found; 2 with one sentence when it could not be."""
        try:
            found = self._diff(options["folder"]) if act == "diff" else self._replay(**options)
        except PolicyError as mistake:
            raise CommandError(str(mistake), returncode=2) from mistake
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(found["lines"]))

    def _diff(self, folder: Path) -> dict[str, Any]:
        ours, theirs = catalogue(), catalogue(folder)
        lines = differences(ours, theirs)
        return {"ours": ours.version, "theirs": theirs.version, "lines": lines or ["Nothing differs."]}

    def _replay(self, *, folder: Path, last: int, **_: object) -> dict[str, Any]:
        if last < 1:
            raise PolicyError("Replay at least one decision.")
        found = replay.last(last, rules=catalogue(folder)).plain()
        return {**found, "lines": list(_told(found))}


def _told(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['decisions']} decisions judged again by {found['catalogue']}."
    if found["not_judged_by_rules"]:
        yield f"{found['not_judged_by_rules']} were not judged by rules and stay as they are."
    if found["catalogue_not_kept"]:
        yield f"{found['catalogue_not_kept']} were made by a catalogue that was not kept."
    if found["unlike_then"]:
        yield f"Not as they were decided, even by the rules of their day: {_ids(found['unlike_then'])}."
    for change in found["changes"]:
        yield f"{change['n']} from {change['from']} to {change['to']} by {change['policy']}: {_ids(change['ids'])}."
    if not found["changes"]:
        yield "Nothing would change."


def _ids(ids: list[int]) -> str:
    return ", ".join(map(str, ids))
