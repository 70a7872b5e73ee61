"""The witness: who can be seen in these pictures, among the people who enrolled?

A tap looks at four pictures a second while the video is encoded, and at every picture that differs from the one
before it, so that a face that flashes up is seen too. It finds the faces and follows each from picture to picture.
Afterwards every face is compared with the gallery. Faces under 60 pixels are too small to judge, and each is said to
be so with where and when. The tap never breaks the encode pass: what goes wrong is kept and makes the answer *no*
later. No voice is compared: nothing here can tell whose it is.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from consent import backends
from consent.backends import Face
from consent.cameos import gallery, seclusion
from consent.errors import ConsentError
from provenance.media import Frame, Sound
from safety.clearance import Signal, Span

log = logging.getLogger(__name__)

EVERY: Final = 0.25  # seconds
SMALL: Final = 60.0  # pixels; below, SFace sees an enlargement of its own guess
SUSTAINED: Final = EVERY  # seconds between the first and the last look that knows somebody: half a second of video
STEADY: Final = 3  # looks from which a face's mean is better than each of them
CHANGE: Final = 12.0  # mean difference of a coarse grid, of 255 levels, above which a picture is a new one
GRID: Final = 24  # points a side
QUIET: Final = 1e-3  # loudest sample under which there is nothing to hear
TOLD: Final = 32  # faces that the row tells of, the longest seen first
Box = tuple[float, float, float, float]
OVERLAP: Final = 0.3  # of two boxes' union, to be the same face a quarter of a second later
MODEL: Final = "SFace"
Hits = dict[tuple[int, int], list[tuple[float, bool]]]  # by cameo and template: times, and whether beyond doubt


class Known(Protocol):
    """Whoever is enrolled."""

    def search(self, vector: NDArray[np.float32]) -> list[gallery.Hit]:
        """Return who may be this face, likeliest first."""
        ...


@dataclass(slots=True)
class Track(seclusion.Secluded):
    """One face through time: its last box and its largest size in pixels, times in seconds, vectors.

    ``where`` is the part of the picture it was seen in all that time: left, top, right, bottom as fractions of it.
    """

    box: Box
    size: float
    times: list[float] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list, repr=False)
    where: Box = (0.0, 0.0, 1.0, 1.0)

    @property
    def mean(self) -> NDArray[np.float32]:
        """Return the face's mean vector, unit length."""
        middle = np.mean(self.vectors, axis=0)
        return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), np.float32)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A cameo that may be in the pictures: when, and whether beyond doubt."""

    cameo: int
    first: float
    last: float
    is_strong: bool


class WitnessTap(seclusion.Secluded):
    """Glances at every picture, looks at those it must; keeps faces' vectors in memory, never pictures."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.looked = 0
        self.small: list[tuple[float, Box]] = []
        self.is_audible = False
        self.failure = ""
        self._next = 0.0
        self._last: NDArray[np.float32] | None = None

    def hear(self, sound: Sound) -> None:
        """Note whether there is anything to hear: voices are not compared, and that is said."""
        self.is_audible = bool(sound.samples.size) and float(np.abs(sound.samples).max()) >= QUIET

    def wants(self, index: int, t: float) -> bool:  # noqa: ARG002 - a Tap's signature
        """Return whether pictures are looked at at all: each is glanced at, for one may be unlike all others."""
        return not self.failure

    def see(self, frame: Frame) -> None:
        """Find and follow the faces of one picture: every quarter of a second, and when the picture is a new one."""
        try:
            grid = _grid(frame.rgb)
            if frame.t + 1e-6 >= self._next or self._is_new(grid):
                self._look(frame)
                self._last, self._next = grid, frame.t + EVERY
        except Exception as surprise:  # noqa: BLE001 - the answer will be no; the encode pass goes on
            self.failure = str(surprise) if isinstance(surprise, ConsentError) else type(surprise).__name__
            log.error("the witness cannot look: %s", self.failure)  # noqa: TRY400 - a trace would hold the picture

    def _is_new(self, grid: NDArray[np.float32]) -> bool:
        return self._last is None or self._last.shape != grid.shape or float(np.abs(grid - self._last).mean()) > CHANGE

    def _look(self, frame: Frame) -> None:
        engine = backends.face_engine()
        for face in engine.find(frame.rgb):
            where = _share(face.box, frame.rgb.shape)
            if face.size < SMALL:
                self.small.append((frame.t, where))
            else:
                self._follow(face, frame.t, engine.vector(frame.rgb, face), where=where)
        self.looked += 1

    def _follow(self, face: Face, t: float, vector: NDArray[np.float32], *, where: Box) -> None:
        near = [track for track in self.tracks if t - track.times[-1] <= 2 * EVERY + 1e-6 and track.times[-1] < t]
        track = max(near, key=lambda one: _overlap(one.box, face.box), default=None)
        if track is None or _overlap(track.box, face.box) < OVERLAP:
            track = Track(box=face.box, size=face.size, where=where)
            self.tracks.append(track)
        track.box, track.size, track.where = face.box, max(track.size, face.size), _joined(track.where, where)
        track.times.append(t)
        track.vectors.append(vector)


@seclusion.discreet
def sightings(tap: WitnessTap, *, besides: Collection[int]) -> list[Sighting]:
    """Return the enrolled people who may be in the pictures, ``besides`` those cast (primary keys).

    A face is whom it resembles most. Strong: beyond doubt in two looks a quarter of a second apart, or in the
    mean of a face that was looked at three times. A hit is read again in PostgreSQL before it counts.
    Raises TemplateError when the gallery cannot be opened.
    """
    if not tap.tracks:
        return []
    gallery.the_gallery.refresh()
    hits = compared(tap.tracks, known=gallery.the_gallery)
    standing = [key for key in hits if key[0] not in besides and gallery.stands(key[1])]
    return [_sighting(cameo, hits[cameo, template]) for cameo, template in standing]


@seclusion.discreet
def compared(tracks: Sequence[Track], *, known: Known) -> Hits:
    """Return whom each face resembles most, look by look and in the mean of a steady one; asks no database."""
    hits: Hits = {}
    for track in tracks:
        for t, vector in zip(track.times, track.vectors, strict=True):
            _note(hits, t, vector, known=known)
        if len(track.vectors) >= STEADY:
            for t in (track.times[0], track.times[-1]):
                _note(hits, t, track.mean, known=known)
    return hits


def is_sustained(seen: Sequence[tuple[float, bool]]) -> bool:
    """Return whether somebody was known beyond doubt for long enough that no person needs to look."""
    strong = [t for t, is_strong in seen if is_strong]
    return bool(strong) and max(strong) - min(strong) >= SUSTAINED - 1e-6


def signals(tap: WitnessTap) -> tuple[Signal, ...]:
    """Return what was seen, for the screening row: each face with where and when, and those too small to judge.

    Nobody is named. What was not compared with anybody is a signal of its own: ``witness.small`` a face that was too
    small, ``witness.voice`` whatever is heard.
    """
    longest = sorted(tap.tracks, key=lambda one: one.times[0] - one.times[-1])[:TOLD]
    told = [_signal("witness.face", _span(track.times, track.where), _compared(tap)) for track in longest]
    if tap.small:
        span = _span([t for t, _ in tap.small], reduce(_joined, (where for _, where in tap.small)))
        told.append(_signal("witness.small", span, f"{len(tap.small)} time(s) a face was too small to judge"))
    if tap.is_audible:
        told.append(_signal("witness.voice", None, "there is sound, and no engine here compares voices"))
    if gallery.the_gallery.unopened:
        note = f"{gallery.the_gallery.unopened} template(s) could not be opened"
        told.append(_signal("witness.unopened", None, note))
    return tuple(told)


def _compared(tap: WitnessTap) -> str:
    return f"one of {len(tap.tracks)} face(s) compared with everybody who enrolled"


def _signal(category: str, span: Span | None, note: str) -> Signal:
    return Signal(category=category, score=0.0, model=MODEL, sha256=backends.face_engine().sha256, span=span, note=note)


def _span(times: Sequence[float], where: Box) -> Span:
    return Span(min(times), max(times), box=where)


def _note(hits: Hits, t: float, vector: NDArray[np.float32], *, known: Known) -> None:
    for hit in known.search(vector)[:1]:
        hits.setdefault((hit.cameo, hit.template), []).append((t, hit.is_strong))


def _sighting(cameo: int, seen: list[tuple[float, bool]]) -> Sighting:
    times = [t for t, _ in seen]
    return Sighting(cameo=cameo, first=min(times), last=max(times), is_strong=is_sustained(seen))


def _grid(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = rgb.shape[:2]
    return rgb[:: max(1, height // GRID), :: max(1, width // GRID)].astype(np.float32)


def _share(box: Box, shape: tuple[int, ...]) -> Box:
    """Return a box in pixels as fractions of the picture, cut at its edges."""
    high, wide = shape[:2]
    left, top, right, bottom = np.clip(np.array(box) / np.array([wide, high, wide, high]), 0, 1).round(4).tolist()
    return left, top, right, bottom


def _joined(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _overlap(one: Box, other: Box) -> float:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / max(areas - wide * high, 1e-9)
