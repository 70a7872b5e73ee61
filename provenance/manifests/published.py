"""What we hand out beside the log's own files, so that anybody can check without us: our roots."""

from provenance.backends import keys
from provenance.log import ours


def anchors() -> str:
    """Return the roots our seals stand under, in PEM; empty before the first seal. Makes nothing."""
    return keys.anchors()


def times() -> str:
    """Return the roots of the timestamp authorities we believe, in PEM; empty when there are none."""
    return keys.time_anchors()


def log_key() -> str:
    """Return the log's name and public key as ``name+id+key``; empty when no log was begun here. Makes nothing."""
    return ours.key()
