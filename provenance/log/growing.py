"""That the log only grew: between two days, between two sizes, and since a checkpoint that somebody kept."""

from datetime import UTC, date, datetime, time, timedelta

from provenance.errors import LedgerError, LogFormatError
from provenance.log import growthproof, ours, proofs, sequencer
from provenance.log.models import Checkpoint
from provenance.log.proofs import Growth


def between_days(start: date, end: date) -> Growth | None:
    """Return the proof that nothing was changed from the beginning of one day to the end of another, in UTC.

    The first day stands for the last checkpoint signed before it, or the first of all where the log began on or after
    it; the other for the last one signed by its end. None when nothing was signed by then.

    Raises:
        LedgerError: both were signed, and the log cannot show the one to be the beginning of the other.
    """
    new = Checkpoint.objects.filter(created_at__lt=midnight(end + timedelta(days=1))).order_by("size").last()
    if new is None:
        return None
    rows = Checkpoint.objects.order_by("size")
    old = rows.filter(created_at__lt=midnight(start)).last() or rows.first() or new
    return between_sizes(old.size, new.size)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def between_sizes(old: int, new: int) -> Growth | None:
    """Return the proof between two signed sizes; None unless both were signed, in this order.

    Raises:
        LedgerError: both were signed, and the log cannot show the one to be the beginning of the other.
    """
    try:
        found = proofs.grew(old, new)
    except ValueError as error:
        raise LedgerError(UNSHOWN) from error
    if found is not None and not holds(found):
        raise LedgerError(UNSHOWN)
    return found


UNSHOWN = "The log cannot show that the later checkpoint begins with the earlier one; do not rely on it."


def holds(found: Growth) -> bool:
    """Return whether the proof leads from one signature of our key to the other, checked as a stranger would."""
    trust = ours.trust()
    if trust is None:
        return False
    try:
        growthproof.verify(growthproof.read(file(found)), trust=trust)
    except LogFormatError:
        return False
    return True


def file(found: Growth) -> str:
    """Return the proof as a file that anybody checks offline (see :mod:`provenance.log.growthproof`)."""
    return growthproof.write(proofs.note(found.old), proofs.note(found.new), found.path)


def is_shown(old: Checkpoint, new: Checkpoint) -> bool:
    """Return whether the log can show that one checkpoint begins with the other."""
    try:
        return between_sizes(old.size, new.size) is not None
    except LedgerError:
        return False


def begins_with(size: int, root: bytes) -> bool:
    """Return whether the log shown now begins with a log of this size and root: False is proof of two logs."""
    last = proofs.latest()
    if last is None or not 0 <= size <= last.size:
        return False
    try:
        return sequencer.root(size) == root
    except ValueError:  # tiles are short
        return False
