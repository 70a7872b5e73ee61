"""``manage.py bench_generation [--json]``: what the embedded engine's pictures, physics and sound cost here."""

import json
import os
import statistics
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from generation.errors import EngineError
from generation.pipeline.render import ignore, order, ready
from generation.studio.models import Draft

SCENES = (
    "a ball bounces on the beach at sunset",
    "twelve dominoes fall in the kitchen",
    "a tower of cubes collapses in the gym",
)
FPS = 24


@dataclass(frozen=True, slots=True)
class Cost:
    """One clip measured: milliseconds of wall or processor time; nobody is cast, nothing is encoded or kept."""

    prompt: str
    size: str
    frames: int
    physics_ms: float
    first_frame_ms: float
    frame_ms: float
    frame_ms_p95: float
    frame_cpu_ms: float
    baseline_frame_ms: float
    sound_ms: float
    seconds: float
    times_real_time: float


class Command(BaseCommand):
    """Measure the embedded engine; no row, file or clip is left."""

    help = "Measure what the embedded video engine costs on this machine, without encoding; leaves nothing behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take sizes, a length and the form of the answer."""
        parser.add_argument("--sizes", nargs="+", default=["640x360", "1280x720"], help="width x height, in pixels")
        parser.add_argument("--seconds", type=int, default=2, help="length of each clip, 1 to 20")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *_: object, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        """Measure, or end with 2 and one sentence when it cannot be measured."""
        try:
            engine = ready("world")
            costs = [
                _measure(prompt, size=_size(text), seconds=options["seconds"])
                for text in options["sizes"]
                for prompt in SCENES
            ]
        except EngineError as error:
            raise CommandError(str(error), returncode=2) from None
        if options["json"]:
            found = {
                "engine": engine.name,
                "version": engine.version,
                "cpus": os.cpu_count(),
                "clips": [_row(c) for c in costs],
            }
            self.stdout.write(json.dumps(found))
            return
        for cost in costs:
            self.stdout.write(
                f"{cost.size:>9}  physics {cost.physics_ms:5.0f} ms · first frame {cost.first_frame_ms:5.0f} ms · "
                f"frame {cost.frame_ms:5.1f} ms (processor {cost.frame_cpu_ms:5.1f}) · sound {cost.sound_ms:4.0f} ms · "
                f"{cost.times_real_time:4.1f} x real time  {cost.prompt}"
            )


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise EngineError("A size is written like 640x360.")
    return int(width), int(height)


def _row(cost: Cost) -> dict[str, object]:
    found = {name: getattr(cost, name) for name in Cost.__slots__}
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in found.items()}


def _measure(prompt: str, *, size: tuple[int, int], seconds: int) -> Cost:
    """Render one clip of a draft that is never saved."""
    draft = Draft(
        prompt=prompt, width=size[0], height=size[1], seconds=seconds, fps=FPS, style="realistic", model="world", seed=7
    )  # fmt: skip
    begun = time.perf_counter()
    made = ready("world").render(order(draft, ()), ignore)
    staged = time.perf_counter()
    each, cpu, last = [], time.process_time(), staged
    for _ in made.frames:
        now = time.perf_counter()
        each.append((now - last) * 1000)
        last = now
    cpu = (time.process_time() - cpu) * 1000
    made.sound()
    ended = time.perf_counter()
    return Cost(
        prompt=prompt,
        size=draft.size,
        frames=len(each),
        physics_ms=(staged - begun) * 1000,
        first_frame_ms=each[0],
        frame_ms=statistics.median(each[1:]),
        frame_ms_p95=float(np.quantile(each[1:], 0.95)),
        frame_cpu_ms=cpu / len(each),
        baseline_frame_ms=_baseline(size, frames=len(each)),
        sound_ms=(ended - last) * 1000,
        seconds=ended - begun,
        times_real_time=seconds / (ended - begun),
    )


def _baseline(size: tuple[int, int], *, frames: int) -> float:
    """Return the milliseconds of handing over one plain picture: what any engine pays."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    begun = time.perf_counter()
    for shade in range(frames):
        picture[:] = shade % 256
        picture.copy()
    return (time.perf_counter() - begun) * 1000 / frames
