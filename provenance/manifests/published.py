"""What we hand out so that anybody can check without us: our roots, the log's key, the proof of one seal."""

from django.conf import settings

from provenance.backends import keys
from provenance.log import checkpoint
from provenance.manifests import logproof, record


def anchors() -> str:
    """Return the roots our seals stand under, in PEM; empty before the first seal. Makes nothing."""
    return keys.anchors()


def log_key() -> str:
    """Return the log's name and public key as ``name+id+key``; empty when no log was begun here. Makes nothing."""
    public = keys.log_public()
    return checkpoint.verifier(settings.LOG_ORIGIN, public) if public else ""


def proof(label: str) -> str:
    """Return the proof file of the seal of this label; empty when there is none that holds.

    It opens the entry (digests and opaque ids only): whoever names a label, 128 random bits, holds the file it is in.
    """
    found = record.proof_of(label)
    if found is None:
        return ""
    return logproof.write(logproof.ProofFile(found.index, found.path, found.note, found.salt, found.body))
