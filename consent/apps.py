"""How Django knows this app."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The app ``consent``."""

    name = "consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Teach safety what a capture is, and what a face to be protected."""
        from consent.cameos import cases, registry  # noqa: PLC0415 - models are not loaded before this

        cases.register()
        registry.register()
