"""Stand in for ``kill -9`` at a chosen line: a child process that the kernel ends when it is about to run that line.

The child is a fork of the test's own process, so the line is killed in the very code under test; what it shares with
its parent is the database, over a connection of its own. A line counts once, when it is run first.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db import connections


def lines(act: Callable[[], object], *, within: str) -> int:
    """Return how many different lines of the files whose path contains ``within`` an act runs."""
    count = 0

    def note(_: int) -> None:
        nonlocal count
        count += 1

    traced(act, within=within, at=note)
    return count


def kill_at(line: int, act: Callable[[], object], *, within: str) -> bool:
    """Run an act in a child that is killed before its n-th line (from 1); return whether it was."""
    connections.close_all()  # or both would speak on one line
    child = os.fork()
    if child == 0:

        def die(number: int) -> None:
            if number == line:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            traced(act, within=within, at=die)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def traced(act: Callable[[], object], *, within: str, at: Callable[[int], None]) -> None:
    """Run an act and tell the number of each line before it runs for the first time."""
    seen: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401 - as sys.settrace has it
        here = (frame.f_code.co_filename, frame.f_lineno)
        if within not in here[0]:
            return None
        if event == "line" and here not in seen:
            seen.add(here)
            at(len(seen))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
