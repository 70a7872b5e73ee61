"""``manage.py bench provenance``: what proving costs, part by part."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from provenance.errors import ProvenanceError
from provenance.management.bench import fingerprints, log, sealing

ENTRIES, FEWEST = 1_000_000, 20_001


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is measured: how, and how it is told."""

    measure: Callable[..., dict[str, Any]]
    lines: Callable[[dict[str, Any]], Iterator[str]]


PARTS: Mapping[str, Part] = {  # each measure takes the command's options
    "log": Part(log.measure, log.lines),
    "seal": Part(lambda **_: sealing.measure(), sealing.lines),
    "fingerprints": Part(lambda **_: fingerprints.measure(), fingerprints.lines),
}


class Command(BaseCommand):
    """Measure what proving costs; leaves no rows behind."""

    help = "Measure what proving costs. Without a name: every part."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which parts, and how large."""
        parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; nothing: all of them")
        parser.add_argument("--entries", type=int, default=ENTRIES, help="how many entries the log grows to")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_: object, parts: list[str], **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Measure, or say in one sentence why not (exit 2)."""
        unknown = sorted(set(parts) - set(PARTS))
        if unknown:
            raise CommandError(f"There is no part {unknown[0]}; there is: {', '.join(PARTS)}.", returncode=2)
        if options["entries"] < FEWEST:
            raise CommandError(f"A log of fewer than {FEWEST:,} entries says little; ask for more.", returncode=2)
        try:
            found = {name: self.measured(name, **options) for name in parts or PARTS}
        except (ProvenanceError, DatabaseError) as error:
            is_ours = isinstance(error, ProvenanceError)
            sentence = str(error) if is_ours else "The database did not let us measure."
            raise CommandError(sentence, returncode=2) from error
        told = (line for name, each in found.items() for line in PARTS[name].lines(each))
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(told))

    def measured(self, name: str, *, entries: int, **_: object) -> dict[str, Any]:
        """Return what one part costs; what it would have workers do is not sent."""
        self.stderr.write(f"bench provenance: {name} …")
        before = current_app.conf.broker_url
        current_app.conf.update(broker_url="memory://localhost")
        try:
            return PARTS[name].measure(entries=entries)
        finally:
            current_app.conf.update(broker_url=before)
