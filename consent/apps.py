"""How Django knows this app."""

from django.apps import AppConfig
from django.core import checks


class ConsentConfig(AppConfig):
    """The app ``consent``."""

    name = "consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Teach safety what we ask of it; say how changes are proved and what we hold of a person."""
        from consent.accounts import cases as people  # noqa: PLC0415 - models are not loaded before this
        from consent.accounts import proof  # noqa: PLC0415
        from consent.cameos import cases, configured, registry  # noqa: PLC0415
        from consent.grants import belongings, concentration  # noqa: PLC0415
        from consent.receipts.together import prove  # noqa: PLC0415

        cases.register()
        checks.register(configured.check)
        registry.register()
        concentration.register()
        people.register()
        proof.register(prove)
        belongings.register()
