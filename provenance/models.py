"""Models of every room, gathered where Django looks for them."""

from provenance.log.models import Checkpoint, Entry, Tile
from provenance.manifests.models import Manifest
from provenance.marks.models import Mark

__all__ = ["Checkpoint", "Entry", "Manifest", "Mark", "Tile"]
