"""The app's tables in Django's admin: to look at. What people decide about themselves is not edited by anybody else."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from consent.models import Appearance, Cameo, Fact, Grant, LegalHold, PermitRecord, Person, Protected, Receipt, Thing

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

    list_display = ("public_id", "cameo", "subject", "use", "epoch", "allowed_until", "deleted_at")


@admin.register(Receipt)
class ReceiptAdmin(Shown):
    """Receipts, without their words and salts: those are their holders'."""

    list_display = ("public_id", "kind", "person", "entry", "attested_by", "created_at")
    exclude = ("payload", "salt")


@admin.register(Fact)
class FactAdmin(Shown):
    """News on its way."""

    list_display = ("public_id", "kind", "attempts", "created_at", "delivered_at")
    list_filter = ("kind",)


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
