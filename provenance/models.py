"""Models of every room, gathered where Django looks for them."""

from provenance.log.models import Checkpoint, Cosignature, Entry, StandingPage, Tile
from provenance.manifests.models import Manifest, Stamping
from provenance.marks.models import Disclosed, Fingerprint, Mark, SoundFingerprint

__all__ = [
    "Checkpoint",
    "Cosignature",
    "Disclosed",
    "Entry",
    "Fingerprint",
    "Manifest",
    "Mark",
    "SoundFingerprint",
    "Stamping",
    "StandingPage",
    "Tile",
]
