"""Models of every room, gathered where Django looks for them."""

from consent.accounts.models import Block, Fact, Follow, Notice, Person
from consent.cameos.models import Cameo, Capture, Template

__all__ = [
    "Block",
    "Cameo",
    "Capture",
    "Fact",
    "Follow",
    "Notice",
    "Person",
    "Template",
]
