#!/usr/bin/env python
"""Django's command line, with the embedded database and broker found or started first."""

import os
import sys

from config import broker, errors, postgres
from config.home import HOME

# These need no database, or say themselves what they do without one.
ALONE = {"", "help", "--help", "-h", "--version", "version", "check", "models", "verify", "services"}


def prepare() -> None:
    """Find or start PostgreSQL and the broker, or end with one sentence."""
    try:
        os.environ.setdefault("DATABASE_URL", postgres.ensure(HOME))
        broker.ensure(HOME, os.environ["DATABASE_URL"])
    except errors.SetupError as error:
        sys.exit(f"countenance: {error}")


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if (sys.argv[1] if len(sys.argv) > 1 else "") not in ALONE:
        prepare()
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - only now is there an environment
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"countenance: {error}")


if __name__ == "__main__":
    main()
