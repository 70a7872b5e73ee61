"""How Django knows this app."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """The app ``generation``."""

    name = "generation"
    default_auto_field = "django.db.models.BigAutoField"
