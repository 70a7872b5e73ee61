"""The witness: who can be seen in these pictures, among the people who enrolled?

A tap looks at four pictures a second while the video is encoded, finds the faces and follows each from
picture to picture. Afterwards every face is compared with the gallery. Faces under 60 pixels are too
small to judge and said so. The tap never breaks the encode pass: what goes wrong is kept and makes the
answer *no* later.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

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
SUSTAINED: Final = 2  # sampled pictures, half a second
STEADY: Final = 3  # looks from which a face's mean is better than each of them
OVERLAP: Final = 0.3  # of two boxes' union, to be the same face a quarter of a second later
MODEL: Final = "SFace"
Hits = dict[tuple[int, int], list[tuple[float, bool]]]  # by cameo and template: times, and whether beyond doubt


@dataclass(slots=True)
class Track(seclusion.Secluded):
    """One face through time: boxes, sizes in pixels, times in seconds, vectors."""

    box: tuple[float, float, float, float]
    size: float
    times: list[float] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list, repr=False)

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
    """Sees about four pictures a second; keeps faces' vectors in memory, never pictures."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.looked = 0
        self.small = 0
        self.failure = ""
        self._next = 0.0

    def hear(self, sound: Sound) -> None:
        """Take no notice: voices are not compared."""

    def wants(self, index: int, t: float) -> bool:  # noqa: ARG002 - a Tap's signature
        """Return whether this picture is looked at: the first, and one every quarter of a second."""
        return t + 1e-6 >= self._next and not self.failure

    def see(self, frame: Frame) -> None:
        """Find and follow the faces of one picture."""
        self._next = frame.t + EVERY
        try:
            engine = backends.face_engine()
            for face in engine.find(frame.rgb):
                if face.size < SMALL:
                    self.small += 1
                else:
                    self._follow(face, frame.t, engine.vector(frame.rgb, face))
            self.looked += 1
        except Exception as surprise:  # noqa: BLE001 - the answer will be no; the encode pass goes on
            self.failure = str(surprise) if isinstance(surprise, ConsentError) else type(surprise).__name__
            log.error("the witness cannot look: %s", self.failure)  # noqa: TRY400 - a trace would hold the picture

    def _follow(self, face: Face, t: float, vector: NDArray[np.float32]) -> None:
        near = [track for track in self.tracks if t - track.times[-1] <= 2 * EVERY + 1e-6 and track.times[-1] < t]
        track = max(near, key=lambda one: _overlap(one.box, face.box), default=None)
        if track is None or _overlap(track.box, face.box) < OVERLAP:
            track = Track(box=face.box, size=face.size)
            self.tracks.append(track)
        track.box, track.size = face.box, max(track.size, face.size)
        track.times.append(t)
        track.vectors.append(vector)


@seclusion.discreet
def sightings(tap: WitnessTap, *, besides: Collection[int]) -> list[Sighting]:
    """Return the enrolled people who may be in the pictures, ``besides`` those cast (primary keys).

    A face is whom it resembles most. Strong: beyond doubt in at least two sampled pictures, or in the
    mean of a face that was seen three times. A hit is read again in PostgreSQL before it counts.
    Raises TemplateError when the gallery cannot be opened.
    """
    if not tap.tracks:
        return []
    gallery.the_gallery.refresh()
    hits: Hits = {}
    for track in tap.tracks:
        for t, vector in zip(track.times, track.vectors, strict=True):
            _note(hits, t, vector)
        if len(track.vectors) >= STEADY:
            for t in track.times[:SUSTAINED]:
                _note(hits, t, track.mean)
    standing = [key for key in hits if key[0] not in besides and gallery.stands(key[1])]
    return [_sighting(cameo, hits[cameo, template]) for cameo, template in standing]


def signals(tap: WitnessTap) -> tuple[Signal, ...]:
    """Return what was seen, for the screening row: how many faces, how many too small to judge."""
    told = []
    if tap.tracks:
        start, end = min(track.times[0] for track in tap.tracks), max(track.times[-1] for track in tap.tracks)
        note = f"{len(tap.tracks)} face(s) compared with everybody who enrolled"
        told.append(_signal("witness.faces", Span(start, end), note))
    if tap.small:
        told.append(_signal("witness.small", None, f"{tap.small} time(s) a face was too small to judge"))
    if gallery.the_gallery.unopened:
        told.append(
            _signal("witness.unopened", None, f"{gallery.the_gallery.unopened} template(s) could not be opened")
        )
    return tuple(told)


def _signal(category: str, span: Span | None, note: str) -> Signal:
    return Signal(category=category, score=0.0, model=MODEL, sha256=backends.face_engine().sha256, span=span, note=note)


def _note(hits: Hits, t: float, vector: NDArray[np.float32]) -> None:
    for hit in gallery.the_gallery.search(vector)[:1]:
        hits.setdefault((hit.cameo, hit.template), []).append((t, hit.is_strong))


def _sighting(cameo: int, seen: list[tuple[float, bool]]) -> Sighting:
    times = [t for t, _ in seen]
    strong = {t for t, is_strong in seen if is_strong}
    return Sighting(cameo=cameo, first=min(times), last=max(times), is_strong=len(strong) >= SUSTAINED)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / max(areas - wide * high, 1e-9)
