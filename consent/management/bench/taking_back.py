"""What taking a yes back costs when very many videos stand on it, and whether any of them still stands afterwards."""

import time
from collections.abc import Iterator
from itertools import islice

from consent import gate
from consent.accounts.models import Person
from consent.errors import BenchError
from consent.grants import grant
from consent.grants.models import Grant
from consent.management.bench import world
from consent.management.bench.timing import MIDDLE, quantile
from consent.permit import Use

AGAIN = 21
PAGE = 1000


def measure(*, derived: int) -> dict[str, float]:
    """Give, make, take back, and give again, so many times; raise BenchError where nothing stood to begin with."""
    owner, maker = (Person.objects.get(pk=key) for key in (world.OWNER, world.MAKER))
    given = give(owner, maker=maker)
    world.videos(given, many=derived)
    if servable(derived) != derived:
        raise BenchError("The videos that should have stood before the yes was taken back did not.")
    times = []
    for _ in range(AGAIN):
        times.append(take_back(owner, given=given))
        given = give(owner, maker=maker)
    take_back(owner, given=given)
    return {
        "derived": derived,
        "p50_ms": round(quantile(times, share=MIDDLE) * 1e3, 2),
        "servable_after": servable(derived),
    }


def give(owner: Person, *, maker: Person) -> Grant:
    """Let the maker in."""
    return grant.give(owner, person=maker, uses=[Use.GENERATE])


def take_back(owner: Person, *, given: Grant) -> float:
    """Take the yes back and return how long the call took, in seconds."""
    began = time.perf_counter()
    grant.revoke(owner, grant=given.public_id)
    return time.perf_counter() - began


def servable(derived: int) -> int:
    """Count the videos that the gate would let be shown now."""
    subjects = map(world.subject, range(1, derived + 1))
    return sum(len(gate.standing(page)) for page in pages(subjects))


def pages(subjects: Iterator[str]) -> Iterator[list[str]]:
    """Yield the subjects, a page at a time."""
    while page := list(islice(subjects, PAGE)):
        yield page
