"""The app's tables in Django's admin: to look at. What moves a job or a clip is the road, never a form."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from generation.models import Availability, Clip, Draft, Job, Render

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # it takes no type at run time


class Shown(ModelAdmin):
    """Rows to look at; prompts are shown only in a row of its own, not in lists."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        """Say no."""
        return False


@admin.register(Job)
class JobAdmin(Shown):
    """Where each job is, and who works on it."""

    list_display = ("public_id", "state", "stage", "attempts", "lease_until", "submitted_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("public_id",)


@admin.register(Render)
class RenderAdmin(Shown):
    """Every attempt, with the tickets it was given."""

    list_display = ("public_id", "job", "number", "state", "engine", "started_at", "ended_at")
    list_filter = ("state", "engine")
    search_fields = ("public_id", "job__public_id", "stream_digest")


@admin.register(Clip)
class ClipAdmin(Shown):
    """What was released, and whether it still is."""

    list_display = ("public_id", "state", "visibility", "released_at", "ended_at")
    list_filter = ("state", "visibility")
    search_fields = ("public_id", "manifest__label")


@admin.register(Draft)
class DraftAdmin(Shown):
    """What was asked for."""

    list_display = ("public_id", "model", "style", "width", "height", "seconds", "created_at")
    search_fields = ("public_id", "digest")


@admin.register(Availability)
class AvailabilityAdmin(Shown):
    """Which video models the worker can run."""

    list_display = ("engine", "missing", "checked_at")
