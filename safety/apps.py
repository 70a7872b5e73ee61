"""How Django knows this app."""

from django.apps import AppConfig
from django.core import checks


class SafetyConfig(AppConfig):
    """The app ``safety``."""

    name = "safety"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what an operator may set looked at before anything starts."""
        from safety.policies import configured  # noqa: PLC0415 - settings are read first

        checks.register(configured.check)
        checks.register(configured.candidate)
