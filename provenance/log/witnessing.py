"""Asking witnesses to cosign the newest checkpoint: C2SP tlog-witness, the log's side.

Witnesses are other people's; that one of them is away, refuses or answers nonsense changes nothing in the log. What
it returns is kept only if it holds.
"""

import functools
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from provenance.backends import witnesses
from provenance.errors import LedgerError, LogFormatError
from provenance.log import cosignature, proofs, tree
from provenance.log.checkpoint import DECIMAL, signed
from provenance.log.cosignature import Witness
from provenance.log.models import Checkpoint, Cosignature
from provenance.log.tlogproof import encoded

SECONDS = 5.0  # how long one witness may take
STALE = 409
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A witness, and the prefix of the address at which it is asked."""

    witness: Witness
    prefix: str


def places() -> list[Place]:
    """Return the witnesses that are configured: ``name+id+key https://prefix``, one after another, with commas.

    Raises:
        LedgerError: one of them is not written so.
    """
    return [place(each) for each in settings.LOG_WITNESSES.split(",") if each.strip()]


def place(written: str) -> Place:
    """Return one witness."""
    key, _, prefix = written.strip().partition(" ")
    try:
        found = Place(cosignature.witness(key), prefix.strip())
    except LogFormatError as error:
        raise LedgerError("LOG_WITNESSES names a witness whose key is not name+id+key.") from error
    if not found.prefix.startswith(("https://", "http://")):
        raise LedgerError("LOG_WITNESSES names a witness without the address at which it is asked.")
    return found


def ask() -> int:
    """Ask every witness that has not cosigned the newest checkpoint; return how many did now."""
    last = proofs.latest()
    if last is None:
        return 0
    done = set(last.cosignatures.values_list("witness", flat=True))
    return sum(ask_one(each, last) for each in places() if each.witness.name not in done)


def ask_one(place: Place, last: Checkpoint) -> bool:
    """Ask one witness, from where it was last; once more from where it says it is."""
    old = known(place.witness)
    for _ in range(2):
        answer = witnesses.submit(place.prefix, request(old, last), seconds=SECONDS)
        status, text = answer or (0, "")
        if status == STALE and DECIMAL.fullmatch(text.strip()) and int(text) <= last.size:
            old = int(text)
            continue
        return status == 200 and keep(text, place.witness, last)  # noqa: PLR2004
    return False


def known(witness: Witness) -> int:
    """Return the largest tree this witness cosigned, as far as we remember."""
    rows = Cosignature.objects.filter(witness=witness.name).order_by("-checkpoint__size")
    return rows.values_list("checkpoint__size", flat=True).first() or 0


def request(old: int, last: Checkpoint) -> bytes:
    """Return the body of ``add-checkpoint``: the old size, the consistency proof, the checkpoint."""
    path = map(encoded, proofs.walked(functools.partial(tree.consistency, old, last.size)))
    return "\n".join([f"old {old}", *path, "", last.note]).encode()


def keep(text: str, witness: Witness, last: Checkpoint) -> bool:
    """Keep the line of an answer that is this witness's and holds; return whether there was one."""
    for line in text.split("\n"):
        try:
            at = cosignature.when(line, signed(last.note), by=witness)
            moment = datetime.fromtimestamp(at, UTC) if at is not None else None
        except (LogFormatError, ValueError, OverflowError, OSError):
            LOGGER.warning("witness.refused", extra={"witness": witness.name, "size": last.size})
            return False
        if moment is not None:
            row = Cosignature(checkpoint=last, witness=witness.name, line=f"{line}\n", cosigned_at=moment)
            Cosignature.objects.bulk_create([row], ignore_conflicts=True)  # two tasks at once keep one
            return True
    return False
