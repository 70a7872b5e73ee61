"""The log's proof of a video's seal, found by the label that its own file bears."""

from provenance.log import proofs
from provenance.log.models import Entry
from provenance.log.proofs import Proof
from provenance.manifests.models import Manifest


def sealing(label: str) -> Proof | None:
    """Return the proof of the entry that logged a seal; None while it is pending, or for an unknown label."""
    entry = Manifest.objects.filter(label=label).values_list("entry", flat=True).first()
    return None if entry is None else proofs.prove(entry)


def place(index: int) -> Proof | None:
    """Return the proof of the entry at a place in the log; None where nothing signed is."""
    entry = Entry.objects.filter(leaf_index=index).values_list("pk", flat=True).first()
    return None if entry is None else proofs.prove(entry)
