"""The app's tables in Django's admin: to read, never to write, because each is written by its own room."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from safety.models import Case, Decision, Event, Screening

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin  # it takes no type at run time


class ReadOnly(Base):
    """Rows may be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - as above
        """Return False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - as above
        """Return False."""
        return False


@admin.register(Screening)
class ScreeningAdmin(ReadOnly):
    """What screening said."""

    list_display = ("created_at", "kind", "verdict", "policy", "likeness", "redeemed_at")
    list_filter = ("kind", "verdict", "policy")


@admin.register(Case)
class CaseAdmin(ReadOnly):
    """Cases; they are decided on their own page."""

    list_display = ("opened_at", "kind", "policy", "state")
    list_filter = ("kind", "state")


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    """How cases were decided."""

    list_display = ("decided_at", "decision", "by")


@admin.register(Event)
class EventAdmin(ReadOnly):
    """Who looked, and what happened."""

    list_display = ("happened_at", "kind", "by")
