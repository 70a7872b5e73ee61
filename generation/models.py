"""Models of every room, gathered where Django looks for them."""

from generation.feed.models import Clip, Link
from generation.pipeline.models import Job, Render
from generation.studio.models import Availability, Casting, Draft, Reference

__all__ = ["Availability", "Casting", "Clip", "Draft", "Job", "Link", "Reference", "Render"]
