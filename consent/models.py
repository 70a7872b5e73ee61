"""Models of every room, gathered where Django looks for them."""

from consent.accounts.models import Block, Fact, Follow, Notice, Person
from consent.cameos.models import Cameo, Capture, LegalHold, Protected, Template, Thing
from consent.grants.models import Appearance, Grant, PermitCameo, PermitRecord, RuledOut
from consent.receipts.models import Receipt

__all__ = [
    "Appearance",
    "Block",
    "Cameo",
    "Capture",
    "Fact",
    "Follow",
    "Grant",
    "LegalHold",
    "Notice",
    "PermitCameo",
    "PermitRecord",
    "Person",
    "Protected",
    "Receipt",
    "RuledOut",
    "Template",
    "Thing",
]
