"""Models of every room, gathered where Django looks for them."""

from provenance.log.models import Checkpoint, Entry, Tile
from provenance.manifests.models import Manifest, Stamping
from provenance.marks.models import Mark

__all__ = ["Checkpoint", "Entry", "Manifest", "Mark", "Stamping", "Tile"]
