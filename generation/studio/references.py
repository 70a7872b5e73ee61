"""Files that videos are made from: taken in, held against their digest, bound to one draft, and let go.

The bytes lie in a private folder, never under a URL. Who and what is in them is ``looking``'s to find out.
"""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError
from numpy.typing import NDArray
from PIL import Image

from generation.errors import DraftError, HeavyError, NoFileError, NoTakerError, QuotaError, StrangerError
from generation.studio.models import Availability, Draft, Reference
from safety import screen
from safety.clearance import Clearance, Kind

HEAVIEST: Final = 20 * 2**20  # bytes
UNUSED: Final = timedelta(days=1)  # a file that no draft named, or whose video came to nothing, is kept for so long
OVERLOOKED: Final = timedelta(seconds=60)  # a file that waits for so long has perhaps lost its message
STRAY: Final = 3600.0  # seconds after which a file that no row names is removed
TASK: Final = "generation.tasks.look"
State = Reference.State

NOT_NOW: Final = {
    State.CHECKING: "Your file is still being looked at: wait a moment, then make the video.",
    State.HELD: "A person is looking at your file: wait for their answer.",
    State.GONE: "Your file is not kept any more: send it again.",
}


def takers(kind: str) -> list[str]:
    """Return the video models that can run now and make something from this kind of file."""
    can = Availability.objects.filter(missing="", engine__in=settings.VIDEO_ENGINES).order_by("engine")
    return [one.engine for one in can if kind in one.takes]


def receive(chunks: Iterable[bytes], *, kind: str, maker: int) -> Reference:
    """Take a file in and send it to be looked at; nothing is written where no model could use it.

    Raises NoTakerError, QuotaError, NoFileError or HeavyError, each with one sentence; nothing is kept then.
    """
    if not takers(kind):
        raise NoTakerError
    if Reference.objects.filter(maker_id=maker, state__in=Reference.KEPT).count() >= settings.REFERENCES_MAX:
        raise QuotaError("You have as many files here as one person may have; use or remove one first.")
    name = secrets.token_hex(16)
    try:
        write(home() / name, chunks)
        with transaction.atomic():
            made = Reference.objects.create(maker_id=maker, kind=kind, file=name)
            enqueue(made.pk)
    except BaseException:
        (home() / name).unlink(missing_ok=True)
        raise
    return made


def write(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a new private file (0600), never much more than may be taken; return its SHA-256 in hex."""
    written, digest = 0, hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > HEAVIEST:
                raise HeavyError
            digest.update(chunk)
            file.write(chunk)
    if not written:
        raise NoFileError
    return digest.hexdigest()


def home() -> Path:
    """Return the private folder of references."""
    folder = Path(settings.REFERENCE_HOME)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def chosen(wanted: Sequence[str], *, maker: int, model: str, cast: Collection[int]) -> Reference | None:
    """Return the one reference that a draft names, locked and fit for it; DraftError with one sentence otherwise.

    Everybody in it has to be cast (``cast``: primary keys), so that the permit for the draft asks them all.
    """
    if not wanted:
        return None
    if len(wanted) > 1:
        raise DraftError("Make a video from one file at most.")
    found = Reference.objects.select_for_update(of=("self",)).select_related("clearance")
    one = found.filter(public_id=wanted[0], maker_id=maker).first()
    if one is None:
        raise DraftError("There is no such file of yours.")
    if one.state != State.READY or one.draft_id is not None:
        raise DraftError(unfit(one))
    if model not in takers(one.kind):
        raise DraftError(f"The model {model} makes nothing from a file of this kind ({one.kind}).")
    if not set(one.people) <= set(cast):
        raise StrangerError
    return one


def ready(maker: int) -> list[str]:
    """Return the ids of the files that this person may use now, newest first."""
    can = Reference.objects.filter(maker_id=maker, state=State.READY, draft=None)
    return list(can.order_by("-pk").values_list("public_id", flat=True))


def unfit(one: Reference) -> str:
    """Return why this file cannot be used now."""
    if one.draft_id is not None:
        return "Your file was used for another video: send it again."
    said = NOT_NOW.get(State(one.state), "")
    return said or str((one.refusal or {}).get("sentence", "Your file cannot be used."))


def bind(one: Reference, *, draft: Draft) -> None:
    """Spend the file's clearance for this draft, and no other; DraftError when it does not hold any more."""
    row = one.clearance
    if row is None or row.expires_at is None:
        raise DraftError(unfit(one))
    ticket = Clearance(row.pk, row.handle, Kind.REFERENCE, one.digest, row.policy_version, row.expires_at)
    if refusal := screen.redeem(ticket, digest=one.digest, by=draft.public_id):
        raise DraftError(f"{refusal.reason} Send the file again.")
    Reference.objects.filter(pk=one.pk).update(draft=draft)


def of(draft: Draft) -> Reference | None:
    """Return the file that a draft is made from."""
    return Reference.objects.filter(draft_id=draft.pk).first() if draft.pk else None


def matter(one: Reference) -> list[object]:
    """Return what a draft's digest says of a file."""
    return [one.public_id, one.kind, one.digest, sorted(one.people)]


def is_there(one: Reference) -> bool:
    """Return whether the kept bytes are those that were judged."""
    path = home() / one.file
    if not one.file or not path.is_file():
        return False
    with path.open("rb") as file:
        return secrets.compare_digest(hashlib.file_digest(file, "sha256").hexdigest(), one.digest)


def pictures(draft: Draft) -> tuple[NDArray[np.uint8], ...]:
    """Return the still picture that a draft is made from, uint8 RGB (H, W, 3): our own copy, by its digest."""
    one = of(draft)
    if one is None or one.kind != Reference.Kind.IMAGE:
        return ()
    if not is_there(one):
        raise DraftError(NOT_NOW[State.GONE])
    with Image.open(home() / one.file, formats=("PNG",)) as image:
        return (np.asarray(image.convert("RGB"), np.uint8),)


def enqueue(reference: int) -> None:
    """Send a file to be looked at once the transaction around this has committed."""
    transaction.on_commit(lambda: send(reference), robust=True)  # a partial has no name for Django's log


def send(reference: int) -> None:
    """Send now; a broker that is down costs time, for the sweep sends again."""
    try:
        current_app.send_task(TASK, args=[reference], retry=False)
    except OperationalError:
        return


@transaction.atomic
def forget(one: Reference) -> bool:
    """Let a file go that no video under way needs; its row says so. False: it is needed, or gone already."""
    free = Reference.objects.select_for_update(of=("self",)).filter(pk=one.pk, state__in=Reference.KEPT)
    row = free.filter(Q(draft__isnull=True) | Q(draft__job__finished_at__isnull=False)).first()
    if row is None:
        return False
    Reference.objects.filter(pk=row.pk).update(state=State.GONE, file="", people=[], leased_until=None)
    transaction.on_commit(partial((home() / row.file).unlink, missing_ok=True))
    return True


def sweep() -> None:
    """Send what waits again, let go what nobody needs, remove files that no row names."""
    now = timezone.now()
    late = Q(leased_until__isnull=True, received_at__lt=now - OVERLOOKED) | Q(leased_until__lt=now)
    for waiting in Reference.objects.filter(late, state=State.CHECKING).values_list("pk", flat=True):
        send(waiting)
    unused = Q(draft__isnull=True, judged_at__lt=now - UNUSED)
    used = Q(draft__job__state="done") | Q(draft__job__finished_at__lt=now - UNUSED)
    for old in Reference.objects.filter(unused | used, state=State.READY):
        forget(old)
    tidy(now.timestamp())


def tidy(now: float) -> None:
    """Remove the files of rows that were deleted, and what a worker that died left."""
    for path in home().iterdir():
        old = now - path.stat().st_mtime > STRAY
        if old and not Reference.objects.filter(file=path.name).exists():
            path.unlink(missing_ok=True)
