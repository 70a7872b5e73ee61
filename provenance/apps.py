"""How Django knows this app."""

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's own name
from django.db import connections
from django.db.models.signals import post_migrate


class ProvenanceConfig(AppConfig):
    """The app ``provenance``."""

    name = "provenance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the deployment check and the trigger that keeps entries final."""
        register(refuse_development_keys, Tags.security, deploy=True)
        register(warn_of_ends, Tags.security, deploy=True)
        register(refuse_half_a_clock, Tags.security)
        post_migrate.connect(guard_entries, sender=self)


def refuse_development_keys(**_: object) -> list[CheckMessage]:
    """Report keys that were made here for development; production names its own."""
    from provenance.backends import keys  # noqa: PLC0415 - nothing is loaded for it at start
    from provenance.errors import KeyStoreError  # noqa: PLC0415

    hint = (
        "Set SIGNING_CHAIN and SIGNING_KEY, or SIGNING_AUTHORITY; TRUST_ANCHORS and LOG_KEY; to files that hold yours."
    )
    try:
        is_development = keys.is_development()
        if not is_development:
            keys.signing()
    except KeyStoreError as error:
        return [Error(str(error), hint=hint, id="provenance.E002")]
    if not is_development:
        return []
    return [
        Error("Videos would be signed with development keys, which nobody trusts.", hint=hint, id="provenance.E001")
    ]


def refuse_half_a_clock(**_: object) -> list[CheckMessage]:
    """Report a timestamp authority whose answers nobody could believe, or an address that is none."""
    from django.conf import settings  # noqa: PLC0415 - as above

    if settings.TIMESTAMP_URL and not settings.TIMESTAMP_URL.startswith(("http://", "https://")):
        return [Error("TIMESTAMP_URL is not an http or https address.", id="provenance.E003")]
    if settings.TIMESTAMP_URL and not settings.TIMESTAMP_ANCHORS:
        hint = "Set TIMESTAMP_ANCHORS to a file with the authority's root in PEM."
        return [
            Error("TIMESTAMP_URL is set, but no root that its timestamps stand under.", hint=hint, id="provenance.E004")
        ]
    return []


def warn_of_ends(**_: object) -> list[CheckMessage]:
    """Report keys and certificates that end within 30 days."""
    from provenance.errors import KeyStoreError  # noqa: PLC0415 - as above
    from provenance.manifests import expiry  # noqa: PLC0415 - as above

    try:
        found = expiry.alarming(expiry.terms())
    except KeyStoreError as error:
        return [Error(str(error), id="provenance.E002")]
    return [
        Warning(f"The {each.what} {each.name} has {each.days:.0f} days left.", hint=each.advice, id="provenance.W001")
        for each in found
    ]


def guard_entries(*, using: str, **_: object) -> None:
    """Have the database itself refuse changes to the log."""
    from provenance.log.models import GUARD, Entry  # noqa: PLC0415 - models are ready only now

    connection = connections[using]
    if Entry._meta.db_table in connection.introspection.table_names():  # noqa: SLF001 - Django's public "private" API
        with connection.cursor() as cursor:
            for statement in GUARD:
                cursor.execute(statement)
