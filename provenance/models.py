"""Models of every room, gathered where Django looks for them."""

from provenance.log.models import Checkpoint, Entry, Tile
from provenance.manifests.models import Manifest
from provenance.marks.models import Disclosed, Fingerprint, Mark, SoundFingerprint

__all__ = ["Checkpoint", "Disclosed", "Entry", "Fingerprint", "Manifest", "Mark", "SoundFingerprint", "Tile"]
