"""How Django knows this app."""

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.models.signals import post_migrate


class ProvenanceConfig(AppConfig):
    """The app ``provenance``."""

    name = "provenance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the deployment check and the trigger that keeps entries final."""
        register(refuse_development_keys, Tags.security, deploy=True)
        post_migrate.connect(guard_entries, sender=self)


def refuse_development_keys(**_: object) -> list[CheckMessage]:
    """Report keys that were made here for development; production names its own."""
    from provenance.backends import keys  # noqa: PLC0415 - nothing is loaded for it at start
    from provenance.errors import KeyStoreError  # noqa: PLC0415

    hint = "Set SIGNING_CHAIN, SIGNING_KEY, TRUST_ANCHORS and LOG_KEY to the files that hold yours."
    try:
        is_development = keys.is_development()
    except KeyStoreError as error:
        return [Error(str(error), hint=hint, id="provenance.E002")]
    if not is_development:
        return []
    return [
        Error("Videos would be signed with development keys, which nobody trusts.", hint=hint, id="provenance.E001")
    ]


def guard_entries(*, using: str, **_: object) -> None:
    """Have the database itself refuse changes to the log."""
    from provenance.log.models import GUARD, Entry  # noqa: PLC0415 - models are ready only now

    connection = connections[using]
    if Entry._meta.db_table in connection.introspection.table_names():  # noqa: SLF001 - Django's public "private" API
        with connection.cursor() as cursor:
            for statement in GUARD:
                cursor.execute(statement)
