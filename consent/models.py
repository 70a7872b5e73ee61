"""Models of every room, gathered where Django looks for them."""

from consent.cameos.models import Cameo, Capture, Template

__all__ = [
    "Cameo",
    "Capture",
    "Template",
]
