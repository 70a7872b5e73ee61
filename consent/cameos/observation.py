"""What is seen and heard in a recording, measured once and judged elsewhere.

The recording is decoded in a limited subprocess (``provenance.media``) and streamed: two pictures are held at a time.
Times are presentation times, never frame counts and never what the container says of its length.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent import backends
from consent.backends import Mesh, Picture
from consent.cameos import texture
from provenance import media

FPS: Final = 12.0  # pictures a second that are looked at closely; of the others only time and grain are kept
SIDE: Final = 640
EVERY: Final = 4  # pictures between two looks of the face engine: three a second
SPECTRA: Final = 8  # pictures between two looks for a screen's grid
RATE: Final = 16_000
LIMITS: Final = media.Limits(
    max_seconds=60, max_side=2160, max_bytes=48 * 2**20, cpu_seconds=30, wall_seconds=40, memory_mb=1024
)
LIPS: Final = (13, 14)
HEIGHT: Final = (10, 152)  # forehead, chin
HINT: Final = "Digits: 0 1 2 3 4 5 6 7 8 9."  # how to write, not what was asked


@dataclass(frozen=True, slots=True)
class Look:
    """One look of the face engine: when, how many faces there are (none tiny), the largest one's vector.

    ``pad`` is the passive engine's word, 0 (an imitation) to 1 (live); None where that engine is not available.
    """

    t: float
    faces: int
    vector: NDArray[np.float32] | None = field(repr=False)
    pad: float | None = None


@dataclass(frozen=True, slots=True)
class Best:
    """The picture in which the face is largest, straight and still: the portrait to be."""

    picture: Picture = field(repr=False)
    landmarks: NDArray[np.float32] = field(repr=False)
    merit: float


@dataclass(slots=True)
class Observation:
    """Everything measured; arrays have one row per picture that was looked at closely.

    ``pose``: (N, 2) yaw and pitch in degrees, NaN where no face was found; ``mouth``: (N,) gap of the lips over the
    face's height; ``eyes``: (N,) how closed they are, 0 to 1; ``shape``: (N, 478, 2) landmarks in pixels; ``loud``: RMS
    of the sound in the picture's 80 ms; ``size``: the face's height over the picture's; ``skin`` (N, 23, 3) and
    ``room`` (N, 16, 3): linear light; ``thumbs``: (N, 768) grey levels. ``pts`` and ``grain``: (M,) and (M - 1,) of
    every picture there is. ``lattice``: decibels, of the whole recording; NaN where no face was large enough.
    """

    times: NDArray[np.float64]
    pose: NDArray[np.float64]
    mouth: NDArray[np.float64]
    eyes: NDArray[np.float64]
    size: NDArray[np.float64]
    shape: NDArray[np.float32] = field(repr=False)
    loud: NDArray[np.float64]
    skin: NDArray[np.float64] = field(repr=False)
    room: NDArray[np.float64] = field(repr=False)
    thumbs: NDArray[np.float32] = field(repr=False)
    pts: NDArray[np.float64] = field(repr=False)
    grain: NDArray[np.float64] = field(repr=False)
    lattice: float
    looks: list[Look]
    transcript: str
    best: Best | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Return where a face was found."""
        return ~np.isnan(self.pose[:, 0])


@dataclass(frozen=True, slots=True)
class _Row:
    """One picture looked at closely."""

    t: float
    mesh: Mesh | None
    high: int
    skin: NDArray[np.float64]
    room: NDArray[np.float64]
    thumb: NDArray[np.float32]


class _Reel:
    """Hands on every picture that is to be looked at closely, and measures the others in passing."""

    def __init__(self, path: Path, limits: media.Limits) -> None:
        self._path, self._limits = path, limits
        self.pts: list[float] = []
        self.grain: list[float] = []

    def pictures(self) -> Iterator[tuple[float, Picture]]:
        """Yield at most FPS pictures a second with their times."""
        before, slot = None, -1
        for frame in media.frames(self._path, max_side=SIDE, limits=self._limits):
            self.pts.append(frame.t)
            if before is not None:
                self.grain.append(texture.restless(before, frame.rgb))
            before = frame.rgb
            if int(frame.t * FPS + 1e-6) != slot:
                slot = int(frame.t * FPS + 1e-6)
                yield frame.t, frame.rgb


def observe(path: Path, *, longest: float = LIMITS.max_seconds) -> Observation:
    """Look at and listen to a recording of at most ``longest`` seconds, which bounds what it costs.

    Raises MediaError (unreadable, too long) or EngineMissingError (nobody to look).
    """
    limits = replace(LIMITS, max_seconds=min(longest, LIMITS.max_seconds))
    seer, finder, listener = backends.landmark_engine(), backends.face_engine(), backends.speech_engine()
    passive = backends.pad_engine()
    tags = media.probe(path, limits=limits).tags
    sound = media.sound(path, rate=RATE, limits=limits).samples
    reel, rows, looks, powers = _Reel(path, limits), list[_Row](), list[Look](), list[NDArray[np.float64]]()
    best: Best | None = None
    for number, (t, picture, mesh) in enumerate(seer.follow(reel.pictures())):
        rows.append(_row(t, picture, mesh))
        best = _better(best, picture, mesh)
        if number % EVERY == 0:
            looks.append(_look(finder, passive, t, picture))
        if number % SPECTRA == 0 and mesh is not None:
            powers += [power for power in [texture.spectrum(picture, mesh.landmarks)] if power is not None]
    transcript = listener.transcribe(sound, hint=HINT) if sound.size else ""
    gathered = _gathered(rows, reel=reel, looks=looks, powers=powers, sound=sound, transcript=transcript)
    return replace(gathered, best=best, tags=tags)


def heard_anew(seen: Observation, path: Path) -> Observation:
    """Return what was seen, with what is heard in another recording of the same pictures; raises as :func:`observe`."""
    sound = media.sound(path, rate=RATE, limits=LIMITS).samples
    transcript = backends.speech_engine().transcribe(sound, hint=HINT) if sound.size else ""
    return replace(seen, transcript=transcript, loud=_loudness(sound, seen.times))


def _row(t: float, picture: Picture, mesh: Mesh | None) -> _Row:
    if mesh is None:
        skin, room = (np.full((len(places), 3), np.nan) for places in (texture.SKIN, texture.BEHIND))
        return _Row(t, None, picture.shape[0], skin, room, texture.thumb(picture))
    skin, room = texture.skin(picture, mesh.landmarks), texture.room(picture, mesh.landmarks)
    return _Row(t, mesh, picture.shape[0], skin, room, texture.thumb(picture))


def _look(finder: backends.FaceEngine, passive: backends.PadEngine | None, t: float, picture: Picture) -> Look:
    found = finder.find(picture)
    if not found:
        return Look(t=t, faces=0, vector=None)
    sizable = [face for face in found if face.size >= 0.4 * found[0].size]  # a poster far behind is not a person beside
    pad = passive.score(picture, found[0]) if passive else None
    return Look(t=t, faces=len(sizable), vector=finder.vector(picture, found[0]), pad=pad)


def _better(best: Best | None, picture: Picture, mesh: Mesh | None) -> Best | None:
    if mesh is None:
        return best
    straight = float(np.hypot(mesh.yaw, 0.5 * mesh.pitch) + abs(mesh.roll))
    merit = _height(mesh) - 2.0 * straight - 100 * mesh.blink - 60 * mesh.jaw
    if best is not None and merit <= best.merit:
        return best
    return Best(picture=picture.copy(), landmarks=mesh.landmarks, merit=merit)


def _height(mesh: Mesh) -> float:
    top, chin = mesh.landmarks[list(HEIGHT), :2]
    return float(np.linalg.norm(top - chin))


def _gap(mesh: Mesh) -> float:
    upper, lower = mesh.landmarks[list(LIPS), :2]
    return float(np.linalg.norm(upper - lower)) / max(_height(mesh), 1.0)


def _gathered(
    rows: list[_Row],
    *,
    reel: _Reel,
    looks: list[Look],
    powers: list[NDArray[np.float64]],
    sound: NDArray[np.float32],
    transcript: str,
) -> Observation:
    nothing = np.full((478, 2), np.nan, np.float32)
    times, meshes = np.array([row.t for row in rows]), [row.mesh for row in rows]
    return Observation(
        times=times,
        pose=np.array([(m.yaw, m.pitch) if m else (np.nan, np.nan) for m in meshes]).reshape(-1, 2),
        mouth=np.array([_gap(m) if m else np.nan for m in meshes]),
        eyes=np.array([m.blink if m else np.nan for m in meshes]),
        size=np.array([_height(row.mesh) / row.high if row.mesh else np.nan for row in rows]),
        shape=np.array([m.landmarks[:, :2] if m else nothing for m in meshes]).reshape(-1, 478, 2),
        loud=_loudness(sound, times),
        skin=np.array([row.skin for row in rows]).reshape(-1, len(texture.SKIN), 3),
        room=np.array([row.room for row in rows]).reshape(-1, len(texture.BEHIND), 3),
        thumbs=np.array([row.thumb.ravel() for row in rows], np.float32),
        pts=np.array(reel.pts),
        grain=np.array(reel.grain),
        lattice=texture.lattice(np.mean(powers, axis=0)) if powers else float("nan"),
        looks=looks,
        transcript=transcript,
    )


def _loudness(sound: NDArray[np.float32], times: NDArray[np.float64]) -> NDArray[np.float64]:
    half = int(0.04 * RATE)
    power = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    middle = (times * RATE).astype(int)
    start, end = np.clip(middle - half, 0, sound.size), np.clip(middle + half, 0, sound.size)
    return np.asarray(np.sqrt((power[end] - power[start]) / np.maximum(end - start, 1)), np.float64)
