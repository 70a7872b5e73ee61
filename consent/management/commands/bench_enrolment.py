"""``manage.py bench enrolment``: how long judging a recording takes, and what memory, capture after capture."""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, Final

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consent import backends
from consent.cameos import liveness
from consent.cameos.challenge import Challenge
from consent.cameos.observation import observe
from consent.errors import EngineMissingError
from provenance import media

POSES, DIGITS = ("left", "up", "right", "down", "left"), "482913"
TOLD: Final = {"poses": list(POSES), "digits": DIGITS, "max_seconds": 20}
WARM: Final = 5  # captures after which memory should grow no more
MEGABYTE: Final = 2**20 if sys.platform == "darwin" else 2**10  # in getrusage's units


class Command(BaseCommand):
    """Judge one recording again and again, as the task does; writes no rows."""

    help = "Measure judging a recording of about twelve seconds, 640x480: seconds, processor seconds, memory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how often."""
        parser.add_argument("--captures", type=int, default=50, help="how often it is judged")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Measure, or say in one sentence why not (exit 2)."""
        if options["captures"] <= WARM:
            raise CommandError(f"There have to be more than {WARM} captures.", returncode=2)
        try:
            for engine in (backends.face_engine, backends.landmark_engine, backends.speech_engine):
                engine()
        except EngineMissingError as missing:
            raise CommandError(str(missing), returncode=2) from missing
        self.stderr.write(f"bench enrolment: filming once, judging {options['captures']} times …")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "capture.webm"
            seconds = apart(film, path)
            found = {"seconds": round(seconds, 1), **apart(judged, path, options["captures"])}
            found["peak_mb"] += apart(decoder, path)
        self.stdout.write(json.dumps(found) if options["json"] else table(found))


def apart(work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - whatever the work gives
    """Do something in a process of its own, so that nothing but its own memory is measured there."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=django.setup) as pool:
        return pool.submit(work, *arguments).result()


def film(path: Path) -> float:
    """Film an honest answer; return its seconds."""
    import skimage.data  # noqa: PLC0415 - in the actor's process alone

    from consent.trials.actor import perform  # noqa: PLC0415

    astronaut = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    model = Path(settings.WEIGHTS["face_landmarker.task"] or "")  # the landmark engine needs it too
    return perform(astronaut, poses=POSES, digits=DIGITS, out=path, model=model, fps=30)


def judged(path: Path, captures: int) -> dict[str, Any]:
    """Judge the recording that often; return the figures."""
    walls, peaks, verdicts, before = [], [], set(), _processor()
    for _ in range(captures):
        began = time.perf_counter()
        verdicts.add(liveness.judge(observe(path), Challenge.of(TOLD)).verdict)
        walls.append(time.perf_counter() - began)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE)
    return {
        "captures": captures,
        "wall_p50_s": round(median(walls), 2),
        "wall_max_s": round(max(walls[1:]), 2),  # the first one loads what is loaded once
        "cpu_s": round((_processor() - before) / captures, 2),
        "peak_mb": round(peaks[-1]),
        "growth_mb": round(peaks[-1] - peaks[min(WARM, captures) - 1]),
        "verdicts": sorted(verdicts),
    }


def decoder(path: Path) -> int:
    """Return the decoder's megabytes at most: a child counts for no less than the process it was split from."""
    for _ in media.frames(path):
        pass
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE)


def _processor() -> float:
    """Return the processor seconds spent so far, here and in the children that decoded."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def table(found: dict[str, Any]) -> str:
    """Return the figures as people read them."""
    verdicts = ", ".join(found["verdicts"])
    lines = [
        f"recording   {found['seconds']} s, 640x480, judged {found['captures']} times: {verdicts}",
        f"judging     {found['wall_p50_s']} s (median), {found['wall_max_s']} s (longest), {found['cpu_s']} s of CPU",
        f"memory      {found['peak_mb']} MB at most, the decoder's included; {found['growth_mb']} MB more after 5",
    ]
    return "\n".join(lines)
