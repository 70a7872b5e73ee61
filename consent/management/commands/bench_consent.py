"""``manage.py bench consent``: what a check, a revocation, an admission and a pre-check cost at a given size."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from consent.errors import BenchError
from consent.management.bench import admitting, checks, schema, serving, taking_back, world
from consent.trials.crowd import FEWEST, Crowd, gather

DERIVED = 100_000
PER_TURN = 200  # checks timed for each turn of the web process


class Command(BaseCommand):
    """Measure consent on a crowd of its own."""

    help = "Measure consent on a crowd in a schema of its own, which is dropped at the end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how large and how long."""
        parser.add_argument("--people", type=int, default=100_000, help="how many people there are")
        parser.add_argument("--derived", type=int, default=DERIVED, help="videos that stand on the yes taken back")
        parser.add_argument("--samples", type=int, default=4000, help="checks of one pair that are timed")
        parser.add_argument("--seconds", type=float, default=4.0, help="how long permits are minted")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Measure, or say in one sentence why not (exit 2)."""
        if options["people"] < FEWEST or min(options["derived"], options["samples"]) < 1:
            raise CommandError(f"There have to be at least {FEWEST} people, one video and one check.", returncode=2)
        try:
            found = self.measure(**options)
        except (BenchError, DatabaseError) as error:
            sentence = str(error) if isinstance(error, BenchError) else "The database did not let us measure."
            raise CommandError(sentence, returncode=2) from error
        self.stdout.write(json.dumps(found) if options["json"] else table(found))

    def measure(self, *, people: int, derived: int, samples: int, seconds: float, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return every figure, in the order in which it is measured."""
        self.tell(f"drawing {people:,} people")
        crowd = gather(people)
        with quietly(), schema.room() as room:
            self.tell("loading them")
            load(crowd, room=room)
            self.tell("checks")
            nothing, check = checks.measure(crowd, samples=samples)
            self.tell(f"taking back a yes that {derived:,} videos stand on")
            revoke = taking_back.measure(derived=derived)
            self.tell("minting permits for one likeness")
            hot = admitting.measure(seconds=seconds)
            self.tell("the pre-check beside a bare view")
            ratio = serving.measure(crowd, turns=max(2, samples // PER_TURN))
        return {
            "people": people,
            "select1_p50_us": nothing,
            "check": check,
            "revoke": revoke,
            "hot_admissions_per_s": hot,
            "precheck_ratio_to_bare_view": ratio,
        }

    def tell(self, what: str) -> None:
        """Say on stderr what is being done."""
        self.stderr.write(f"bench consent: {what} …")


def load(crowd: Crowd, *, room: schema.Room) -> None:
    """Fill the room."""
    world.people(crowd)
    world.ties(crowd)
    room.finish()


@contextmanager
def quietly() -> Iterator[None]:
    """Let nudges to workers end in this process: no worker could see what they are about."""
    before = current_app.conf.broker_url
    current_app.conf.update(broker_url="memory://localhost")
    try:
        yield
    finally:
        current_app.conf.update(broker_url=before)


def table(found: dict[str, Any]) -> str:
    """Return the figures as people read them."""
    revoke, nothing = found["revoke"], found["select1_p50_us"]
    lines = [f"people            {found['people']:,}", f"SELECT 1          {nothing} µs (median)"]
    lines += [
        f"check of {size:>3}      {one['p50_us']} µs (median), {one['p99_us']} µs (p99), {one['cpu_us']} µs of CPU,"
        f" the statement alone {one['raw_p50_us']} µs"
        for size, one in found["check"].items()
    ]
    return "\n".join(
        [
            *lines,
            f"taking a yes back {revoke['p50_ms']} ms; {revoke['servable_after']} of {revoke['derived']:,} stand",
            f"hot admissions    {found['hot_admissions_per_s']} a second",
            f"pre-check         {found['precheck_ratio_to_bare_view']} of a bare view's rate",
        ]
    )
