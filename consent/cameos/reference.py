"""Who is in a file that somebody wants a video made from: each face in it must be one that can be told beyond doubt.

Stricter than the witness of our own output, where people come from consent alone: here a stranger is the usual case. A
file is looked at upright, upside down and on either side, whole and in parts, and what only looks a little like a face
is a doubt. A face that is small, unclear or nobody's who enrolled has no name; it is the gate's to say no to that.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consent import backends
from consent.backends import Face, FaceEngine, Picture
from consent.cameos import gallery, seclusion
from consent.cameos.models import Cameo
from consent.cameos.witness import EVERY, MODEL, QUIET, SMALL, Box
from consent.errors import ConsentError
from provenance.media import Frame, Sound
from safety.clearance import Signal, Span

log = logging.getLogger(__name__)

PART: Final = 640  # pixels a side of a part that is looked at by itself; the finder shrinks what is larger
STEP: Final = 480  # pixels from one part to the next, so that no face of 160 lies across an edge of every part
SAME: Final = 0.5  # of the smaller box, to be a face that was looked at already


@dataclass(slots=True)
class Look(seclusion.Secluded):
    """One face in one picture: when, where (fractions of it), and its vector; None where it is too small to judge.

    Not ``is_certain``: it may well be no face at all.
    """

    t: float
    where: Box
    vector: NDArray[np.float32] | None = field(repr=False)
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """Whose faces are seen (cameos' primary keys); whether a face is nobody's; whether something may be one."""

    cameos: frozenset[int] = frozenset()
    is_strange: bool = False
    is_doubtful: bool = False


class ReferenceTap(seclusion.Secluded):
    """Looks for faces in the pictures it is shown, and listens; keeps faces' vectors in memory, never pictures.

    ``has_pictures``: whether it has to be shown any; a file of sound has none.
    """

    def __init__(self, *, has_pictures: bool = True) -> None:
        self.has_pictures = has_pictures
        self.looks: list[Look] = []
        self.is_voiced: bool | None = None
        self.looked = 0
        self.failure = ""
        self._next = 0.0

    def hear(self, sound: Sound) -> None:
        """Listen for anybody's voice: whose it is, nothing here can tell."""
        try:
            self.is_voiced = is_voiced(sound)
        except Exception as surprise:  # noqa: BLE001 - the answer will be no
            self._fail(surprise)

    def wants(self, index: int, t: float) -> bool:  # noqa: ARG002 - a Tap's signature
        """Return whether this picture is looked at: the first, and one every quarter of a second."""
        return t + 1e-6 >= self._next and not self.failure

    def see(self, frame: Frame) -> None:
        """Look for faces in one picture."""
        self._next = frame.t + EVERY
        try:
            self.looks += _looks(np.asarray(frame.rgb, np.uint8), frame.t)
            self.looked += 1
        except Exception as surprise:  # noqa: BLE001 - the answer will be no
            self._fail(surprise)

    @property
    def is_whole(self) -> bool:
        """Return whether all there is was looked at and listened to."""
        return not self.failure and (self.looked > 0 if self.has_pictures else self.is_voiced is not None)

    def _fail(self, surprise: Exception) -> None:
        self.failure = str(surprise) if isinstance(surprise, ConsentError) else type(surprise).__name__
        log.error("a reference cannot be judged: %s", self.failure)  # no trace: it would hold the picture


def is_voiced(sound: Sound) -> bool:
    """Return whether anybody may be heard; EngineMissingError when there is something to hear and nothing listens."""
    if not sound.samples.size or float(np.abs(sound.samples).max()) < QUIET:
        return False
    return backends.speech_engine().is_voiced(sound.samples, rate=sound.rate)


@seclusion.discreet
def known(tap: ReferenceTap) -> Known:
    """Return whose faces are seen beyond doubt, and whether there is any other.

    A hit is read again in PostgreSQL before it counts. Somebody on the protected registry is nobody's cameo.
    """
    if not tap.looks:
        return Known()
    gallery.the_gallery.refresh()
    found = [(look, _whose(look)) for look in tap.looks]
    return Known(
        cameos=frozenset(cameo for _, cameo in found if cameo is not None),
        is_strange=any(cameo is None and look.is_certain for look, cameo in found),
        is_doubtful=any(cameo is None and not look.is_certain for look, cameo in found),
    )


def _whose(look: Look) -> int | None:
    hits = [] if look.vector is None else gallery.the_gallery.search(look.vector)[:1]
    clear = [hit for hit in hits if hit.is_strong and not hit.is_protected and gallery.stands(hit.template)]
    return clear[0].cameo if clear else None


def owners(cameos: Collection[int]) -> frozenset[int]:
    """Return whose cameos these are (primary keys of people)."""
    return frozenset(Cameo.objects.filter(pk__in=cameos).values_list("owner_id", flat=True))


def signals(tap: ReferenceTap) -> tuple[Signal, ...]:
    """Return where faces were seen, for the screening row; nobody is named."""
    sha256 = backends.face_engine().sha256
    return tuple(
        Signal(
            "witness.reference", 0.0, MODEL, sha256, Span(look.t, look.t, box=look.where), "a face that was compared"
        )
        for look in tap.looks[:32]
    )


def _looks(picture: Picture, t: float) -> Iterator[Look]:
    engine, seen = backends.face_engine(), list[Box]()
    high, wide = picture.shape[:2]
    for face, turned, box in _faces(engine, picture):
        if any(_covers(box, other) for other in seen):
            continue
        seen.append(box)
        where = (box[0] / wide, box[1] / high, box[2] / wide, box[3] / high)
        vector = engine.vector(turned, face) if face.size >= SMALL else None
        yield Look(t, where, vector, is_certain=face.is_certain)


def _faces(engine: FaceEngine, picture: Picture) -> Iterator[tuple[Face, Picture, Box]]:
    """Yield each face with the picture it was found in, and its box in the picture as it came.

    Of the four ways to look at a picture, the one in which a face looks most like one comes first; parts come last.
    """
    for left, top, part in _parts(picture):
        turned = [np.ascontiguousarray(np.rot90(part, turns)) for turns in range(4)]
        found = [(face, turns) for turns in range(4) for face in engine.find(turned[turns], strict=False)]
        for face, turns in sorted(found, key=lambda one: -one[0].score):
            box = _turned_back(face.box, turns, high=part.shape[0], wide=part.shape[1])
            yield face, turned[turns], (box[0] + left, box[1] + top, box[2] + left, box[3] + top)


def _parts(picture: Picture) -> Iterator[tuple[int, int, Picture]]:
    """Yield the picture, then overlapping parts of it where it is larger than the finder looks at."""
    high, wide = picture.shape[:2]
    yield 0, 0, picture
    if max(high, wide) > PART:
        for top in range(0, max(1, high - (PART - STEP)), STEP):
            for left in range(0, max(1, wide - (PART - STEP)), STEP):
                yield left, top, picture[top : top + PART, left : left + PART]


def _turned_back(box: Box, turns: int, *, high: int, wide: int) -> Box:
    """Return a box found in ``rot90(picture, turns)`` as it lies in the picture."""
    left, top, right, bottom = box
    lies: tuple[Any, ...] = (
        (left, top, right, bottom),
        (wide - bottom, left, wide - top, right),
        (wide - right, high - bottom, wide - left, high - top),
        (top, high - right, bottom, high - left),
    )
    found: Box = lies[turns]
    return found


def _covers(one: Box, other: Box) -> bool:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high >= SAME * max(min(areas), 1e-9)
