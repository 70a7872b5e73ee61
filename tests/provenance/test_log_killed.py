"""kill -9 at any line of the sequencer: nothing is lost or has two places, and what is signed is there."""

from collections.abc import Iterator

import pytest
from django.db import connections, transaction

from provenance import ledger
from provenance.auditor.log import audit
from provenance.auditor.sources import Folder
from provenance.backends import keys
from provenance.log import exporting, sequencer, sparse, standing
from provenance.log.models import Checkpoint, Entry
from provenance.log.sparse import Standing
from provenance.log.tlogproof import Trust
from tests.provenance import killing

ROOM = "provenance/log/"
pytestmark = pytest.mark.django_db(transaction=True)


def log(start: int, count: int) -> None:
    """Log so many grants."""
    facts = [ledger.Fact("grant.made", {"receipts": [f"{n:064x}"]}) for n in range(start, start + count)]
    with transaction.atomic():
        ledger.append_many(facts)


def holds(home: str, size: int) -> None:
    """Assert that the log has so many entries, each at its one place, signed, and proven to whoever is given it."""
    public = keys.log_public()
    assert public is not None
    exporting.export(keys.place(home))
    done = audit(Folder(keys.place(home)), trust=Trust("localhost/countenance-log", public))
    assert (done.problems, done.size, done.words) == ([], size, size)
    assert list(Entry.objects.order_by("id").values_list("leaf_index", flat=True)) == list(range(size))
    assert standing.root() == sparse.root({f"{n:064x}": Standing(n) for n in range(size)})


def chosen(step: int) -> Iterator[int]:
    """Yield the lines at which to kill, one in so many of those that a run of the sequencer goes through."""
    keys.log_key()
    log(0, 5)
    total = killing.lines(sequencer.sequence, within=ROOM)
    assert total > 100
    yield from range(1, total + 1, step)


def killed_everywhere(step: int) -> int:
    """Kill the sequencer at its lines, one after another, with new facts each time; return how often it was killed."""
    size, killed = 5, 0
    for line in chosen(step):
        log(size, 3)
        size += 3
        signed = Checkpoint.objects.order_by("-size").values_list("note", flat=True).first()
        killed += killing.kill_at(line, sequencer.sequence, within=ROOM)
        assert Entry.objects.count() == size
        assert Checkpoint.objects.filter(note=signed).exists()
        if line % (step * 5) == 1:
            sequencer.sequence()
            holds(f"export-{line}", size)
    sequencer.sequence()
    holds("export", size)
    connections.close_all()
    return killed


def test_killed_at_one_line_in_twelve_the_next_run_makes_it_good() -> None:
    assert killed_everywhere(12) > 8


@pytest.mark.long
def test_killed_at_every_line_the_next_run_makes_it_good() -> None:
    assert killed_everywhere(1) > 100
