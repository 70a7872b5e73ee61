"""The invisible mark: a number in every picture that leads back to the render it was made in.

Whoever seals should read first: a second mark under the same key wipes out the first, so a parent's number must be
kept in the record. A mark is a way to a record and proves nothing by itself; no mark proves nothing at all.
"""

import contextlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import Error, IntegrityError

from provenance import media
from provenance.backends import Embedder, Found, Plane, keys, watermarks
from provenance.errors import MediaError, SealError
from provenance.marks.models import PAYLOADS, UNREADABLE, Mark

KEY: Final = "mark-1"
PLANES: Final = 132  # pictures read, spread evenly; more gain little
SECONDS: Final = 20.0  # of the beginning
SIDE: Final = 960  # the reader works far below this
RECTIFIED: Final = 8  # pictures given back as they were sealed
SHORT: Final = 360  # pixels of their short side
LIMITS: Final = media.Limits(max_seconds=86_400.0, max_side=8192, max_bytes=2**34, cpu_seconds=60, wall_seconds=60.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pictures say of themselves.

    ``ident`` is the number, proven up to a chance of 10 ** ``log10_fpr``, or None. ``pilot`` without an ``ident``
    means *marked by us, number unreadable*; an ``ident`` without a ``render`` means *marked by us, record unknown*.
    ``looked`` is False when this machine has no key to look with. ``rectified`` are up to eight luma planes, evenly
    spread, as they were sealed: shift, scale, mirror and keystone undone, black where nothing is left. Their short
    side has 360 pixels at most; their shape is the record's, else that of the file. Empty unless a number was found.
    """

    ident: int | None
    pilot: bool
    render: str | None
    log10_fpr: float
    looked: bool = True
    rectified: tuple[Plane, ...] = field(default=(), repr=False, compare=False)


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
    """Return what puts the mark into the pictures of one clip: ``.apply(y)``, in place, at 42 dB PSNR or better.

    The frame's size is kept with the mark, so that a reader can undo what was done to the picture.
    """
    Mark.objects.filter(pk=mark.pk).update(width=width, height=height)
    return watermarks().embedder(width=width, height=height, ident=mark.payload, key=keys.secret(KEY))


def parents(mark: Mark, paths: Iterable[Path]) -> list[str]:
    """Read what a render was made from and keep the numbers in its mark's record; the same answer the second time.

    Call it before or after the new mark is put in, but with the parents' own files: in the new pictures theirs is
    gone. A parent without pictures has no number.

    Returns:
        12 hex digits for each number, or ``models.UNREADABLE`` for *marked by us, number lost*.
    """
    said = [UNREADABLE if each.ident is None else f"{each.ident:012x}" for each in map(_marked, paths) if each]
    Mark.objects.filter(pk=mark.pk).update(parents=(told := list(dict.fromkeys(said))))
    return told


def _marked(path: Path) -> Reading | None:
    with contextlib.suppress(MediaError):
        reading = read(path)
        return reading if reading.pilot else None
    return None


def read(path: Path, *, search: bool = True) -> Reading:
    """Look for our mark in a video. Takes 0.5 s when it lies where it was put, some seconds when it must be searched.

    Raises:
        MediaError: no picture of this file can be read. A file that breaks off is read as far as it goes.
    """
    planes = _planes(path)
    if not keys.place(KEY).exists():
        return Reading(ident=None, pilot=False, render=None, log10_fpr=0.0, looked=False)
    found = watermarks().read(planes, key=keys.secret(KEY), search=search)
    record = None if found.ident is None else _record(found.ident)
    return Reading(
        ident=found.ident,
        pilot=found.is_marked,
        render=record.render if record else None,
        log10_fpr=found.log10_fpr,
        rectified=_rectified(found, planes, record),
    )


def _rectified(found: Found, planes: Sequence[Plane], record: Mark | None) -> tuple[Plane, ...]:
    if found.ident is None:
        return ()
    height, width = planes[0].shape
    if record and record.width and record.height:
        height, width = record.height, record.width
    share = min(1.0, SHORT / min(height, width))
    wide, high = round(width * share), round(height * share)
    count = min(RECTIFIED, len(planes))
    some = [planes[(2 * at + 1) * len(planes) // (2 * count)] for at in range(count)]
    return tuple(found.rectify(plane, width=wide, height=high) for plane in some)


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


def _record(payload: int) -> Mark | None:
    try:
        return Mark.objects.filter(payload=payload).first()
    except Error:  # verification works without a database
        return None
