"""Somebody makes remixes as fast as they can while the video they are made from is taken down."""

import threading
from itertools import count

import pytest
from django.db import connection

from consent import gate
from consent.grants import descent, grant, takedown
from consent.models import Appearance, Person
from consent.permit import Use
from tests import cast
from tests.consent import videos

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 25


def remix(maker: Person, *, root: str, over: threading.Event, errors: list[BaseException]) -> None:
    """Make one after the other from the same root, some from the newest of them, until it is over."""
    latest = root
    try:
        for number in count():
            if over.is_set():
                return
            subject = f"{root}-{threading.get_ident()}-{number}"
            if videos.make(maker, parents=[latest], subject=subject) is None:
                latest = subject if number % 2 else root
            else:
                latest = root
    except BaseException as error:  # noqa: BLE001  (handed to the test, which fails on it)
        errors.append(error)
    finally:
        connection.close()


def made_from(root: str) -> set[str]:
    """Return all that was made, whether or not lineage knows of it."""
    return set(Appearance.objects.filter(subject__startswith=root).values_list("subject", flat=True))


def test_nothing_made_from_a_video_outlives_its_takedown_however_the_two_meet() -> None:
    olive, makers = cast.olive(), [cast.felix(), cast.sten()]
    for maker in makers:
        grant.give(olive, person=maker, uses=[Use.GENERATE, Use.REMIX])
    errors: list[BaseException] = []
    remixed = 0
    for number in range(ROUNDS):
        root, over = f"root{number:02}", threading.Event()
        assert videos.make(makers[0], cast=["olive"], subject=root) is None
        threads = [
            threading.Thread(target=remix, args=[maker], kwargs={"root": root, "over": over, "errors": errors})
            for maker in makers
        ]
        for thread in threads:
            thread.start()
        over.wait(0.02 * (number % 5))
        takedown.delete(videos.appearance(olive, root), by=olive)
        assert gate.standing(made_from(root)) == set()  # the moment the call has returned
        over.wait(0.03)
        over.set()
        for thread in threads:
            thread.join(timeout=30)
        assert gate.standing(made_from(root)) == set()  # and nothing came afterwards
        assert descent.below([root]) == made_from(root) - {root}
        remixed += len(made_from(root)) - 1
    assert errors == []
    assert remixed > ROUNDS, "the two hardly met"
