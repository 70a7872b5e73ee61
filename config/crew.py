"""The processes that make a running service: web, light worker with the beat, ml worker.

``serve``, ``demo`` and the browser journeys start the same ones. Each writes to a log of its own; all of them end with
the process that started them.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from config.errors import SetupError
from config.home import ROOT

PATIENCE = 120  # seconds to become ready: a busy machine is slow to import
GRACE = 10  # seconds to end politely
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # PostgreSQL's transport carries no broadcasts


class CrewError(SetupError):
    """A process of the service did not start, or ended early."""


@dataclass
class Crew:
    """The processes of one service. ``home`` is its COUNTENANCE_HOME; ``environment`` is added to ours."""

    home: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    alone: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start all of them, and end what was started if one cannot."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all of them."""
        self.stop()

    @property
    def url(self) -> str:
        """Where the web process answers."""
        return f"http://127.0.0.1:{self.port}"

    def log(self, name: str) -> Path:
        """Return the log of one process."""
        return self.home / "log" / f"{name}.log"

    def start(self) -> None:
        """Start web and workers at once, and wait until each is ready; one crew to a home."""
        (self.home / "log").mkdir(parents=True, exist_ok=True)
        (self.home / "run").mkdir(parents=True, exist_ok=True)
        self.claim()
        for name, command in self.commands().items():
            (self.home / "run" / name).unlink(missing_ok=True)
            self.processes[name] = self.launch(name, command)
        for name in self.processes:
            self.wait_for(name)

    def claim(self) -> None:
        """Take this home for ourselves until we end; raise CrewError while another crew has it."""
        self.alone = (self.home / "run" / "crew.lock").open("wb")
        try:
            fcntl.flock(self.alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CrewError(
                "The service is running from this folder already (make serve or make demo); end it first, or name "
                "another folder with COUNTENANCE_HOME."
            ) from None

    def commands(self) -> dict[str, list[str]]:
        """Return the command of each process."""
        python = [sys.executable, "-m"]
        worker = [*python, "celery", "--quiet", "-A", "config.celery", "worker", *QUIET]
        bind = ["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
        return {
            "web": [*python, "gunicorn", "config.wsgi", *bind, "--error-logfile", "-", "--log-level", "warning"],
            "light": [*worker, "-n", "light@%h", "-Q", "light", "-c", "2", "-B"],
            "ml": [*worker, "-n", "ml@%h", "-Q", "ml", "-c", "1"],
        }

    def launch(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Start one process in a group of its own, so that its children end with it."""
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment, "COUNTENANCE_HOME": str(self.home), "COUNTENANCE_ROLE": name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for(self, name: str) -> None:
        """Wait until one process is ready; raise CrewError if it ends first or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready(name):
            if self.processes[name].poll() is not None:
                raise CrewError(f"The {name} process ended while starting; its log is {self.log(name)}.")
            if time.monotonic() > deadline:
                raise CrewError(f"The {name} process was not ready in {PATIENCE} s; its log is {self.log(name)}.")
            time.sleep(0.1)

    def is_ready(self, name: str) -> bool:
        """Return whether one process takes work: a worker says so with a file, the web by answering."""
        if name != "web":
            return (self.home / "run" / name).exists()
        try:
            urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=10).close()  # noqa: S310 - ourselves
        except (urllib.error.URLError, OSError):
            return False
        return True

    def missing(self) -> str:
        """Return the name of a process that has ended, or nothing."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), "")

    def stop(self) -> None:
        """Ask all to end, and make those end that do not."""
        for process in self.processes.values():
            process.terminate()  # the parent alone: it ends its own children in order
        deadline = time.monotonic() + GRACE
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the whole group: a child may have outlived its parent
            process.wait()
        if self.alone is not None:
            self.alone.close()  # and with it the claim


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
