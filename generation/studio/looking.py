"""Looking at a file that somebody brought, once, in the worker that may know faces: ready, held or refused.

A still picture is decoded in the limited child and written anew: what is judged, kept and drawn from is one and the
same, and what else the file held (a thumbnail, a place, a second picture) is gone. Whatever goes wrong is a no.
"""

import io
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, assert_never

import numpy as np
import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from PIL import Image

from consent import gate, people
from consent.permit import Present
from consent.permit import Refusal as ConsentRefusal
from generation.errors import GenerationError
from generation.studio import references
from generation.studio.models import Reference
from provenance import media
from provenance.media import Frame, Limits, MediaError, Sound, Tap
from safety import cases, screen
from safety.clearance import Answer, Asker, Clearance, Hold
from safety.clearance import Refusal as SafetyRefusal

log = structlog.get_logger()
State = Reference.State
KIND: Final = "reference"
SIDE: Final = 1280  # pixels: the largest video's longer side
PICTURE: Final = Limits(max_side=8192, max_bytes=references.HEAVIEST, cpu_seconds=20, wall_seconds=30, memory_mb=1024)
FILM: Final = Limits(max_seconds=20, max_bytes=references.HEAVIEST, cpu_seconds=60, wall_seconds=90)
HEARD: Final = 16_000  # samples a second
LEASE: Final = timedelta(minutes=3)  # longer than the slowest file is allowed to take
TRIES: Final = 3
JSON = dict[str, object]
STUCK: Final[JSON] = {"source": "safety", "code": "error", "sentence": "This file could not be looked at.",
                "advice": "Send another one."}  # fmt: skip


def judge(reference: int) -> str:
    """Look at a reference (primary key) unless somebody else does or did; return its state afterwards."""
    one = claimed(reference)
    if one is not None:
        try:
            look(one)
        except Exception as error:  # noqa: BLE001 - whatever broke, the answer is no
            log.warning("reference.broke", reference=one.public_id, error=type(error).__name__)
            refuse(one, {**STUCK, "sentence": str(error)} if isinstance(error, MediaError) else STUCK)
    return str(Reference.objects.values_list("state", flat=True).filter(pk=reference).first() or "")


def claimed(reference: int) -> Reference | None:
    """Take a reference that waits, by compare-and-set; after three workers it is refused."""
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    waiting = Reference.objects.filter(free, pk=reference, state=State.CHECKING)
    if not waiting.update(leased_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    one = Reference.objects.get(pk=reference)
    if one.attempts > TRIES:
        refuse(one, STUCK)
        return None
    return one


def look(one: Reference) -> None:
    """See and hear all of it, ask who is in it and what it shows, and write the answer down."""
    path = kept(one)
    faces, looks = gate.reference_tap(has_pictures=one.kind != Reference.Kind.AUDIO), screen.output_tap()
    show(path, kind=one.kind, taps=(faces, looks))
    with transaction.atomic():
        if not mine(one):
            return
        present = gate.witness_reference(faces, requester=one.maker_id, subject=one.public_id, digest=one.digest)
        if not isinstance(present, Present):
            settle(one, present)
            return
        answer = screen.reference(
            looks, digest=one.digest, likeness=bool(present.people), subject=one.public_id, requester=one.maker_id,
            signals=present.signals, asker=Asker(str(people.age_band(one.maker_id)), people.country(one.maker_id)),
        )  # fmt: skip
        settle(one, answer, people=present.people)


def kept(one: Reference) -> Path:
    """Return the file to judge: of a picture our own copy, in place of what was sent; the row learns its digest."""
    sent = references.home() / one.file
    if one.digest:  # looked at before, and held
        if not references.is_there(one):
            raise GenerationError("The file that was held is not there any more.")
        return sent
    made = references.home() / secrets.token_hex(16)
    try:
        chunks = [copied(sent)] if one.kind == Reference.Kind.IMAGE else iter(partial(sent.open("rb").read, 2**16), b"")
        digest = references.write(made, chunks)
        exchange(one, name=made.name, digest=digest)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    sent.unlink(missing_ok=True)
    return made


def exchange(one: Reference, *, name: str, digest: str) -> None:
    """Let the row name our own copy; raises if it is not this worker's any more."""
    ours = Reference.objects.filter(pk=one.pk, state=State.CHECKING, attempts=one.attempts)
    if not ours.update(file=name, digest=digest):
        raise GenerationError("Somebody else looks at this file, or it was removed.")
    one.file, one.digest = name, digest


def copied(sent: Path) -> bytes:
    """Return a still picture as a PNG that holds nothing but its pixels."""
    picture = media.picture(sent, max_side=SIDE, limits=PICTURE).rgb
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def show(path: Path, *, kind: str, taps: Sequence[Tap]) -> None:
    """Let the judges hear and see all of it; raises MediaError for a file that cannot be read."""
    silent = kind == Reference.Kind.IMAGE
    sound = Sound(rate=HEARD, samples=np.zeros(0, np.float32)) if silent else media.sound(path, rate=HEARD, limits=FILM)
    for tap in taps:
        tap.hear(sound)
    for frame in pictures(path, kind=kind):
        for tap in taps:
            if tap.wants(frame.index, frame.t):
                tap.see(frame)


def pictures(path: Path, *, kind: str) -> Iterable[Frame]:
    """Return what there is to see."""
    if kind == Reference.Kind.AUDIO:
        return ()
    if kind == Reference.Kind.IMAGE:
        return (media.picture(path, limits=PICTURE),)
    return media.frames(path, max_side=SIDE, limits=FILM)


def mine(one: Reference) -> bool:
    """Lock the row; False when it is not this worker's any more."""
    held = Reference.objects.select_for_update().filter(pk=one.pk, state=State.CHECKING, attempts=one.attempts)
    return held.exists()


def settle(one: Reference, answer: Answer | ConsentRefusal, *, people: Collection[int] = ()) -> None:
    """Write down what became of it."""
    match answer:
        case Clearance():
            close(one, State.READY, clearance_id=answer.id, people=sorted(people))
        case Hold():
            close(one, State.HELD, case=answer.case)
        case ConsentRefusal():
            refuse(one, said("consent", answer.reason.value, answer.sentence, answer.advice))
        case SafetyRefusal():
            refuse(one, said("safety", answer.policy, answer.reason, answer.advice))
        case _:
            assert_never(answer)


def close(one: Reference, state: Reference.State, **changes: object) -> None:
    """Move it to a state in which nobody works on it."""
    Reference.objects.filter(pk=one.pk).update(
        state=state, judged_at=timezone.now(), leased_until=None, **{"case": "", **changes}
    )


@transaction.atomic
def refuse(one: Reference, why: JSON) -> None:
    """Say no, and keep nothing of it."""
    row = Reference.objects.select_for_update().filter(pk=one.pk, state__in=(State.CHECKING, State.HELD)).first()
    if row is None:
        return
    close(row, State.REFUSED, refusal=why, file="", people=[], digest="")
    transaction.on_commit(partial((references.home() / row.file).unlink, missing_ok=True))


def said(source: str, code: str, sentence: str, advice: str) -> JSON:
    """Return the one shape of a no."""
    return {"source": source, "code": code, "sentence": sentence, "advice": advice}


# -- a person decides


def register() -> None:
    """Teach safety what a held reference is."""
    cases.register(KIND, cases.Handlers(show=shown, restrict=leave, restore=leave, resolved=resolved))


def shown(subject: str) -> cases.Shown:
    """Return what a moderator needs."""
    one = Reference.objects.select_related("maker").get(public_id=subject)
    lines = ("A video is to be made from it.", f"{len(one.people)} enrolled people are in it.") if one.people else ()
    path = references.home() / one.file if one.file else None
    kind = "image/png" if one.kind == Reference.Kind.IMAGE else "application/octet-stream"
    return cases.Shown(f"A file that @{one.maker.get_username()} sent", lines, path, kind)


def leave(subject: str) -> None:
    """Do nothing: what is held cannot be used until it is decided."""


def resolved(subject: str, decision: str) -> None:
    """Act on a decision: clear has it looked at again, consent included; refuse ends it and removes the bytes."""
    one = Reference.objects.select_for_update().filter(public_id=subject, state=State.HELD).first()
    if one is None:
        return
    if decision == "clear":
        Reference.objects.filter(pk=one.pk).update(state=State.CHECKING, attempts=0, case="")
        references.enqueue(one.pk)
    else:
        refuse(one, said("safety", "review", "A person looked at your file and decided that it cannot be used.", ""))
