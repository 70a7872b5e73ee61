"""Opening a capture, taking its recording, and the rules of trying again.

A challenge is made by the server, for one person, for two minutes, for one recording. The recording is
written to a private folder as it arrives and goes to ``consent.tasks.judge``; the row is the truth, the
message only a hint: a lost one is sent again by :func:`sweep`.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from celery import current_app
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consent.cameos import challenge
from consent.cameos.models import Cameo, Capture

TASK: Final = "consent.tasks.judge"
OPEN_FOR: Final = timedelta(minutes=2)
FAILURES: Final = 5
WITHIN: Final = timedelta(minutes=3)
HEAVIEST: Final = 48 * 2**20  # bytes; twenty seconds of a webcam are 6 MB
WAITED: Final = timedelta(seconds=30)  # after which a message counts as lost


@dataclass(frozen=True, slots=True)
class Declined:
    """No, not so: the machine's word, the sentence, what to do."""

    code: str
    sentence: str
    advice: str


FROZEN = Declined("frozen", "Your likeness is frozen while a case is open.", "Wait for the decision.")
TOO_OFTEN = Declined("too_often", "That did not work five times in a row.", "Wait three minutes, then try again.")
GONE = Declined("expired", "This challenge has expired or was already answered.", "Start again to get a new one.")
HEAVY = Declined("too_large", "This recording is larger than the 48 MB we take.", "Record again, only the challenge.")
EMPTY = Declined("empty", "No recording arrived.", "Record again and send it once more.")


def begin(person: AbstractBaseUser) -> Capture | Declined:
    """Open a capture with a fresh challenge; earlier open ones of this person expire."""
    now = timezone.now()
    mine = Capture.objects.filter(person_id=person.pk)
    if Cameo.objects.filter(owner_id=person.pk, state=Cameo.State.FROZEN).exists():
        return FROZEN
    if mine.filter(state=Capture.State.SPOOF, judged_at__gt=now - WITHIN).count() >= FAILURES:
        return TOO_OFTEN
    mine.filter(state=Capture.State.OPEN).update(state=Capture.State.EXPIRED)
    return Capture.objects.create(person_id=person.pk, challenge=challenge.make().told(), expires_at=now + OPEN_FOR)


def find(public_id: str, *, person: AbstractBaseUser) -> Capture | None:
    """Return this person's capture as it stands now, or None: other people's do not exist."""
    capture = Capture.objects.filter(public_id=public_id, person_id=person.pk).first()
    if capture and capture.state == Capture.State.OPEN and capture.expires_at <= timezone.now():
        Capture.objects.filter(pk=capture.pk, state=Capture.State.OPEN).update(state=Capture.State.EXPIRED)
        capture.refresh_from_db()
    return capture


def receive(capture: Capture, *, chunks: Iterable[bytes]) -> Declined | None:
    """Take the one recording of an open capture and send it to be judged; None means it was taken.

    Written as it arrives, mode 0600, never more than :data:`HEAVIEST`; refused bytes are removed at once.
    """
    if capture.state != Capture.State.OPEN or capture.expires_at <= timezone.now():
        return GONE
    path = home() / secrets.token_hex(16)
    try:
        written, digest = _written(path, chunks)
        declined = HEAVY if written > HEAVIEST else EMPTY if not written else None
        declined = declined or _taken(capture, name=path.name, digest=digest)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if declined:
        path.unlink(missing_ok=True)
    return declined


def send(capture: int) -> None:
    """Ask the ml worker to judge a capture (its primary key); sending twice does no harm."""
    current_app.send_task(TASK, [capture], queue="ml", retry=False, ignore_result=True)


def sweep() -> int:
    """Expire what nobody answered, and send again what waits for judgement; return how many were sent."""
    now = timezone.now()
    Capture.objects.filter(state=Capture.State.OPEN, expires_at__lte=now).update(state=Capture.State.EXPIRED)
    free = Q(leased_until__isnull=True, received_at__lt=now - WAITED) | Q(leased_until__lt=now)
    waiting = list(Capture.objects.filter(free, state=Capture.State.JUDGING).values_list("pk", flat=True))
    for capture in waiting:
        send(capture)
    return len(waiting)


def home() -> Path:
    """Return the private folder that recordings lie in until they are judged."""
    folder = Path(settings.CAPTURE_HOME)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _written(path: Path, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Write chunks to a new private file; stop one chunk past the limit. Return bytes written and SHA-256."""
    written, digest = 0, hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > HEAVIEST:
                break
            digest.update(chunk)
            file.write(chunk)
    return written, digest.hexdigest()


def _taken(capture: Capture, *, name: str, digest: str) -> Declined | None:
    """Move the capture from open to judging by compare-and-set: one recording, however often it is sent."""
    now = timezone.now()
    with transaction.atomic():
        is_first = Capture.objects.filter(pk=capture.pk, state=Capture.State.OPEN, expires_at__gt=now).update(
            state=Capture.State.JUDGING, recording=name, recording_sha256=digest, received_at=now
        )
        if is_first:
            transaction.on_commit(partial(send, capture.pk), robust=True)
    return None if is_first else GONE
