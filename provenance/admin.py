"""The app's tables in Django's admin: to look at, never to change."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from provenance.models import Checkpoint, Entry, Manifest, Stamping

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin  # it takes no type at run time


class ReadOnly(Base):
    """Records of proof are looked at here; the rooms alone write them."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Refuse."""
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """What was logged."""

    list_display = ("id", "leaf_index", "kind", "created_at")
    list_filter = ("kind",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnly):
    """What was signed."""

    list_display = ("size", "created_at")


@admin.register(Manifest)
class ManifestAdmin(ReadOnly):
    """What was sealed."""

    list_display = ("label", "render", "sealed_at", "withdrawn_entry")
    search_fields = ("label", "render", "file_sha256")


@admin.register(Stamping)
class StampingAdmin(ReadOnly):
    """What waits, or waited, for a timestamp."""

    list_display = ("manifest", "tries", "queued_at", "next_at", "done_at")
