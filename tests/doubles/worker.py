"""Stand in for the machine's bad luck: a real worker process that dies, or loses its database, at a chosen step.

Run as a module, it reads one JSON object a line from stdin and answers each with the exit status of a process
of its own that walked the road. The product knows nothing of this: the step's function is wrapped from outside.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module  # noqa: TID251 - names come from the test
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.db import connection

Step = Callable[..., Any]


def die() -> None:
    """End this process as the kernel would: no handler, no cleanup."""
    os.kill(os.getpid(), signal.SIGKILL)


def lose_database() -> None:
    """End this process's database session from outside, as a restart of PostgreSQL does."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def struck(real: Step, *, nth: int, is_after: bool, strike: Callable[[], None]) -> Step:
    """Return the function, struck in its nth call, before or after it did its work."""
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the step takes and gives
        nonlocal calls
        calls += 1
        if calls == nth and not is_after:
            strike()
        result = real(*args, **kwargs)
        if calls == nth and is_after:
            strike()
        return result

    return wrapped


def work(task: dict[str, Any]) -> None:
    """Walk the road for a job in this process, with one step struck if the task says so."""
    settings.VIDEO_ENGINES = {"world": "tests.doubles.engine.BarEngine"}
    for name, path in task["homes"].items():
        setattr(settings, name, Path(path))
    if step := task.get("step"):
        module, _, name = step.partition(":")
        strike = {"die": die, "lose_database": lose_database}[task["strike"]]
        home = import_module(module)
        real = getattr(home, name)
        setattr(home, name, struck(real, nth=task.get("nth", 1), is_after=task.get("after", False), strike=strike))
    from generation.pipeline import run  # noqa: PLC0415 - Django is set up only now

    run.make(task["job"])


def apart(task: dict[str, Any]) -> int:
    """Do the work in a process of its own; return its status, negative for the signal that ended it."""
    child = os.fork()
    if child == 0:
        work(task)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Answer every line."""
    django.setup()
    import_module("generation.pipeline.run")
    for line in sys.stdin:
        sys.stdout.write(f"{apart(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
