"""``manage.py evaluate liveness``: film honest people and attacks, have each judged, and count."""

import json
import os
import secrets
from argparse import ArgumentParser
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent import backends
from consent.errors import EngineMissingError
from consent.management import judging, shooting
from consent.management.shooting import Shoot
from consent.trials import measure
from consent.trials.measure import Tally
from consent.trials.species import BONA_FIDE, SPECIES
from provenance.media import MediaError

OPEN_TO = {"standard": SPECIES, "alternative": (BONA_FIDE, "wrong_order", "wrong_digits", "another_voice")}
ALTERNATIVE = "alternative: without colours, where nothing is ever live; honest people and attacks on what is left"
FILMS = (".mp4", ".webm", ".mov", ".mkv")


class Command(BaseCommand):
    """Measure enrolment's liveness checks on simulated people and attacks; writes no rows."""

    help = "Measure liveness on simulated captures, and what the checks say of real recordings (--clips)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the seed, how many, how good the attacks are, and which check to leave out."""
        parser.add_argument("--clips", type=Path, help="a folder of recordings of real people, who answer no challenge")
        parser.add_argument("--seed", type=int, help="draw the same attempts again; default: a fresh one, printed")
        parser.add_argument("--without", metavar="CHECK", action="append", default=[], help="leave a check out")
        parser.add_argument("--n", type=int, default=100, help="attacks a species, and twice as many honest people")
        parser.add_argument("--strength", type=float, default=0.5, help="the attacks' dial, 0 (clumsy) to 1 (best)")
        parser.add_argument("--path", choices=("standard", "alternative"), default="standard", help=ALTERNATIVE)
        parser.add_argument("--species", nargs="+", metavar="NAME", help="these alone; default: all there are")
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes, each of a core and about a gigabyte"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Exit 0 when it was measured, whatever the figures; 2 with one sentence when it could not be."""
        without = frozenset(options["without"])
        _refuse(options, without)
        clips = self._clips(options["clips"]) if options["clips"] else {}
        seed = options["seed"] if options["seed"] is not None else secrets.randbelow(1 << 31)
        wanted = options["species"] or list(OPEN_TO[options["path"]])
        shoots = shooting.planned(wanted, n=options["n"], seed=seed, strength=options["strength"])
        if shoots:
            self.stderr.write(f"seed {seed}: {len(shoots)} films, judged {sum(len(one.names) for one in shoots)} times")
        tallies = self._tallies(shoots, without=without, options=options)
        table = "\n".join((*measure.lines(tallies), *_shown(clips)))
        if options["json"]:
            self.stderr.write(table)
            self.stdout.write(json.dumps(measure.told(tallies, clips)))
        else:
            self.stdout.write(f"{table}\n\n{measure.CAVEAT}")

    def _tallies(self, shoots: list[Shoot], *, without: frozenset[str], options: dict[str, Any]) -> dict[str, Tally]:
        named = {name for shoot in shoots for name in shoot.names}
        tallies = {name: Tally() for name in SPECIES if name in named}
        watch = shooting.Watch(len(shoots))
        with shooting.working(min(options["jobs"], len(shoots)) or 1) as mapped:
            for answers in mapped(partial(shooting.shot, without=without, path=options["path"]), shoots):
                for name, answer in answers:
                    tallies[name].add(answer, metadata=judging.METADATA)
                    if options["verbosity"] > 1:
                        self.stderr.write(f"{name}: {answer.verdict} {' '.join(answer.against)}")
                if said := watch.tick():
                    self.stderr.write(said)
        return tallies

    def _clips(self, folder: Path) -> dict[str, dict[str, Any]]:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in FILMS) if folder.is_dir() else []
        if not paths:
            raise CommandError(f"{folder} holds no recordings.", returncode=2)
        clips: dict[str, dict[str, Any]] = {}
        for path in paths:
            self.stderr.write(f"looking at {path.name}")
            try:
                clips[path.name] = judging.unasked(path)
            except MediaError as unreadable:
                raise CommandError(f"{path.name}: {unreadable}", returncode=2) from unreadable
        return clips


def _refuse(options: dict[str, Any], without: frozenset[str]) -> None:
    """Say in one sentence what cannot be measured; exit 2."""
    if unknown := sorted(without - set(judging.CHECKS)):
        known = ", ".join(judging.CHECKS)
        raise CommandError(f"There is no check called {unknown[0]}; there are: {known}.", returncode=2)
    there = OPEN_TO[options["path"]]
    if unknown := sorted(set(options["species"] or ()) - set(there)):
        raise CommandError(f"There is no species {unknown[0]}; there are: {', '.join(there)}.", returncode=2)
    if options["n"] < 0 or options["jobs"] < 1 or not 0 <= options["strength"] <= 1:
        raise CommandError("--n counts from 0, --jobs from 1, and --strength lies between 0 and 1.", returncode=2)
    if options["seed"] is not None and options["seed"] < 0:
        raise CommandError("--seed counts from 0.", returncode=2)
    try:
        for engine in (backends.face_engine, backends.landmark_engine, backends.speech_engine):
            engine()
    except EngineMissingError as missing:
        raise CommandError(str(missing), returncode=2) from missing


def _shown(clips: dict[str, dict[str, Any]]) -> Iterable[str]:
    for name, clip in clips.items():
        yield f"{name}: " + ", ".join(f"{key} {value}" for key, value in clip.items())
