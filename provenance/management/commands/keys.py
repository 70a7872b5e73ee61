"""``manage.py keys [show|rotate] [--json]``: what our proofs rest on, how long it lasts, and the next leaf."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from provenance.errors import KeyStoreError
from provenance.manifests import expiry, signing
from provenance.manifests.expiry import Level, Term


class Command(BaseCommand):
    """Show keys and certificates with the days they have left; exit status 1 while one needs somebody within 7 days."""

    help = "Show how long keys and certificates last, or issue the next leaves now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("action", choices=["show", "rotate"], nargs="?", default="show")
        parser.add_argument("--json", action="store_true", dest="as_json", help="as JSON")

    def handle(self, *_: object, action: str, as_json: bool, **__: object) -> None:
        """Do it."""
        try:
            if action == "rotate":
                signing.rotate(is_forced=True)
            found = expiry.terms()
        except KeyStoreError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(expiry.account(), indent=2))
        else:
            self.tell(found, expiry.waiting())
        if any(each.level >= Level.URGENT for each in found):
            raise SystemExit(1)

    def tell(self, found: list[Term], waiting: int | None) -> None:
        """Write a line for each, and one for the seals that wait."""
        for each in found or [Term("nothing", "no key was made here yet", None, 0, Level.FINE)]:
            end = f"until {each.ends_at:%Y-%m-%d %H:%M} UTC, {each.days:.1f} days" if each.ends_at else ""
            age = f"{each.days:.0f} days old" if not each.ends_at and not each.level else ""
            words = [each.what, each.name, end or age, "" if not each.level else each.level.name, each.advice]
            self.stdout.write("  ".join(word for word in words if word))
        if waiting:
            self.stdout.write(f"{waiting} seals wait for a timestamp")
