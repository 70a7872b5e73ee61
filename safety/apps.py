"""How Django knows this app."""

from django.apps import AppConfig
from django.core import checks


class SafetyConfig(AppConfig):
    """The app ``safety``."""

    name = "safety"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what an operator may set looked at before anything starts, and teach the desk our own kinds of case."""
        from safety.policies import configured  # noqa: PLC0415 - settings are read first
        from safety.review import preserved, probing  # noqa: PLC0415 - models must be ready

        checks.register(configured.check)
        checks.register(configured.candidate)
        checks.register(configured.monitor)
        probing.register()
        preserved.register()
