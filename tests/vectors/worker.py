"""A process that reads files one after the other as the limited child reads one; it may die, and that is noticed."""

import io
import multiprocessing
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from provenance.manifests import reading

PATIENCE = 30.0  # seconds of wall time after which a file counts as hanging, however busy the machine is


def work(pipe: Connection, anchors: str) -> None:
    """Answer ``(report, seconds of processor time)`` for every file."""
    import c2pa  # noqa: F401, PLC0415 - loaded before memory is limited

    resource.setrlimit(resource.RLIMIT_AS, (reading.MEMORY, reading.MEMORY))
    while media := pipe.recv_bytes():
        began = time.process_time()
        pipe.send((reading.report(io.BytesIO(media), anchors), time.process_time() - began))


class Reader:
    """The other end of it."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def read(self, media: bytes) -> tuple[dict[str, Any], float]:
        """Return the report of a file and what it took; raises AssertionError for a crash or a hang."""
        self.pipe.send_bytes(media)
        assert self.pipe.poll(PATIENCE), "the reader hangs"
        try:
            found: tuple[dict[str, Any], float] = self.pipe.recv()
        except EOFError:
            raise AssertionError("the reader died") from None
        return found


@contextmanager
def reader(anchors: str) -> Iterator[Reader]:
    """Yield a reader that lives until the end."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=work, args=(there, anchors), daemon=True)
    process.start()
    there.close()
    try:
        yield Reader(here)
    finally:
        process.kill()
        process.join()
        here.close()
