"""Children that read: one process has the library loaded and forks a child of its own for every file.

Starting an interpreter and the C2PA library takes several times as long as reading 20 MB with them. So the first file
starts a *nursery*, and it forks: each child gets one file, its limits, and ends. The nursery itself never reads a byte
of any file, holds no secret and runs one thread, so that forking it is sound; it ends with the process that started
it. No Django here: an auditor runs it alone.
"""

import atexit
import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ORDER, ENDED = struct.Struct("<d"), struct.Struct("<i")  # how many seconds the child has; its exit status
LATE = 124  # the status of a child that took too long, as timeout(1) has it
PATIENCE = 15.0  # seconds for the nursery itself: it starts once
MALLOC = "glibc.malloc.hugetlb=1"  # large pages: the library takes a buffer of the file's size, and every child anew

Work = Callable[[], None]


@dataclass(slots=True)
class Nursery:
    """The process that forks, as seen from here; another process (after a fork) starts its own."""

    module: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    owner: int = 0
    control: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None

    def run(self, file: int, wish: int, answer: int, *, seconds: float) -> int:
        """Let a child read the open descriptors and return its exit status; ``LATE`` for one that took too long.

        Args:
            file: becomes the child's standard input.
            wish: becomes its descriptor 3.
            answer: becomes its standard output.
            seconds: how long it may take.
        """
        mine, theirs = socket.socketpair()
        with mine, theirs:
            mine.settimeout(seconds + PATIENCE)
            self.order(seconds, [file, wish, answer, theirs.fileno()])
            theirs.close()
            try:
                said = mine.recv(ENDED.size)
            except TimeoutError:
                return LATE
        return int(ENDED.unpack(said)[0]) if len(said) == ENDED.size else -1

    def order(self, seconds: float, descriptors: list[int]) -> None:
        """Send the order, to a new nursery if the old one is gone."""
        with self.lock:
            for control in (self.ready(), None):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    socket.send_fds(control or self.start(), [ORDER.pack(seconds)], descriptors)
                    return

    def ready(self) -> socket.socket:
        """Return the way to our nursery, which is started now if this process has none."""
        if self.control is None or self.owner != os.getpid():
            return self.start()
        return self.control

    def start(self) -> socket.socket:
        """Start a nursery: it gets no secrets of ours and nothing open but its end of the wire."""
        self.end()
        self.control, theirs = socket.socketpair()
        environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "GLIBC_TUNABLES": MALLOC}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env=environment,
                start_new_session=True,  # what interrupts us at a terminal leaves it to end with us
            )
        self.owner = os.getpid()
        atexit.register(self.end)
        return self.control

    def end(self) -> None:
        """Let the nursery end; one that another process started is that process's own."""
        if self.control:
            self.control.close()
        if self.process and self.owner == os.getpid():
            self.process.wait(PATIENCE)
        self.control = self.process = None


# -- what follows runs in the nursery


@dataclass(frozen=True, slots=True)
class Child:
    """A child at work: until when, and whom to tell how it ended."""

    deadline: float
    reply: socket.socket


def serve(control: socket.socket, work: Work) -> None:
    """Fork a child for every order until whoever gives them is gone."""
    wake, woken = socket.socketpair()
    for each in (wake, woken):
        each.settimeout(0)  # a full or an empty pair never holds us up
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, Child] = {}
    while True:
        ready, _, _ = select.select([control, wake], [], [], patience(children))
        if wake in ready:
            wake.recv(4096)
        late = stop(children)
        bury(children, late)
        if control in ready and not take(control, children, work):
            break
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def patience(children: dict[int, Child]) -> float | None:
    """Return how many seconds there are until the next child is late."""
    if not children:
        return None
    return max(0.0, min(each.deadline for each in children.values()) - time.monotonic())


def stop(children: dict[int, Child]) -> set[int]:
    """Stop and return the children that took too long."""
    late = {pid for pid, each in children.items() if each.deadline <= time.monotonic()}
    for pid in late:
        os.kill(pid, signal.SIGKILL)  # ended or not, it is ours until it is buried
    return late


def bury(children: dict[int, Child], late: set[int]) -> None:
    """Tell those who wait how the children that are no more have ended."""
    for pid in list(children):
        ended, status = os.waitpid(pid, 0 if pid in late else os.WNOHANG)
        if ended:
            reply = children.pop(pid).reply
            with reply, contextlib.suppress(OSError):  # nobody waits any more
                reply.sendall(ENDED.pack(LATE if pid in late else os.waitstatus_to_exitcode(status)))


def take(control: socket.socket, children: dict[int, Child], work: Work) -> bool:
    """Take one order; return False when there will be no more."""
    order, descriptors, _, _ = socket.recv_fds(control, ORDER.size, 4)
    if len(order) < ORDER.size:
        return False
    (seconds,), (file, wish, answer, reply) = ORDER.unpack(order), descriptors
    pid = os.fork()
    if not pid:
        become(file, wish, answer, work)
    for each in (file, wish, answer):
        os.close(each)
    children[pid] = Child(deadline=time.monotonic() + seconds, reply=socket.socket(fileno=reply))
    return True


def become(file: int, wish: int, answer: int, work: Work) -> None:
    """Be the child: only its three files stay open, and it ends here whatever happens."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for source, target in ((file, 0), (answer, 1), (wish, 3)):
            os.dup2(source, target)
        os.closerange(4, 1 << 16)
        work()
        code = 0
    finally:
        os._exit(code)
