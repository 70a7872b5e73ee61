"""How the log stands now, every check made anew: signature, tree, growth, witnesses, and how far it is behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from provenance.errors import LogFormatError
from provenance.log import checkpoint, cosignature, growing, ours, proofs
from provenance.log.checkpoint import Head
from provenance.log.cosignature import Witness
from provenance.log.models import Checkpoint, Cosignature, Entry

AGO = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Vouching:
    """A witness, and the largest log that it cosigned (0: none yet), at its own time."""

    witness: Witness
    size: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What is found of the newest checkpoint.

    ``head`` is None where the signature does not hold; ``is_whole``: the tiles lead to the signed root; ``earlier``
    are checkpoints of before, with whether the log begins with each; ``waiting_since``: when the oldest fact was
    written that no checkpoint covers, None where nothing waits.
    """

    last: Checkpoint
    head: Head | None
    is_whole: bool
    earlier: tuple[tuple[Checkpoint, bool], ...]
    vouching: tuple[Vouching, ...]
    waiting_since: datetime | None

    @property
    def holds(self) -> bool:
        """Return whether nothing that was looked at is wrong."""
        return self.head is not None and self.is_whole and all(begins for _, begins in self.earlier)

    @property
    def cosigned(self) -> int:
        """Return how many witnesses cosigned the newest checkpoint itself."""
        return sum(each.size == self.last.size for each in self.vouching)


def look() -> Overview | None:
    """Return how the log stands, or None before the first checkpoint."""
    last = proofs.latest()
    if last is None:
        return None
    return Overview(
        last=last,
        head=signed(last),
        is_whole=growing.begins_with(last.size, bytes(last.root)),
        earlier=tuple((each, growing.is_shown(each, last)) for each in earlier(last)),
        vouching=tuple(map(vouching, ours.witnesses())),
        waiting_since=waiting_since(last.size),
    )


def signed(last: Checkpoint) -> Head | None:
    """Return what a checkpoint says, if it says it of itself and our key signed it."""
    trust = ours.trust()
    try:
        head = checkpoint.read(last.note, origin=trust.origin, public=trust.public) if trust else None
    except LogFormatError:
        return None
    return head if head and (head.size, head.root) == (last.size, bytes(last.root)) else None


def earlier(last: Checkpoint) -> Iterator[Checkpoint]:
    """Yield the first checkpoint, and the last ones of a month, a week and a day before; each once, oldest first."""
    rows = Checkpoint.objects.exclude(size=last.size).order_by("size")
    now = timezone.now()
    found = [rows.first(), *(rows.filter(created_at__lte=now - each).last() for each in reversed(AGO))]
    yield from sorted({each.size: each for each in found if each}.values(), key=lambda each: each.size)


def vouching(witness: Witness) -> Vouching:
    """Return the largest log a witness cosigned, if its line holds."""
    row = (
        Cosignature.objects.filter(witness=witness.name)
        .select_related("checkpoint")
        .order_by("checkpoint__size")
        .last()
    )
    if row is None:
        return Vouching(witness)
    try:
        at = cosignature.when(row.line, checkpoint.signed(row.checkpoint.note), by=witness)
        moment = None if at is None else datetime.fromtimestamp(at, UTC)
    except (LogFormatError, ValueError, OverflowError, OSError):
        return Vouching(witness)
    return Vouching(witness) if moment is None else Vouching(witness, row.checkpoint.size, moment)


def waiting_since(size: int) -> datetime | None:
    """Return when the oldest fact was written that a checkpoint of this size does not cover."""
    unplaced, unsigned = Entry.objects.filter(leaf_index=None), Entry.objects.filter(leaf_index__gte=size)
    found = [rows.aggregate(first=Min("created_at"))["first"] for rows in (unplaced, unsigned)]  # an index for each
    return min(filter(None, found), default=None)
