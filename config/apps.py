"""How Django knows the wiring: it makes our Celery application the one every thread sends with."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The app ``config``."""

    name = "config"

    def ready(self) -> None:
        """Load the Celery application and the deployment checks."""
        from config import celery, checks

        celery.app.set_default()
        assert checks.production_has_its_own_keys
