"""What is seen and heard in a recording, measured once and judged elsewhere.

The recording is decoded in a limited subprocess (``provenance.media``) and streamed: one picture is
held at a time. Times are presentation times, never frame counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent import backends
from consent.backends import Mesh, Picture
from provenance import media

FPS: Final = 12.0
SIDE: Final = 640
EVERY: Final = 4  # pictures between two looks of the face engine: three a second
RATE: Final = 16_000
LIMITS: Final = media.Limits(max_seconds=30, max_bytes=48 * 2**20, cpu_seconds=60, wall_seconds=60)
LIPS: Final = (13, 14)
HEIGHT: Final = (10, 152)  # forehead, chin
HINT: Final = "Digits: 0 1 2 3 4 5 6 7 8 9."  # how to write, not what was asked


@dataclass(frozen=True, slots=True)
class Look:
    """One look of the face engine: when, how many faces there are (none tiny), the largest one's vector."""

    t: float
    faces: int
    vector: NDArray[np.float32] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Best:
    """The picture in which the face is largest, straight and still: the portrait to be."""

    picture: Picture = field(repr=False)
    landmarks: NDArray[np.float32] = field(repr=False)
    merit: float


@dataclass(slots=True)
class Observation:
    """Everything measured; arrays have one row per picture that was looked at.

    ``pose``: (N, 2) yaw and pitch in degrees, NaN where no face was found; ``mouth``: (N,) gap of the
    lips over the face's height; ``shape``: (N, 478, 2) landmarks in pixels; ``loud``: RMS of the sound
    in the picture's 80 ms; ``size``: the face's height over the picture's.
    """

    times: NDArray[np.float64]
    pose: NDArray[np.float64]
    mouth: NDArray[np.float64]
    size: NDArray[np.float64]
    shape: NDArray[np.float32] = field(repr=False)
    loud: NDArray[np.float64]
    looks: list[Look]
    transcript: str
    best: Best | None = field(repr=False)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Return where a face was found."""
        return ~np.isnan(self.pose[:, 0])


def observe(path: Path) -> Observation:
    """Look at and listen to a recording; raises MediaError (unreadable) or EngineMissingError (nobody to look)."""
    seer, finder, listener = backends.landmark_engine(), backends.face_engine(), backends.speech_engine()
    sound = media.sound(path, rate=RATE, limits=LIMITS)
    rows: list[tuple[float, Mesh | None, float]] = []
    looks: list[Look] = []
    best: Best | None = None
    for number, (t, picture, mesh) in enumerate(seer.follow(_pictures(path))):
        rows.append((t, mesh, picture.shape[0]))
        best = _better(best, picture, mesh)
        if number % EVERY == 0:
            looks.append(_look(finder, t, picture))
    transcript = listener.transcribe(sound.samples, hint=HINT) if sound.samples.size else ""
    return _gathered(rows, looks=looks, sound=sound.samples, transcript=transcript, best=best)


def _pictures(path: Path) -> Iterator[tuple[float, Picture]]:
    for frame in media.frames(path, fps=FPS, max_side=SIDE, limits=LIMITS):
        yield frame.t, frame.rgb


def _look(finder: backends.FaceEngine, t: float, picture: Picture) -> Look:
    found = finder.find(picture)
    sizable = [face for face in found if face.size >= 0.4 * found[0].size]  # a poster far behind is not a person beside
    return Look(t=t, faces=len(sizable), vector=finder.vector(picture, found[0]) if found else None)


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
    rows: list[tuple[float, Mesh | None, float]],
    *,
    looks: list[Look],
    sound: NDArray[np.float32],
    transcript: str,
    best: Best | None,
) -> Observation:
    nothing = np.full((478, 2), np.nan, np.float32)
    times = np.array([t for t, _, _ in rows])
    return Observation(
        times=times,
        pose=np.array([(m.yaw, m.pitch) if m else (np.nan, np.nan) for _, m, _ in rows]).reshape(-1, 2),
        mouth=np.array([_gap(m) if m else np.nan for _, m, _ in rows]),
        size=np.array([_height(m) / high if m else np.nan for _, m, high in rows]),
        shape=np.array([m.landmarks[:, :2] if m else nothing for _, m, _ in rows]).reshape(-1, 478, 2),
        loud=_loudness(sound, times),
        looks=looks,
        transcript=transcript,
        best=best,
    )


def _loudness(sound: NDArray[np.float32], times: NDArray[np.float64]) -> NDArray[np.float64]:
    half = int(0.04 * RATE)
    power = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    middle = (times * RATE).astype(int)
    start, end = np.clip(middle - half, 0, sound.size), np.clip(middle + half, 0, sound.size)
    return np.asarray(np.sqrt((power[end] - power[start]) / np.maximum(end - start, 1)), np.float64)
