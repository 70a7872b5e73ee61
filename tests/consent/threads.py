"""Doing things at the same moment: threads that wait for one another, each with its own connection."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection


def together(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Run these at once; return what each gave, or what it raised, in order."""
    barrier = threading.Barrier(len(acts))
    came: list[object] = [RuntimeError("never ran")] * len(acts)

    def run(place: int) -> None:
        try:
            barrier.wait(10)
            came[place] = acts[place]()
        except BaseException as error:  # noqa: BLE001  (handed to the test, which looks at it)
            came[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return came
