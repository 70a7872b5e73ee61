"""How Django knows this app."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """The app ``safety``."""

    name = "safety"
    default_auto_field = "django.db.models.BigAutoField"
