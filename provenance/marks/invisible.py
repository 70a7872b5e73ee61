"""The invisible mark: a number in every picture that leads back to the render it was made in.

Whoever seals should read first: a second mark under the same key wipes out the first, so a parent's number must be
kept in the record. A mark is a way to a record and proves nothing by itself; no mark proves nothing at all.
"""

import contextlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import Error, IntegrityError

from provenance import media
from provenance.backends import Embedder, Plane, keys, watermarks
from provenance.errors import MediaError, SealError
from provenance.marks.models import PAYLOADS, Mark

KEY: Final = "mark-1"
PLANES: Final = 132  # pictures read, spread evenly; more gain little
SECONDS: Final = 20.0  # of the beginning
SIDE: Final = 960  # the reader works far below this
LIMITS: Final = media.Limits(max_seconds=86_400.0, max_side=8192, max_bytes=2**34, cpu_seconds=60, wall_seconds=60.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pictures say of themselves.

    ``ident`` is the number, proven up to a chance of 10 ** ``log10_fpr``, or None. ``pilot`` without an ``ident``
    means *marked by us, number unreadable*; an ``ident`` without a ``render`` means *marked by us, record unknown*.
    ``looked`` is False when this machine has no key to look with.
    """

    ident: int | None
    pilot: bool
    render: str | None
    log10_fpr: float
    looked: bool = True


def reserve(render: str) -> Mark:
    """Return the mark of a render, made at the first call; the same one for every later or simultaneous call."""
    for _ in range(3):
        number = 1 + secrets.randbelow(PAYLOADS - 1)
        with contextlib.suppress(IntegrityError):  # another render has that number already
            return Mark.objects.get_or_create(render=render, defaults={"payload": number})[0]
    raise SealError("No free number was found for the mark of this render; try again.")


def bind(mark: Mark, *, manifest: int) -> None:
    """Write down which manifest (row) the mark leads to, once the video is sealed."""
    Mark.objects.filter(pk=mark.pk).update(manifest=manifest)


def embedder(width: int, height: int, mark: Mark) -> Embedder:
    """Return what puts the mark into the pictures of one clip: ``.apply(y)``, in place, at 42 dB PSNR or better."""
    return watermarks().embedder(width=width, height=height, ident=mark.payload, key=keys.secret(KEY))


def read(path: Path) -> Reading:
    """Look for our mark in a video. Takes 0.5 s when it lies where it was put, some seconds when it must be searched.

    Raises:
        MediaError: no picture of this file can be read. A file that breaks off is read as far as it goes.
    """
    planes = _planes(path)
    if not keys.place(KEY).exists():
        return Reading(ident=None, pilot=False, render=None, log10_fpr=0.0, looked=False)
    found = watermarks().read(planes, key=keys.secret(KEY))
    return Reading(
        ident=found.ident,
        pilot=found.is_marked,
        render=None if found.ident is None else _render(found.ident),
        log10_fpr=found.log10_fpr,
    )


def _planes(path: Path) -> list[Plane]:
    seconds = min(media.probe(path, limits=LIMITS).duration or SECONDS, SECONDS)
    planes: list[Plane] = []
    with contextlib.closing(media.luma(path, fps=PLANES / seconds, max_side=SIDE, limits=LIMITS)) as pictures:
        try:
            for t, plane in pictures:
                planes.append(plane)
                if t >= SECONDS or len(planes) >= PLANES:
                    break
        except MediaError:
            if not planes:
                raise
    return planes


def _render(payload: int) -> str | None:
    try:
        return Mark.objects.filter(payload=payload).values_list("render", flat=True).first()
    except Error:  # verification works without a database
        return None
