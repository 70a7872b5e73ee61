"""What ``manage.py check --deploy`` refuses beyond Django's own list."""

from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error


def production_has_its_own_keys(**_: object) -> list[CheckMessage]:
    """Refuse keys that were made for development: at first run, in the folder of the checkout."""
    found: list[CheckMessage] = []
    if not settings.PRODUCTION:
        found.append(
            Error(
                "This is a development configuration.",
                hint="Set COUNTENANCE_ENV=production; it needs SECRET_KEY, KEY_HOME, ALLOWED_HOSTS and DATABASE_URL.",
                id="countenance.E001",
            )
        )
    if settings.SECRET_KEY_IS_DEVELOPMENT:
        found.append(
            Error(
                "The secret key was made at first run.",
                hint="Set SECRET_KEY or SECRET_KEY_FILE to one of your own.",
                id="countenance.E002",
            )
        )
    if inside(settings.KEY_HOME, settings.ROOT):
        found.append(
            Error(
                "The signing keys lie inside the checkout.",
                hint="Set KEY_HOME to a folder that only the service may read, outside the code and its backups.",
                id="countenance.E003",
            )
        )
    return found


def inside(path: Path, folder: Path) -> bool:
    """Return whether a path lies in a folder, or would."""
    return path.absolute().is_relative_to(folder.absolute())
