"""The children that read: one file each, limited, and nothing of one reaches another."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.manifests import readers, reading
from provenance.manifests.readers import LATE, Nursery
from tests.provenance import material

WORK = """
import json, os, socket, sys, time
sys.path.insert(0, {root!r})
from provenance.manifests import readers

def work():
    wish = open(3).read()
    if wish == "sleep": time.sleep(60)
    if wish == "die": os.kill(os.getpid(), 9)
    if wish == "raise": raise ValueError
    told = {{"read": open(0).read(), "wish": wish, "pid": os.getpid(), "env": dict(os.environ),
            "open": sorted(int(one) for one in os.listdir("/proc/self/fd"))}}
    print(json.dumps(told), flush=True)

readers.serve(socket.socket(fileno=int(sys.argv[1])), work)
"""


@pytest.fixture
def nursery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    (tmp_path / "worked.py").write_text(WORK.format(root=str(reading.ROOT)))
    monkeypatch.setattr(readers, "ROOT", tmp_path)
    made = Nursery("worked")
    yield made
    made.end()


def ask(nursery: Nursery, wish: str, content: str = "content", seconds: float = 20.0) -> tuple[int, dict[str, object]]:
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as order, tempfile.TemporaryFile() as answer:
        for into, text in ((file, content), (order, wish)):
            into.write(text.encode())
            into.seek(0)
        code = nursery.run(file.fileno(), order.fileno(), answer.fileno(), seconds=seconds)
        answer.seek(0)
        said = answer.read()
        return code, json.loads(said) if said else {}


def test_a_child_reads_one_file_and_holds_nothing_else(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of ours")
    code, told = ask(nursery, "wish")
    assert (code, told["read"], told["wish"]) == (0, "content", "wish")
    assert set(told["open"]) <= {0, 1, 2, 3, 4}  # type: ignore[call-overload]  # 4 is the listing itself
    assert "SECRET" not in told["env"]  # type: ignore[operator]


def test_every_file_has_a_child_of_its_own_and_one_nursery_makes_them(nursery: Nursery) -> None:
    pids = {ask(nursery, "wish")[1]["pid"] for _ in range(3)}
    assert len(pids) == 3
    assert nursery.process is not None
    assert nursery.process.pid not in pids


def test_a_child_that_dies_or_breaks_or_hangs_is_told_apart_and_spoils_nothing(nursery: Nursery) -> None:
    assert ask(nursery, "die")[0] == -signal.SIGKILL
    assert ask(nursery, "raise")[0] == 1
    begun = time.monotonic()
    assert ask(nursery, "sleep", seconds=0.3)[0] == LATE
    assert time.monotonic() - begun < 5
    assert ask(nursery, "wish")[0] == 0


def test_a_child_that_hangs_holds_up_nobody_else(nursery: Nursery) -> None:
    slow = threading.Thread(target=ask, args=(nursery, "sleep"), kwargs={"seconds": 3.0})
    slow.start()
    time.sleep(0.2)
    begun = time.monotonic()
    assert ask(nursery, "wish")[0] == 0
    assert time.monotonic() - begun < 2
    slow.join()


def test_many_at_once_get_each_their_own_answer(nursery: Nursery) -> None:
    got: dict[int, object] = {}

    def one(number: int) -> None:
        got[number] = ask(nursery, f"wish {number}", content=f"content {number}")[1]["read"]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert got == {number: f"content {number}" for number in range(12)}


def test_a_nursery_that_was_killed_is_replaced(nursery: Nursery) -> None:
    ask(nursery, "wish")
    assert nursery.process is not None
    first = nursery.process.pid
    os.kill(first, signal.SIGKILL)
    nursery.process.wait()
    assert ask(nursery, "wish")[0] == 0
    assert nursery.process.pid != first


def test_a_forked_process_starts_a_nursery_of_its_own(nursery: Nursery) -> None:
    ask(nursery, "wish")
    assert nursery.process is not None
    ours, (mine, theirs) = nursery.process.pid, os.pipe()
    pid = os.fork()
    if not pid:
        try:
            ask(nursery, "wish")
            os.write(theirs, str(nursery.process.pid).encode())
            nursery.end()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert int(os.read(mine, 20)) != ours
    os.close(mine)
    os.close(theirs)
    assert ask(nursery, "wish")[0] == 0
    assert nursery.process.pid == ours


def test_a_nursery_ends_with_whoever_started_it(tmp_path: Path) -> None:
    path = material.saved(tmp_path, material.still("PNG"))
    code = (
        "import os; from pathlib import Path; from provenance.manifests import reading;"
        f"reading.read(Path({str(path)!r}), anchors=''); print(reading.NURSERY.process.pid, flush=True); os._exit(0)"
    )
    run = [sys.executable, "-c", code]
    pid = int(subprocess.run(run, capture_output=True, text=True, check=True, cwd=reading.ROOT).stdout)
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the nursery outlived its process")
