"""How Django knows this app."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The app ``consent``."""

    name = "consent"
    default_auto_field = "django.db.models.BigAutoField"
