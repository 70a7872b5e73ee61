"""How Django knows this app."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """The app ``generation``."""

    name = "generation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Teach safety our subjects, tell consent what we hold of people, and listen to it."""
        from generation import receivers  # noqa: PLC0415 - models exist only now
        from generation.feed import belongings, subjects  # noqa: PLC0415 - as above
        from generation.pipeline import held  # noqa: PLC0415 - as above
        from generation.studio import looking  # noqa: PLC0415 - as above

        subjects.register()
        belongings.register()
        held.register()
        looking.register()
        receivers.connect()
