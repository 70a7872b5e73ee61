"""Opening a capture, taking its recording, and the rules of trying again.

A challenge is made by the server, for one person in one browser, for two minutes, for one recording. The recording is
written to a private folder as it arrives and goes to ``consent.tasks.judge``; the row is the truth, the
message only a hint: a lost one is sent again by :func:`sweep`.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consent.accounts import guardians
from consent.accounts.models import Person
from consent.cameos import agreement, challenge, keeping, trying
from consent.cameos.models import Cameo, Capture, LegalHold, Protected, Thing

TASK: Final = "consent.tasks.judge"
OPEN_FOR: Final = timedelta(minutes=2)
HEAVIEST: Final = 48 * 2**20  # bytes; forty seconds of a webcam are 12 MB
THING: Final = "thing"  # the path of a capture that asks for nobody
THING_SECONDS: Final = 30
PROTECTED: Final = "protected"  # the path of a capture that asks for a face to be left alone
PROOF: Final = 500  # characters
WAITED: Final = timedelta(seconds=30)  # after which a message counts as lost


@dataclass(frozen=True, slots=True)
class Declined:
    """No, not so: the machine's word, the sentence, what to do."""

    code: str
    sentence: str
    advice: str


HELD = Declined("held", "A legal order holds what you enrolled before.", "You can enrol again when it has ended.")
FROZEN = Declined("frozen", "Your likeness is frozen while a case is open.", "Wait for the decision.")
WAITING = Declined(
    "waiting", "A person is still to look at your earlier recordings.", "You will be told when they have decided."
)
CHANGED = Declined("agreement_changed", "The text you agreed to has changed.", "Read it again, then agree to it.")
ELSEWHERE = Declined("other_browser", "This challenge was given to another browser.", "Start again in this one.")
NAMED = Declined("name_taken", "You have something of this name already.", "Choose another name.")
STAFF = Declined(
    "staff", "Whoever works here cannot put a face on the registry.", "The person, or who represents them, asks."
)
UNPROVEN = Declined("proof", "It is not said what proves that you may ask.", "Say it in at most 500 characters.")
UNGUARDED = Declined(
    "guardian_needed",
    "Until you are 18, a guardian has to look after you here before you enrol.",
    "Ask a parent on the page Family, then come back.",
)
GONE = Declined("expired", "This challenge has expired or was already answered.", "Start again to get a new one.")
HEAVY = Declined("too_large", "This recording is larger than the 48 MB we take.", "Record again, only the challenge.")
EMPTY = Declined("empty", "No recording arrived.", "Record again and send it once more.")


def begin(
    person: AbstractBaseUser, *, browser: str, path: challenge.Path = "standard", agreed: str = agreement.VERSION
) -> Capture | Declined:
    """Agree and open a capture with a fresh challenge for this browser; earlier open ones of this person expire.

    ``browser`` is what :func:`browser_of` gives for the session; ``path`` is chosen before there is a challenge;
    ``agreed`` is the version of the agreement that the person was shown.
    """
    if agreed != agreement.VERSION:
        return CHANGED
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=person.pk)  # one attempt at a time
        return _declined(person.pk) or _opened(person.pk, browser=browser, asked=challenge.make(path).told())


def begin_thing(person: AbstractBaseUser, *, browser: str, kind: Thing.Kind, name: str) -> Capture | Declined:
    """Open a capture of an animal or an object: nothing is asked but a clip without people in it."""
    if Thing.objects.filter(owner_id=person.pk, name=name).exists():
        return NAMED
    asked = {"path": THING, "kind": kind.value, "name": name, "poses": [], "digits": "", "max_seconds": THING_SECONDS}
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=person.pk)
        left = trying.pause(person.pk)
        return too_often(left) if left > timedelta(0) else _opened(person.pk, browser=browser, asked=asked)


def begin_protection(
    person: AbstractBaseUser, *, browser: str, relation: Protected.Relation, proof: str, agreed: str
) -> Capture | Declined:
    """Agree and open a capture whose recording is a picture of the face that nobody shall enrol (``registry``)."""
    if agreed != agreement.VERSION:
        return CHANGED
    if getattr(person, "is_staff", False):
        return STAFF
    proof = proof.strip()
    if not proof or len(proof) > PROOF:
        return UNPROVEN
    asked = {"path": PROTECTED, "relation": relation.value, "proof": proof, "poses": [], "digits": "", "max_seconds": 0}
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=person.pk)
        left = trying.pause(person.pk)
        if left > timedelta(0):
            return too_often(left)
        return WAITING if trying.is_waiting(person.pk) else _opened(person.pk, browser=browser, asked=asked)


def browser_of(session_key: str | None) -> str:
    """Return what stands for a browser's session in the row: a digest, so that the row cannot be signed in with."""
    return hashlib.sha256(f"capture\0{session_key or secrets.token_hex()}".encode()).hexdigest()


def _declined(person: int) -> Declined | None:
    if Cameo.objects.filter(owner_id=person, state=Cameo.State.FROZEN).exists():
        return FROZEN
    if unguarded(person):
        return UNGUARDED
    if LegalHold.objects.filter(cameo__owner_id=person, lifted_at=None).exists():
        return HELD
    if trying.is_waiting(person):
        return WAITING
    left = trying.pause(person)
    return too_often(left) if left > timedelta(0) else None


def unguarded(person: int) -> bool:
    """Return whether a person (primary key) is under 18 and nobody looks after them."""
    who = Person.objects.get(pk=person)
    return guardians.is_teen(who) and guardians.guardian(who) is None


def too_often(left: timedelta) -> Declined:
    """Return the no that says how long the pause still is."""
    minutes = -(-left // timedelta(minutes=1))
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return Declined("too_often", "That did not work several times in a row.", f"Wait {wait}, then try again.")


def _opened(person: int, *, browser: str, asked: dict[str, Any]) -> Capture:
    Capture.objects.filter(person_id=person, state=Capture.State.OPEN).update(state=Capture.State.EXPIRED)
    return Capture.objects.create(
        person_id=person,
        browser=browser,
        agreement=agreement.VERSION,
        agreement_sha256=agreement.digest(days=keeping.strictest().days),
        challenge=asked,
        expires_at=timezone.now() + OPEN_FOR,
    )


def find(public_id: str, *, person: AbstractBaseUser) -> Capture | None:
    """Return this person's capture as it stands now, or None: other people's do not exist."""
    capture = Capture.objects.filter(public_id=public_id, person_id=person.pk).first()
    if capture and capture.state == Capture.State.OPEN and capture.expires_at <= timezone.now():
        Capture.objects.filter(pk=capture.pk, state=Capture.State.OPEN).update(state=Capture.State.EXPIRED)
        capture.refresh_from_db()
    return capture


def receive(capture: Capture, *, chunks: Iterable[bytes], browser: str) -> Declined | None:
    """Take the one recording of an open capture, from the browser it was opened in; None means it was taken.

    Written as it arrives, mode 0600, never more than :data:`HEAVIEST`; refused bytes are removed at once.
    """
    if capture.state != Capture.State.OPEN or capture.expires_at <= timezone.now():
        return GONE
    if not secrets.compare_digest(capture.browser, browser):
        return ELSEWHERE
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
            transaction.on_commit(lambda: send(capture.pk), robust=True)  # a partial has no name for Django's log
    return None if is_first else GONE
