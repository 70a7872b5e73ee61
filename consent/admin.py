"""The app's tables in Django's admin: to look at. What people decide about themselves is not edited by anybody else."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from consent.models import (
    Appearance,
    BirthChange,
    Cameo,
    Descent,
    Evidence,
    Export,
    Fact,
    Grant,
    GuardianConsent,
    Guardianship,
    Invite,
    LegalHold,
    Letter,
    PermitRecord,
    Person,
    Protected,
    Receipt,
    ReceiptSignature,
    Steward,
    Thing,
    Token,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # it takes no type at run time


class Shown(ModelAdmin):
    """Rows to look at: adding, changing and deleting them is done where epochs are bumped and receipts issued."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        """Say no."""
        return False


@admin.register(Person)
class PersonAdmin(ModelAdmin):
    """Who has an account, and who may moderate. Birth dates decide protection, so they are not changed here."""

    list_display = ("handle", "display_name", "country", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("handle", "public_id")
    fields = ("handle", "public_id", "display_name", "country", "joined_at", "is_active", "is_staff", "groups")
    readonly_fields = ("handle", "public_id", "display_name", "country", "joined_at")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Say no: people sign up themselves."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Person | None = None) -> bool:
        """Say no: an account is closed, not deleted under those who appear in its videos."""
        return False


@admin.register(Cameo)
class CameoAdmin(Shown):
    """Cameos and their states; never a template."""

    list_display = ("public_id", "owner", "state", "audience", "epoch", "enrolled_at")
    list_filter = ("state", "audience")


@admin.register(Grant)
class GrantAdmin(Shown):
    """What was given and taken back."""

    list_display = ("public_id", "cameo", "person", "effect", "created_at", "expires_at", "revoked_at")
    list_filter = ("effect",)


@admin.register(PermitRecord)
class PermitAdmin(Shown):
    """Permits, without their handles: a handle is the ticket itself."""

    list_display = ("id", "job", "requester", "expires_at", "spent_at", "subject")
    exclude = ("handle",)


@admin.register(Appearance)
class AppearanceAdmin(Shown):
    """Who is in what."""

    list_display = (
        "public_id",
        "cameo",
        "subject",
        "use",
        "shared",
        "epoch",
        "allowed_until",
        "deleted_at",
        "ended_at",
    )


@admin.register(Receipt)
class ReceiptAdmin(Shown):
    """Receipts, without their words and salts: those are their holders'."""

    list_display = ("public_id", "kind", "person", "entry", "attested_by", "created_at")
    exclude = ("payload", "salt")


@admin.register(ReceiptSignature)
class ReceiptSignatureAdmin(Shown):
    """Which receipts are signed, and where the log says so."""

    list_display = ("receipt", "entry", "sign_count", "signed_at")
    fields = ("receipt", "entry", "sign_count", "signed_at")


@admin.register(Token)
class TokenAdmin(Shown):
    """Tokens and their scopes, without the secret's digest: it opens nothing, and nobody needs it."""

    list_display = ("public_id", "person", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
    exclude = ("secret_sha256",)


@admin.register(Fact)
class FactAdmin(Shown):
    """News on its way."""

    list_display = ("public_id", "kind", "attempts", "created_at", "delivered_at")
    list_filter = ("kind",)


@admin.register(Guardianship)
class GuardianshipAdmin(Shown):
    """Who looks after whom."""

    list_display = ("public_id", "ward", "guardian", "state", "created_at", "confirmed_at", "ended_at")
    list_filter = ("state",)


@admin.register(GuardianConsent)
class GuardianConsentAdmin(Shown):
    """What guardians agreed to, and took back."""

    list_display = ("cameo", "guardian", "given_at", "withdrawn_at")


@admin.register(Evidence)
class EvidenceAdmin(Shown):
    """How evidence was decided; what it says is read on the case's page, where each look is noted."""

    list_display = ("public_id", "person", "state", "created_at", "decided_at")
    list_filter = ("state",)
    exclude = ("words",)


@admin.register(Steward)
class StewardAdmin(Shown):
    """Who acts for whom; the evidence is read on the case's page."""

    list_display = ("public_id", "owner", "steward", "role", "state", "expires_at", "ended_at")
    list_filter = ("role", "state")
    exclude = ("evidence",)


@admin.register(BirthChange)
class BirthChangeAdmin(Shown):
    """Birth dates that somebody wanted corrected; the dates are read on the case's page."""

    list_display = ("public_id", "person", "state", "created_at", "decided_at")
    list_filter = ("state",)
    exclude = ("before", "after", "reason")


@admin.register(Invite)
class InviteAdmin(Shown):
    """Who brought whom."""

    list_display = ("public_id", "inviter", "slot", "redeemed_by", "redeemed_at")
    exclude = ("digest",)


@admin.register(Letter)
class LetterAdmin(Shown):
    """Letters on their way: what is stuck, and how often it was tried."""

    list_display = ("public_id", "kind", "attempts", "due_at", "sent_at", "given_up_at")
    list_filter = ("kind",)
    exclude = ("link",)


@admin.register(Descent)
class DescentAdmin(Shown):
    """What is made from what."""

    list_display = ("subject", "ancestor", "steps")
    search_fields = ("subject", "ancestor")


@admin.register(Export)
class ExportAdmin(Shown):
    """Gatherings of people's own data: how far they are, never what is in them."""

    list_display = ("public_id", "person", "state", "section", "tries", "created_at", "made_at", "expires_at")
    list_filter = ("state",)


@admin.register(LegalHold)
class LegalHoldAdmin(Shown):
    """Orders that delay the destruction of a key; placed and lifted by ``manage.py hold``, which logs it."""

    list_display = ("public_id", "cameo", "reason", "placed_by", "placed_at", "lifted_by", "lifted_at")


@admin.register(Protected)
class ProtectedAdmin(Shown):
    """Who asked for a face to be protected, and how it was proven; decided as a case."""

    list_display = ("public_id", "relation", "asked_by", "state", "created_at", "decided_at", "erased_at")
    list_filter = ("state", "relation")


@admin.register(Thing)
class ThingAdmin(Shown):
    """Animals and objects, without their pictures."""

    list_display = ("public_id", "owner", "kind", "name", "created_at")
    exclude = ("ciphertext",)
