"""Clocks: how long something took, what it cost, and which of many times is typical."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.db import connection

MICRO = 1e6
MIDDLE, LATE = 0.5, 0.99
Asked = TypeVar("Asked")


@dataclass(slots=True)
class Stopwatch:
    """Times of one thing, in seconds, and the processor time it took here and in the database's own process."""

    times: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def run(self, work: Callable[[Asked], object], each: Iterable[Asked]) -> None:
        """Do the work for each thing in turn."""
        spent = processor()
        for one in each:
            began = time.perf_counter()
            work(one)
            self.times.append(time.perf_counter() - began)
        self.cpu += processor() - spent

    def micros(self, share: float) -> float:
        """Return the time that this share of all times does not exceed, in microseconds."""
        return round(quantile(self.times, share=share) * MICRO, 1)

    def cpu_micros(self) -> float:
        """Return processor time for one, in microseconds."""
        return round(self.cpu / len(self.times) * MICRO, 1)


def quantile(times: Sequence[float], *, share: float) -> float:
    """Return the time that this share of all times does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def processor() -> float:
    """Return seconds of processor time: this thread's, and its database process's where that runs beside it."""
    return time.thread_time() + beside()


def beside() -> float:
    """Return the processor seconds of the database process that serves this thread; 0 where nobody can tell."""
    try:
        scheduled = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text(encoding="ascii")
        return int(scheduled.split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
