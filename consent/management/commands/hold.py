"""``manage.py hold``: place a legal hold on what somebody enrolled, or lift it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.cameos import holds
from consent.errors import CaptureError
from consent.models import Cameo, LegalHold, Person


class Command(BaseCommand):
    """Delay the destruction of a key by order, or end the delay; logged, and told to the owner."""

    help = "Place a legal hold on a person's enrolled likeness (it delays destruction and allows nothing), or lift it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose likeness, who does it, and by which order."""
        parser.add_argument("handle", help="whose likeness")
        parser.add_argument("--by", required=True, help="the handle of the member of staff who does it")
        parser.add_argument("--reason", default="", help="which order; needed to place a hold")
        parser.add_argument("--lift", action="store_true", help="end the hold instead")

    def handle(self, *_: object, handle: str, by: str, reason: str, lift: bool, **__: Any) -> None:  # noqa: ANN401
        """Do it, or say in one sentence why not."""
        cameo = Cameo.objects.select_related("owner").filter(owner__handle=handle).first()
        staff = Person.objects.filter(handle=by, is_staff=True).first()
        if cameo is None or staff is None:
            raise CommandError("Name somebody who enrolled, and a member of staff.")
        hold = LegalHold.objects.filter(cameo=cameo, lifted_at=None).first()
        if lift == (hold is None):
            raise CommandError(f"@{handle} is {'not' if lift else 'already'} under a legal hold.")
        if hold is not None:
            holds.lift(hold, by=staff)
        else:
            self._place(cameo, staff, reason)
        self.stdout.write(f"@{handle}: {'lifted' if lift else 'held'}.")

    def _place(self, cameo: Cameo, staff: Person, reason: str) -> None:
        try:
            holds.place(cameo, by=staff, reason=reason)
        except CaptureError as surprise:
            raise CommandError(str(surprise)) from surprise
