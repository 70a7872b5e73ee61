"""What ``evaluate liveness`` films, and how: each honest recording once, however many attacks borrow it."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import django
from django.conf import settings

from consent.cameos import challenge
from consent.cameos.observation import Observation
from consent.management import judging
from consent.trials import camera, species
from consent.trials.attacks.borrowed import Session
from consent.trials.measure import Answer
from consent.trials.species import BONA_FIDE, BORROWED, Attempt

MODEL: Final = "face_landmarker.task"
EVERY: Final = 30  # seconds
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
Answers = list[tuple[str, Answer]]


@dataclass(frozen=True, slots=True)
class Shoot:
    """One film, and the species that it is judged as: an honest one may be borrowed by many, every other is itself."""

    attempt: Attempt
    names: tuple[str, ...]


Mapped = Callable[[Callable[[Shoot], Answers], list[Shoot]], Iterable[Answers]]


def planned(names: list[str], *, n: int, seed: int, strength: float) -> list[Shoot]:
    """Return all there is to film, species in turn, so that a run cut short has seen every one of them."""
    counts = {name: n * (2 if name == BONA_FIDE else 1) for name in names}
    shoots: list[Shoot] = []
    for number in range(max(counts.values(), default=0)):
        due = [name for name in names if number < counts[name]]
        honest = tuple(name for name in due if name == BONA_FIDE or name in BORROWED)
        films = {BONA_FIDE: honest} if honest else {}
        films |= {name: (name,) for name in due if name not in honest}
        shoots += [Shoot(Attempt(name, number, seed, strength), shown) for name, shown in films.items()]
    return shoots


def shot(shoot: Shoot, *, without: frozenset[str], path: challenge.Path = "standard") -> Answers:
    """Film once and have it judged as all it is shown as; in this process or in another."""
    drawn = partial(judging.challenge, path=path)
    camera.alone()
    model = Path(settings.WEIGHTS[MODEL] or MODEL)  # the landmark engine, asked for before, needs it too
    with tempfile.TemporaryDirectory() as folder:
        session = species.film(shoot.attempt, Path(folder), challenges=drawn, model=model)
        if shoot.attempt.species == species.OBJECT:
            return [(species.OBJECT, judging.thing(session.path))]
        seen = judging.looked(session.path)
        return [(name, _judged(name, shoot.attempt, session, seen=seen, without=without)) for name in shoot.names]


def _judged(
    name: str, attempt: Attempt, session: Session, *, seen: Observation | None, without: frozenset[str]
) -> Answer:
    if name not in BORROWED:
        return judging.answer(seen, session.told, without=without)
    handed = species.borrow(session, replace(attempt, species=name), challenges=judging.challenge)
    return judging.answer(judging.again(seen, handed), handed.told, without=without)


@contextmanager
def working(jobs: int) -> Iterator[Mapped]:
    """Yield a map that works here, or in that many processes."""
    if jobs == 1:
        yield map
        return
    os.environ.update(dict.fromkeys(THREADS, "1"))  # threads that wait for each other while others work
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=django.setup) as pool:
        yield pool.map


class Watch:
    """Says now and then how long it will take."""

    def __init__(self, count: int) -> None:
        self._count, self._done, self._began, self._told = count, 0, time.monotonic(), 0.0

    def tick(self) -> str:
        """Count one more; return a sentence every half a minute, and at the end."""
        self._done += 1
        spent = time.monotonic() - self._began
        if spent - self._told < EVERY and self._done < self._count:
            return ""
        self._told = spent
        left = spent / self._done * (self._count - self._done) / 60
        return f"{self._done} of {self._count} films, {spent / self._done:.1f} s each, {left:.0f} minutes left"
