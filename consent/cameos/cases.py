"""Captures that a person decides: what the moderator sees, and what follows."""

import mimetypes
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from consent.cameos import enrolment, erasure, judgement
from consent.cameos.models import Capture
from safety import cases

KIND: Final = "capture"
REFUSED: Final = "A person looked at your recording and did not accept it."


def register() -> None:
    """Teach safety the kind ``capture``."""
    cases.register(KIND, cases.Handlers(show=show, restrict=restrict, restore=restore, resolved=resolved))


def show(subject: str) -> cases.Shown:
    """Return what is needed to decide: what was asked, what seemed wrong, the recording."""
    capture = Capture.objects.get(public_id=subject)
    asked = f"Asked: {', '.join(capture.challenge['poses'])}; then {capture.challenge['digits']}."
    told = (*capture.reasons, *(f"{words.capitalize()}." for words in judgement.not_checked()))
    media = Path(settings.CAPTURE_HOME) / capture.recording if capture.recording else None
    return cases.Shown("A recording to enrol with", (asked, *told), media, mimetypes.types_map[".mp4"])


def restrict(subject: str) -> None:
    """Do nothing: an undecided capture enrols nobody anyway."""


def restore(subject: str) -> None:
    """Do nothing: see :func:`restrict`."""


def resolved(subject: str, decision: str) -> None:
    """Judge again what was cleared, which then enrols; refuse the rest and delete the recording."""
    held = Capture.objects.filter(public_id=subject, state=Capture.State.UNSURE)
    if decision == "clear":
        held.update(state=Capture.State.JUDGING, attempts=0, leased_until=None)
        capture = Capture.objects.get(public_id=subject)
        transaction.on_commit(lambda: enrolment.send(capture.pk), robust=True)
        return
    held.update(state=Capture.State.SPOOF, reasons=[REFUSED], case="")
    transaction.on_commit(partial(erasure.forget, Capture.objects.get(public_id=subject)))
