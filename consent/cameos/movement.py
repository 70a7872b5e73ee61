"""How the head moves: the poses it takes and when, whether it has relief, whether its eyes live. No engine, no clock.

Every line was drawn from six recordings of real people talking, from a photograph turned in front of the landmarker,
and from geometry; never from the actors of ``consent.trials``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.cameos import speech
from consent.cameos.challenge import LATEST, Challenge
from consent.cameos.observation import HEIGHT, Observation

YAW, PITCH = 12.0, 9.5  # degrees from straight; unasked, heads nod by 7.7 at most while talking
HELD: Final = 0.4  # seconds; of what was asked to be held, for pictures are 80 ms apart and hands are slow
KEPT: Final = 0.55  # of a hold that was asked for
GAP: Final = 0.2  # seconds in which a held pose may be lost
EARLY: Final = 0.25  # seconds before its cue in which a pose may already be seen: clocks differ
STRAIGHT: Final = 8.0  # degrees within which a face counts as looking straight
RELIEF: Final = (
    0.014  # of the face's height: what no homography explains; heads .022 and more, photographs .012 at most
)
BLINK: Final = 0.2  # how far eyes close and open again; 0 open, 1 closed
SHUT: Final = 0.6  # seconds a blink takes at most


@dataclass(frozen=True, slots=True)
class Held:
    """A pose that was held: its name, from when to when, seconds."""

    pose: str
    start: float
    end: float


def straightened(seen: Observation) -> NDArray[np.float64]:
    """Return yaw and pitch from where the head rests, the densest place of all: nobody's camera hangs dead straight."""
    known = seen.pose[seen.present]
    near = np.linalg.norm(known[:, None] - known[None], axis=2) < STRAIGHT / 2
    return np.asarray(seen.pose - known[near[near.sum(axis=1).argmax()]].mean(axis=0), np.float64)


def held(seen: Observation, straight: NDArray[np.float64]) -> list[Held]:
    """Return the poses held, in order. Movements while speaking are not counted: people nod when they talk."""
    quiet = ~speech.utterance(seen)
    names = [_pose(yaw, pitch) if is_quiet else "" for (yaw, pitch), is_quiet in zip(straight, quiet, strict=True)]
    runs: list[Held] = []
    for name, start, end in _runs(names, seen.times):
        if runs and runs[-1].pose == name and start - runs[-1].end <= GAP:
            runs[-1] = Held(name, runs[-1].start, end)
        elif name:
            runs.append(Held(name, start, end))
    return [run for run in runs if run.end - run.start >= HELD]


def in_order(poses: list[Held], challenge: Challenge) -> bool:
    """Return whether these are the poses asked for, in their order."""
    return tuple(run.pose for run in poses) == challenge.poses


def in_time(poses: list[Held], challenge: Challenge) -> bool:
    """Return whether each pose was taken when its cue was given, and held as long as was asked."""
    if len(challenge.cues) != len(poses):
        return not challenge.cues
    holds = challenge.holds or (0.0,) * len(poses)
    return all(
        cue - EARLY <= run.start <= cue + LATEST and run.end - run.start >= KEPT * hold
        for run, cue, hold in zip(poses, challenge.cues, holds, strict=True)
    )


def relief(seen: Observation, straight: NDArray[np.float64]) -> float | None:
    """Return what of the turned face no homography explains, over its height; None without a turned and a straight one.

    A plane that moves is explained by one; a head, whose nose stands before its ears, is not.
    """
    turned = seen.present & ((np.abs(straight[:, 0]) >= YAW) | (np.abs(straight[:, 1]) >= PITCH))
    rest = seen.present & (np.linalg.norm(straight, axis=1) < STRAIGHT)
    if not turned.any() or not rest.any():
        return None
    flat = np.median(seen.shape[rest], axis=0).astype(np.float32)
    height = float(np.linalg.norm(flat[HEIGHT[0]] - flat[HEIGHT[1]]))
    return float(np.median([residue(flat, shape) for shape in seen.shape[turned]])) / height


def residue(flat: NDArray[np.float32], shape: NDArray[np.float32]) -> float:
    """Return the RMS distance, in pixels, that the best homography leaves between two sets of landmarks."""
    before, after = _normed(flat), _normed(shape)
    ones, none = np.ones((len(before), 1)), np.zeros((len(before), 3))
    point = np.hstack([before, ones])
    rows = np.vstack([np.hstack([point, none, -after[:, :1] * point]), np.hstack([none, point, -after[:, 1:] * point])])
    matrix = np.linalg.eigh(rows.T @ rows)[1][:, 0].reshape(3, 3)  # direct linear transform
    moved = point @ matrix.T
    apart = moved[:, :2] / moved[:, 2:] - after
    return float(np.sqrt((apart**2).sum(axis=1).mean()) * shape.std())


def blinks(seen: Observation) -> int:
    """Return how often the eyes closed and opened again within half a second or so."""
    times, eyes = seen.times[seen.present], seen.eyes[seen.present]
    count, last = 0, -1.0
    for number in range(1, len(eyes) - 1):
        before = eyes[(times >= times[number] - SHUT) & (times < times[number])]
        after = eyes[(times > times[number]) & (times <= times[number] + SHUT)]
        sides = (before, after)  # one is empty where the face was lost beside it
        is_peak = all(side.size and eyes[number] - side.min() >= BLINK for side in sides)
        if is_peak and times[number] - last > SHUT:
            count, last = count + 1, float(times[number])
    return count


def _pose(yaw: float, pitch: float) -> str:
    """Return the pose's name; '' when straight or unseen. Oblique looks count as the stronger part."""
    if abs(yaw) / YAW >= max(1.0, abs(pitch) / PITCH):
        return "left" if yaw > 0 else "right"
    if abs(pitch) >= PITCH:
        return "up" if pitch > 0 else "down"
    return ""


def _runs(names: list[str], times: NDArray[np.float64]) -> Iterator[tuple[str, float, float]]:
    at = 0
    for name, group in groupby(names):
        count = len(list(group))
        yield name, float(times[at]), float(times[at + count - 1])
        at += count


def _normed(shape: NDArray[np.float32]) -> NDArray[np.float64]:
    centred = shape.astype(np.float64) - shape.mean(axis=0)
    return np.asarray(centred / shape.std(), np.float64)
