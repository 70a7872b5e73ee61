"""How Django knows the wiring."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.core.management import call_command
from django.db.models.signals import post_migrate


class WiringConfig(AppConfig):
    """The app ``config``."""

    name = "config"

    def ready(self) -> None:
        """Make our Celery application the one that sends, add our checks, make the cache's table with the others."""
        from config import celery, checks  # noqa: PLC0415 - settings are complete only now

        celery.app.set_default()
        register(checks.production_has_its_own_keys, Tags.security, deploy=True)
        sender = self.apps.get_app_config("sessions") if self.apps else None  # an app with tables, so once
        post_migrate.connect(make_cache_table, sender=sender)


def make_cache_table(using: str = "default", **_: object) -> None:
    """Make the cache's table, which has no migration of its own."""
    call_command("createcachetable", database=using, verbosity=0)
