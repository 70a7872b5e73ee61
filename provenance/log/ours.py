"""By what our own log is believed: its name, its key, the witnesses it asks."""

from django.conf import settings

from provenance.backends import keys
from provenance.errors import LedgerError
from provenance.log import checkpoint, witnessing
from provenance.log.cosignature import Witness
from provenance.log.tlogproof import Trust


def trust() -> Trust | None:
    """Return whom a reader of our log believes; None before the log has a key. No cosignature is demanded."""
    public = keys.log_public()
    return None if public is None else Trust(settings.LOG_ORIGIN, public, witnesses())


def key() -> str:
    """Return the log's key as others take it (``name+id+key``, C2SP signed-note); empty before it has one."""
    public = keys.log_public()
    return "" if public is None else checkpoint.verifier(settings.LOG_ORIGIN, public)


def witnesses() -> list[Witness]:
    """Return the witnesses that are asked; none where the setting cannot be read, which the log's own task says."""
    try:
        return [each.witness for each in witnessing.places()]
    except LedgerError:
        return []
