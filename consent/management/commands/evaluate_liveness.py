"""``manage.py evaluate liveness``: film honest people and attacks, have each judged, and count."""

import json
import multiprocessing
import secrets
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consent import backends
from consent.errors import EngineMissingError
from consent.management import judging
from consent.trials import measure, species
from consent.trials.measure import Answer, Tally
from consent.trials.species import BONA_FIDE, MAKERS, Attempt
from provenance.media import MediaError

MODEL = "face_landmarker.task"
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
        parser.add_argument("--species", nargs="+", metavar="NAME", help="these alone; default: all there are")
        parser.add_argument("--jobs", type=int, default=1, help="processes, each of about a gigabyte and two cores")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Exit 0 when it was measured, whatever the figures; 2 with one sentence when it could not be."""
        without = frozenset(options["without"])
        _refuse(options, without)
        clips = self._clips(options["clips"]) if options["clips"] else {}
        attempts = _drawn(options, seed=options["seed"] if options["seed"] is not None else secrets.randbelow(1 << 31))
        tallies = self._tallies(attempts, without=without, jobs=options["jobs"], verbosity=options["verbosity"])
        table = "\n".join((*measure.lines(tallies), *_shown(clips)))
        if options["json"]:
            self.stderr.write(table)
            self.stdout.write(json.dumps(measure.told(tallies, clips)))
        else:
            self.stdout.write(f"{table}\n\n{measure.CAVEAT}")

    def _tallies(
        self, attempts: list[Attempt], *, without: frozenset[str], jobs: int, verbosity: int
    ) -> dict[str, Tally]:
        tallies = {name: Tally() for name in MAKERS if any(attempt.species == name for attempt in attempts)}
        if attempts:
            self.stderr.write(f"seed {attempts[0].seed}: {len(attempts)} captures to film and judge")
        started, told_at = time.monotonic(), 0.0
        with _working(jobs) as mapped:
            for done, (name, answer) in enumerate(mapped(partial(_attempted, without=without), attempts), start=1):
                tallies[name].add(answer, metadata=judging.METADATA)
                if verbosity > 1:
                    self.stderr.write(f"{name}: {answer.verdict} {' '.join(answer.against)}")
                spent = time.monotonic() - started
                if spent - told_at > 30 or done == len(attempts):  # noqa: PLR2004 - seconds
                    told_at = spent
                    left = spent / done * (len(attempts) - done) / 60
                    self.stderr.write(f"{done} of {len(attempts)}, {spent / done:.1f} s each, {left:.0f} minutes left")
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
    if unknown := sorted(set(options["species"] or ()) - set(MAKERS)):
        raise CommandError(f"There is no species {unknown[0]}; there are: {', '.join(MAKERS)}.", returncode=2)
    if options["n"] < 0 or options["jobs"] < 1 or not 0 <= options["strength"] <= 1:
        raise CommandError("--n counts from 0, --jobs from 1, and --strength lies between 0 and 1.", returncode=2)
    if options["seed"] is not None and options["seed"] < 0:
        raise CommandError("--seed counts from 0.", returncode=2)
    try:
        for engine in (backends.face_engine, backends.landmark_engine, backends.speech_engine):
            engine()
    except EngineMissingError as missing:
        raise CommandError(str(missing), returncode=2) from missing


def _drawn(options: dict[str, Any], *, seed: int) -> list[Attempt]:
    """Return all attempts, species in turn, so that a run cut short has seen every one of them."""
    wanted = options["species"] or list(MAKERS)
    counts = {name: options["n"] * (2 if name == BONA_FIDE else 1) for name in wanted}
    return [
        Attempt(species=name, number=number, seed=seed, strength=options["strength"])
        for number in range(max(counts.values(), default=0))
        for name in wanted
        if number < counts[name]
    ]


def _attempted(attempt: Attempt, *, without: frozenset[str]) -> tuple[str, Answer]:
    """Film one attempt and have it judged; in this process or in another."""
    model = Path(settings.WEIGHTS[MODEL] or MODEL)  # the landmark engine, asked for before, needs it too
    with tempfile.TemporaryDirectory() as folder:
        path, told = species.film(attempt, Path(folder), challenges=judging.challenge, model=model)
        is_object = attempt.species == species.OBJECT
        return attempt.species, judging.thing(path) if is_object else judging.answer(path, told, without=without)


Mapped = Callable[[Callable[[Attempt], tuple[str, Answer]], list[Attempt]], Iterable[tuple[str, Answer]]]


@contextmanager
def _working(jobs: int) -> Iterator[Mapped]:
    """Yield a map that works here, or in that many processes."""
    if jobs == 1:
        yield map
        return
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=django.setup) as pool:
        yield pool.imap_unordered


def _shown(clips: dict[str, dict[str, Any]]) -> Iterable[str]:
    for name, clip in clips.items():
        yield f"{name}: " + ", ".join(f"{key} {value}" for key, value in clip.items())
