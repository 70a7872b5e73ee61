"""``manage.py bench screening``: what judging a finished clip costs, stage by stage, beside plainly decoding it."""

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
from django.core.management.base import BaseCommand, CommandError

from provenance import media
from safety import backends
from safety.classifiers.output import foreign
from safety.classifiers.output.clock import Clock
from safety.errors import NotAvailableError
from safety.management import watching

SECONDS: Final = 10
WARM: Final = 5  # clips after which memory should grow no more
FEW: Final = 10  # clips whose memory is one figure: it moves by some MB from clip to clip
MEGABYTE: Final = 2**20 if sys.platform == "darwin" else 2**10  # in getrusage's units


class Command(BaseCommand):
    """Judge one clip, again and again where asked; writes no rows."""

    help = "Measure judging a clip of ten seconds, 1280x720, with speech and writing: seconds, processor, memory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how often."""
        parser.add_argument("--repeat", type=int, default=3, help="how often the clip is judged")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Measure, or say in one sentence why not (exit 2)."""
        if options["repeat"] < 1:
            raise CommandError("The clip has to be judged at least once.", returncode=2)
        try:
            for engine in (backends.nudity, backends.letters, backends.speech, backends.sentences):
                engine()
        except NotAvailableError as missing:
            raise CommandError(str(missing), returncode=2) from missing
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            apart(filmed, path)
            found = {"clip": f"{SECONDS} s, 1280x720, 24 fps, speech", "decode": apart(decoded, path)}
            found |= apart(judged, path, options["repeat"])
            found["peak_mb"] += found["decode"].pop("peak_mb")
        self.stdout.write(json.dumps(found) if options["json"] else table(found))


def apart(work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - whatever the work gives
    """Do something in a process of its own, so that nothing but its own memory is measured there."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=django.setup) as pool:
        return pool.submit(work, *arguments).result()


def filmed(path: Path) -> None:
    """Make the clip."""
    from safety.management.filming import film  # noqa: PLC0415 - the maker's libraries stay out of the judge's process

    film(path, seconds=SECONDS)


def decoded(path: Path) -> dict[str, float]:
    """Decode sound and pictures and do nothing with them."""
    wall, cpu = time.perf_counter(), processor()
    media.sound(path)
    for _ in media.frames(path):
        pass
    spent = {"wall_s": round(time.perf_counter() - wall, 2), "cpu_s": round(processor() - cpu, 2)}
    return {**spent, "peak_mb": decoder()}


def judged(path: Path, repeat: int) -> dict[str, Any]:
    """Judge the clip that often, once more before to load the engines; return the figures."""
    first = time.perf_counter()
    watching.judged(foreign.watched(path), likeness=True)
    loading = time.perf_counter() - first
    walls, held, runs, verdicts, before = [], [], [], set(), processor()
    for _ in range(repeat):
        began = time.perf_counter()
        tap = foreign.watched(path)
        with tap.clock.stage("words"):
            verdicts.add(watching.judged(tap, likeness=False)["verdict"])
        walls.append(time.perf_counter() - began)
        runs.append(tap.clock)
        held.append(resident())
    return {
        "stages": {name: stage(name, runs) for name in runs[-1].wall},
        "clips": repeat,
        "first_wall_s": round(loading, 2),
        "wall_s": round(median(walls), 2),
        "wall_per_second": round(median(walls) / SECONDS, 3),
        "cpu_s": round((processor() - before) / repeat, 2),
        "peak_mb": round(memory()),
        "growth_mb": grown(held),
        "verdicts": sorted(verdicts),
    }


def stage(name: str, runs: list[Clock]) -> dict[str, float]:
    """Return what one stage takes, by the clock and of the processor."""
    wall, cpu = median(run.wall[name] for run in runs), median(run.cpu[name] for run in runs)
    return {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2)}


def memory() -> float:
    """Return this process's megabytes at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def resident() -> float:
    """Return the megabytes this process holds now; where the system does not tell, the most so far."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * resource.getpagesize() / 2**20 if pages.exists() else memory()


def grown(held: list[float]) -> float:
    """Return by how much what is held after a clip has grown: the last few beside the first few once all is warm."""
    warm = held[min(WARM, len(held) - 1) :]
    return round(median(warm[-FEW:]) - median(warm[:FEW]), 1)


def decoder() -> int:
    """Return the decoder's megabytes at most: a child counts for no less than the process it was split from."""
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE)


def processor() -> float:
    """Return the processor seconds spent so far, here and in the children that decoded."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def table(found: dict[str, Any]) -> str:
    """Return the figures as people read them."""
    rows = {"decode alone": found["decode"], **found["stages"]}
    lines = [f"clip          {found['clip']}, judged {found['clips']} times: {', '.join(found['verdicts'])}"]
    lines += [f"{name:<13} {row['wall_s']:>6} s, {row['cpu_s']:>6} s of CPU" for name, row in rows.items()]
    lines.append(f"in all        {found['wall_s']} s (median), {found['cpu_s']} s of CPU")
    lines.append(
        f"              {found['wall_per_second']} s a second of video; the first one {found['first_wall_s']} s"
    )
    lines.append(f"memory        {found['peak_mb']} MB at most, the decoder's included")
    lines.append(f"              {found['growth_mb']} MB more held at the end than after {WARM} clips")
    return "\n".join(lines)
