"""How many permits a second are minted for one likeness that everybody wants at once."""

import threading
import time
from contextlib import closing, suppress
from itertools import count

from django.db import connection

from consent import gate
from consent.accounts.models import Person
from consent.errors import BenchError
from consent.management.bench import world
from consent.permit import Permit, Request
from consent.trials.crowd import ALONE

THREADS = 8
REFUSED = "A permit that should have been minted was refused."


def measure(*, seconds: float) -> float:
    """Ask for the same cameo from eight threads for a while, each time as somebody else; return permits a second."""
    handle = Person.objects.values_list("handle", flat=True).get(cameo=world.HOT)
    people, turns = Person.objects.count(), count()  # its next() is one step, so threads may share it
    minted: list[int] = []
    until = time.monotonic() + seconds

    def work() -> None:
        with suppress(BenchError), closing(connection):
            minted.append(ask(handle, turns=turns, people=people, until=until))

    crew = [threading.Thread(target=work) for _ in range(THREADS)]
    began = time.monotonic()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if len(minted) != THREADS:
        raise BenchError(REFUSED)
    return round(sum(minted) / (time.monotonic() - began), 1)


def ask(handle: str, *, turns: "count[int]", people: int, until: float) -> int:
    """Ask until the time is up, each time as the next person, and return how many permits came of it."""
    many = 0
    while time.monotonic() < until:
        person = ALONE + 1 + next(turns) % (people - ALONE)  # nobody asks so often that a moderator has to look
        request = Request(f"job{person}", person, (handle,), f"{person:064x}")
        if not isinstance(gate.authorize(request), Permit):
            raise BenchError(REFUSED)
        many += 1
    return many
