"""All of one's data in one file: gathered in the background, kept for a week, handed out to nobody else.

Every room and app says once what it holds of a person (:func:`register`); each piece is a JSON document or a file of
theirs. Templates, keys and what is private to others are never among them.
"""

import hashlib
import json
import secrets
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.accounts import notices
from consent.errors import ExportError

TASK = "consent.tasks.export"
KEPT = timedelta(days=7)
STUCK = timedelta(minutes=10)
OFTEN = timedelta(days=1)
TRIES = 3


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Export(models.Model):
    """One gathering of a person's own data, on its way, ready, or gone after a week.

    Trusted? As the way to the file: its digest is checked by nobody but its owner. If lost: they ask again.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        GATHERING = "gathering"
        READY = "ready"
        FAILED = "failed"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    section = models.CharField(max_length=40, blank=True, help_text="What is being gathered now.")
    progress = models.FloatField(default=0.0)
    tries = models.PositiveSmallIntegerField(default=0)
    size = models.BigIntegerField(default=0, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["waiting", "gathering"]), name="export_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(made_at__isnull=False, expires_at__isnull=False) & ~Q(sha256=""),
                name="export_ready_has_its_file",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="export_progress_0_to_1"),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="export_newest_first")]

    def __str__(self) -> str:
        return f"export {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Return whether its file can be fetched now."""
        return self.state == self.State.READY and self.expires_at is not None and timezone.now() < self.expires_at


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the archive: its name there, and either what is written as JSON or the file that is copied."""

    name: str
    words: object = None
    file: Path | None = None


Collect = Callable[[int], Iterable[Piece]]
SECTIONS: dict[str, Collect] = {}
README = """This is everything Countenance holds about you, gathered on {day}.

The .json files are for you and for programs. Receipts carry their salt, so that anybody you show them to can check
them against the public log. Videos carry their own proof. What is not in here: the sealed template of your face, which
only this service can use and which you can have destroyed by withdrawing, and what is private to other people.
"""


def register(section: str, collect: Collect) -> None:
    """Say what is held of a person under this name; the last word counts."""
    SECTIONS[section] = collect


def ask(person: int) -> Export:
    """Begin gathering, or return the gathering that is under way; ExportError when there was one within a day."""
    with transaction.atomic():
        mine = Export.objects.filter(person_id=person)
        running = mine.filter(state__in=[Export.State.WAITING, Export.State.GATHERING]).first()
        if running is not None:
            return running
        if mine.filter(state=Export.State.READY, created_at__gt=timezone.now() - OFTEN).exists():
            raise ExportError("Your data was gathered within the last day. You can ask again tomorrow.")
        made = Export.objects.create(person_id=person)
        transaction.on_commit(lambda: send(made.pk), robust=True)
    return made


def send(export: int) -> None:
    """Ask a worker to gather soon; the sweep asks again if the message is lost."""
    current_app.send_task(TASK, [export], queue="light", retry=False, ignore_result=True)


def place(export: Export) -> Path:
    """Return where the file lies."""
    return Path(settings.EXPORT_HOME) / f"{export.public_id}.zip"


def gather(export: int) -> None:
    """Gather one export (primary key), unless somebody is at it or it is done; told twice, it is done once."""
    now = timezone.now()
    free = Q(state=Export.State.WAITING) | Q(state=Export.State.GATHERING, started_at__lt=now - STUCK)
    mine = Export.objects.filter(free, pk=export)
    if not mine.update(state=Export.State.GATHERING, started_at=now, tries=models.F("tries") + 1):
        return
    row = Export.objects.get(pk=export)
    archive = place(row).with_suffix(f".{secrets.token_hex(4)}")
    try:
        build(row, archive=archive, mine=held(row))
        finish(row, archive=archive)
    finally:
        archive.unlink(missing_ok=True)


def held(row: Export) -> QuerySet[Export]:
    """Return the row as long as it is this worker's."""
    return Export.objects.filter(pk=row.pk, state=Export.State.GATHERING, started_at=row.started_at)


def build(row: Export, *, archive: Path, mine: QuerySet[Export]) -> None:
    """Write the archive, section by section, readable by this service's user alone."""
    archive.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    archive.touch(mode=0o600)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bag:
        bag.writestr("README.txt", README.format(day=f"{timezone.now():%d %B %Y}"))
        for number, (section, collect) in enumerate(sorted(SECTIONS.items())):
            mine.update(section=section, progress=number / len(SECTIONS))
            for piece in collect(row.person_id):
                put(bag, piece)


def put(bag: zipfile.ZipFile, piece: Piece) -> None:
    """Add one piece; a file that is gone meanwhile is left out."""
    if piece.file is None:
        bag.writestr(piece.name, json.dumps(piece.words, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
    elif piece.file.exists():
        bag.write(piece.file, piece.name, zipfile.ZIP_STORED)


def finish(row: Export, *, archive: Path) -> None:
    """Put the archive in its place and tell its owner, once."""
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made: Mapping[str, datetime] = {"made_at": timezone.now(), "expires_at": timezone.now() + KEPT}
    size = archive.stat().st_size
    with transaction.atomic():
        if held(row).update(state=Export.State.READY, section="", progress=1.0, sha256=digest, size=size, **made):
            archive.replace(place(row))
            sentence = "Your data is gathered. You can fetch it for seven days."
            notices.tell(row.person_id, kind="export.ready", sentence=sentence, about=row.public_id)


def sweep() -> None:
    """Send again what waits or was left half done, give up after three tries, and remove what has expired."""
    now = timezone.now()
    open_ones = Export.objects.filter(
        Q(state=Export.State.WAITING, created_at__lt=now - STUCK / 10)
        | Q(state=Export.State.GATHERING, started_at__lt=now - STUCK)
    )
    open_ones.filter(tries__gte=TRIES).update(state=Export.State.FAILED, section="")
    for pk in open_ones.filter(tries__lt=TRIES).values_list("pk", flat=True):
        send(pk)
    for row in Export.objects.filter(state=Export.State.READY, expires_at__lte=now):
        place(row).unlink(missing_ok=True)
