"""What the pre-check costs a web process, beside a view that does nothing, under the same server and client.

A few clients that keep their connections ask for the one and the other in turns, each with somebody's token, and take
somebody else's before they ask more often than the product allows. Rates are those of the least disturbed turns.
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from consent.accounts import tokens
from consent.accounts.models import Person
from consent.accounts.tokens import Scope
from consent.errors import BenchError
from consent.management.bench.timing import quantile
from consent.trials.crowd import ALONE, Crowd, asked

ROOT = Path(__file__).resolve().parents[3]
CLIENTS, EACH, TURNS = 4, 40, 7  # each client asks so often in a turn, and so many turns with one token
UNDISTURBED = 0.25
TOGETHER = 3  # cameos in one question
PATIENCE = 60  # seconds for the web process to start
SERVER = ["-m", "gunicorn", f"{__package__}.web", "--worker-class", "gthread", "--threads", "8", "--log-level", "error"]
"""As ``manage.py serve`` starts it."""

Asker = Callable[[http.client.HTTPConnection, int], None]


def measure(crowd: Crowd, *, turns: int) -> float:
    """Return requests a second of the pre-check with three cameos, as a share of the bare view's."""
    people = Person.objects.filter(pk__gt=ALONE).order_by("pk")[: CLIENTS * (1 + turns // TURNS)]
    headers = [signed_in(person) for person in people]
    handles = wanted(crowd, many=len(headers) * TOGETHER)

    def check(opened: http.client.HTTPConnection, asker: int) -> None:
        names = ",".join(handles[asker * TOGETHER : (asker + 1) * TOGETHER])
        get(opened, f"/api/v1/permissions/check?cameo={names}", headers=headers[asker])

    def bare(opened: http.client.HTTPConnection, asker: int) -> None:
        get(opened, "/bare", headers=headers[asker])

    with server() as port:
        took = [(together(port, turn=turn, work=bare), together(port, turn=turn, work=check)) for turn in range(turns)]
    first, second = (quantile(times, share=UNDISTURBED) for times in zip(*took, strict=True))
    return round(first / second, 3)


def wanted(crowd: Crowd, *, many: int) -> list[str]:
    """Return the handles of so many cameos."""
    owners = dict(Person.objects.filter(cameo__isnull=False).values_list("cameo", "handle"))
    return [owners[cameo] for _, cameo in asked(crowd, many=many)]


def signed_in(person: Person) -> dict[str, str]:
    """Return what a program sends that acts for this person."""
    _, text = tokens.make(person, name="bench", scopes=[Scope.PERMISSIONS_READ], days=1)
    return {"Authorization": f"Bearer {text}", "Accept": "application/json"}


def together(port: int, *, turn: int, work: Asker) -> float:
    """Let all clients ask at once and return how many seconds it took."""
    done: list[int] = []

    def run(client: int) -> None:
        opened = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with suppress(OSError, http.client.HTTPException), closing(opened):
            for _ in range(EACH):
                work(opened, turn // TURNS * CLIENTS + client)
            done.append(client)

    crew = [threading.Thread(target=run, args=(client,)) for client in range(CLIENTS)]
    began = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if len(done) != CLIENTS:
        raise BenchError("The web process did not answer every question.")
    return time.perf_counter() - began


def get(opened: http.client.HTTPConnection, path: str, *, headers: dict[str, str]) -> None:
    """Ask for one page and read it; whatever is not an answer ends the measurement."""
    opened.request("GET", path, headers=headers)
    answer = opened.getresponse()
    answer.read()
    if answer.status != http.client.OK:
        raise http.client.HTTPException(str(answer.status))


@contextmanager
def server() -> Iterator[int]:
    """Run the product's web process on a free port of this machine, and end it afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        command = [sys.executable, *SERVER, "--bind", f"fd://{number}"]
        environment = {**os.environ, "DATABASE_URL": address()}
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[number], stdin=nowhere, stdout=nowhere, stderr=nowhere
        )
        try:
            port = int(listening.getsockname()[1])
            wait_for(process, port=port)
            yield port
        finally:
            process.terminate()
            process.wait()


def address() -> str:
    """Return where the database is, as another process is told."""
    parts = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{name: parts[ours] for name, ours in names.items() if parts[ours]})


def wait_for(process: "subprocess.Popen[bytes]", *, port: int) -> None:
    """Ask the bare view until it answers; raise BenchError if the process ends first, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        opened = http.client.HTTPConnection("127.0.0.1", port, timeout=1)  # the socket is open before anybody listens
        with suppress(OSError, http.client.HTTPException), closing(opened):
            get(opened, "/bare", headers={})
            return
        time.sleep(0.1)
    raise BenchError("The web process to be measured did not start.")
