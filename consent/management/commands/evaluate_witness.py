"""``manage.py evaluate witness``: how often the witness misses an enrolled face, and how often it stops somebody else.

Each clip is judged twice: with the person in it enrolled (a miss if nobody looks) and without (a false hold if somebody
must). Nothing is read from or written to the database.
"""

import json
import os
import re
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray

from consent import backends
from consent.cameos import gallery, pictures, witness
from consent.cameos.gallery import Hit
from consent.errors import ConsentError
from consent.trials import appearing, camera
from consent.trials.lift import PortraitError
from consent.trials.people import photograph
from consent.trials.rates import interval
from provenance import media

Vector = NDArray[np.float32]
TALL, SMALL = (90, 150), (24, 44)  # pixels, forehead to chin
ENROLLED: Final = 3  # pictures of each person that are enrolled and never filmed, where there are more
SIZES: Final = (1_000, 100_000)  # people in a gallery for whose line the same clips are judged again
NAME = re.compile(r"[_-]?\d[\d_-]*$")


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the trial: the enrolled vector, and the pictures that are made into clips."""

    name: str
    vector: Vector = field(repr=False)
    portraits: Sequence[NDArray[np.uint8]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who is in the gallery, and for how many people its line is drawn."""

    known: Mapping[int, Vector] = field(repr=False)
    size: int

    def search(self, vector: Vector) -> list[Hit]:
        """Return who may be this face, as the product's gallery says it."""
        return gallery.alike({key: (key, kept) for key, kept in self.known.items()}, vector, size=self.size)


class Command(BaseCommand):
    """Film and judge; exit 0 when it was measured, 2 with one sentence when it could not be."""

    help = "Measure the witness on clips of faces: misses among the enrolled, false holds among others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many, of whom, from which seed."""
        parser.add_argument("--clips", type=int, default=300)
        parser.add_argument("--faces", type=Path, help="a folder of portraits named PERSON_NUMBER.jpg, of people")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Measure and tell."""
        model = settings.WEIGHTS.get("face_landmarker.task")
        if model is None or options["clips"] < 1:
            why = "Film at least one clip." if model else "face_landmarker.task was not fetched."
            raise CommandError(f"The witness cannot be measured: {why}", returncode=2)
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        camera.alone()
        try:
            people = _folder(options["faces"]) if options["faces"] else _carried()
            found = self._measured(people, clips=options["clips"], seed=options["seed"], model=model)
        except (ConsentError, PortraitError, OSError) as surprise:
            raise CommandError(f"The witness cannot be measured: {surprise}", returncode=2) from surprise
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(_lines(found)))

    def _measured(self, people: list[Somebody], *, clips: int, seed: int, model: Path) -> dict[str, Any]:
        rng, tally, began = np.random.default_rng(seed), Tally(len(people)), time.monotonic()
        for number in range(clips):
            who = number % len(people)
            tally.note(_watched(people[who], number, rng=rng, model=model, heights=TALL), who=who, people=people)
            if number % 10 == 0:
                _small(people[who], number, rng=rng, model=model, tally=tally)
            if number % 25 == 24:  # noqa: PLR2004 - now and then
                self.stderr.write(f"{number + 1} of {clips} clips, {tally.told()}")
        return tally.found(seconds=(time.monotonic() - began) / clips)


class Tally:
    """What came of it."""

    def __init__(self, people: int) -> None:
        self.people, self.clips, self.held, self.small, self.said = people, 0, 0, 0, 0
        self.missed = dict.fromkeys((people, *SIZES), 0)
        self.refused = 0

    def note(self, tap: witness.WitnessTap, *, who: int, people: list[Somebody]) -> None:
        """Judge one clip with the person enrolled, for each size of gallery, and without."""
        everybody = {number: one.vector for number, one in enumerate(people)}
        self.clips += 1
        for size in self.missed:
            hits = witness.compared(tap.tracks, known=Enrolled(everybody, size))
            seen = [times for (cameo, _), times in hits.items() if cameo == who]
            self.missed[size] += not seen
            self.refused += size == self.people and any(witness.is_sustained(times) for times in seen)
        others = {number: vector for number, vector in everybody.items() if number != who}
        self.held += bool(witness.compared(tap.tracks, known=Enrolled(others, len(others))))

    def told(self) -> str:
        """Return how it stands, in words."""
        return f"{self.missed[self.people]} missed, {self.held} held in vain"

    def found(self, *, seconds: float) -> dict[str, Any]:
        """Return all figures."""
        missed = {str(size): _rate(count, self.clips) for size, count in self.missed.items()}
        return {
            "people": self.people,
            "missed": missed[str(self.people)],
            "missed_by_gallery": missed,
            "refused_at_once": _rate(self.refused, self.clips),
            "false_holds": _rate(self.held, self.clips),
            "too_small_said": _rate(self.said, self.small),
            "seconds_per_clip": round(seconds, 2),
        }


def _rate(count: int, n: int) -> dict[str, Any]:
    low, high = interval(count, n)
    return {"n": n, "count": count, "rate": round(count / n, 5) if n else 0.0, "ci95": [round(low, 5), round(high, 5)]}


def _watched(
    one: Somebody, number: int, *, rng: np.random.Generator, model: Path, heights: tuple[int, int]
) -> witness.WitnessTap:
    """Film one clip and let the product's own tap see it, decoded from the file; raises when it cannot look."""
    portrait = one.portraits[number % len(one.portraits)]
    tap = witness.WitnessTap()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        appearing.film(portrait, appearing.drawn(rng, heights=heights), path, model=model)
        for frame in media.frames(path):
            tap.see(frame)
    if tap.failure:
        raise ConsentError(tap.failure)
    return tap


def _small(one: Somebody, number: int, *, rng: np.random.Generator, model: Path, tally: Tally) -> None:
    """Film one whose face is too small to judge: that has to be said."""
    tap = _watched(one, number, rng=rng, model=model, heights=SMALL)
    tally.small += 1
    tally.said += bool(tap.small)


def _carried() -> list[Somebody]:
    """Return the two people whose portraits (public domain) come with the packages: filmed from what is enrolled."""
    return [Somebody(str(number), _vector([photograph(number)]), [photograph(number)]) for number in (0, 1)]


def _folder(folder: Path) -> list[Somebody]:
    """Return the people of a folder of portraits, and those carried here: what is enrolled is not filmed."""
    named: dict[str, list[NDArray[np.uint8]]] = {}
    for path in sorted(folder.glob("*.jpg")):
        picture = pictures.photograph(path)
        if picture is not None:
            named.setdefault(NAME.sub("", path.stem), []).append(picture)
    if not named:
        raise CommandError(f"{folder} holds no portraits named PERSON_NUMBER.jpg.", returncode=2)
    return [*(_person(name, shown) for name, shown in named.items()), *_carried()]


def _person(name: str, shown: list[NDArray[np.uint8]]) -> Somebody:
    kept = shown[:ENROLLED] if len(shown) > ENROLLED else shown[:1]
    return Somebody(name, _vector(kept), shown[len(kept) :] or shown)


def _vector(shown: Sequence[NDArray[np.uint8]]) -> Vector:
    """Return what enrolling keeps: the middle of several looks, unit length."""
    engine = backends.face_engine()
    found = [engine.vector(picture, faces[0]) for picture in shown if (faces := engine.find(picture))]
    if not found:
        raise PortraitError
    middle = np.median(np.array(found), axis=0)
    return np.asarray(middle / np.linalg.norm(middle), np.float32)


def _lines(found: dict[str, Any]) -> list[str]:
    """Return the same for people."""
    shown = []
    for name in ("missed", "refused_at_once", "false_holds", "too_small_said"):
        one = found[name]
        shown.append(
            f"{name:16} {one['count']} of {one['n']} ({one['rate']:.2%}; 95 %: {one['ci95'][0]:.2%}"
            f" to {one['ci95'][1]:.2%})"
        )
    for size, one in found["missed_by_gallery"].items():
        shown.append(f"missed at the line of a gallery of {size}: {one['count']}")
    return [*shown, f"{found['people']} people, {found['seconds_per_clip']} s a clip; faces {TALL[0]} to {TALL[1]} px."]
