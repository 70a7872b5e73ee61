"""Models of every room, gathered where Django looks for them."""

from consent.accounts.birthdays import BirthChange
from consent.accounts.export import Export
from consent.accounts.guardianship import Evidence, GuardianConsent, Guardianship
from consent.accounts.invitation import Invite
from consent.accounts.letterbox import Letter, Preference
from consent.accounts.models import Block, Fact, Follow, Notice, Person
from consent.accounts.stewardship import Steward
from consent.accounts.tokens import Token
from consent.cameos.models import Cameo, Capture, LegalHold, Protected, Template, Thing
from consent.grants.descent import Descent
from consent.grants.models import Appearance, Grant, PermitCameo, PermitRecord
from consent.grants.rows import Concentration, Request, Rule
from consent.receipts.models import Receipt, ReceiptSignature

__all__ = [
    "Appearance",
    "BirthChange",
    "Block",
    "Cameo",
    "Capture",
    "Concentration",
    "Descent",
    "Evidence",
    "Export",
    "Fact",
    "Follow",
    "Grant",
    "GuardianConsent",
    "Guardianship",
    "Invite",
    "LegalHold",
    "Letter",
    "Notice",
    "PermitCameo",
    "PermitRecord",
    "Person",
    "Preference",
    "Protected",
    "Receipt",
    "ReceiptSignature",
    "Request",
    "Rule",
    "Steward",
    "Template",
    "Thing",
    "Token",
]
