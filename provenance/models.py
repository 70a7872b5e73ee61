"""Models of every room, gathered where Django looks for them."""

from provenance.log.models import Checkpoint, Cosignature, Entry, StandingPage, Tile
from provenance.manifests.models import Manifest, Stamping
from provenance.marks.models import Mark

__all__ = ["Checkpoint", "Cosignature", "Entry", "Manifest", "Mark", "Stamping", "StandingPage", "Tile"]
