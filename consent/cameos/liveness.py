"""Is this a person, here, now, answering this challenge? Observation in, verdict out; no engine, no clock.

Every line below was drawn from six recordings of real people talking (coverage, how far heads move unasked,
how alike one face stays), from a photograph turned in front of the landmarker, and from geometry; never
from the actor of ``consent.trials``. Scores stay here: people are told sentences.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.cameos.challenge import Challenge, digits_in
from consent.cameos.observation import HEIGHT, Observation

SHORTEST, LONGEST, SLOWEST = 4.0, 25.0, 8.0  # seconds, seconds, pictures a second
COVERED = 0.90  # of the pictures show the face; real people: 0.99 and more
SMALL = 0.18  # forehead to chin, of the picture's height; real people: 0.36 and more
YAW, PITCH = 12.0, 9.5  # degrees from straight; unasked, heads nod by 7.7 at most while talking
HELD = 0.4  # seconds
GAP = 0.2  # seconds in which a held pose may be lost
STRAIGHT = 8.0  # degrees within which a face counts as looking straight
SAME_STRAIGHT, SAME_TURNED = 0.42, 0.45  # one person: .50 (5th percentile), .63; two people: .33 at most
RELIEF = 0.014  # of the face's height: what no homography explains; heads .022 and more, photographs .012 at most
LIPS = 0.015  # of the face's height: how far lips go while speaking; people .06 and more, a still mouth .004
PAUSE = 1.0  # seconds between two words of one passage
LOUD = 0.008  # RMS under which there is no speech
COMPANY = 3  # looks that must show a second face before it counts


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found wrong: its name, and the sentence the person reads."""

    check: str
    sentence: str


SENTENCES: Final = {
    "length": "The recording is too short or too long: it should last as long as the challenge.",
    "pace": "The recording stutters: close other programs, or use another camera.",
    "no_face": "We did not see your face all the time: keep it inside the oval, in good light.",
    "small": "Your face is too far away: come closer, until it fills the oval.",
    "company": "There is more than one face in the picture: only you should be in it.",
    "poses": "We did not see the head movements we asked for, in the order we asked.",
    "relief": "The picture moves like a photograph, not like a head.",
    "changed": "The face does not stay the same throughout the recording.",
    "silence": "We did not hear you say the digits: check your microphone and speak up.",
    "digits": "The digits we heard are not the ones we asked for.",
    "lips": "Your lips do not move while the digits are said.",
}


def judge(seen: Observation, challenge: Challenge) -> tuple[Finding, ...]:
    """Return everything that speaks against this capture; empty means live."""
    if first := _unusable(seen):
        return (_finding(first),)
    straight = seen.pose - _neutral(seen.pose)
    checks: dict[str, Callable[[], bool]] = {
        "company": lambda: sum(look.faces > 1 for look in seen.looks) < COMPANY,
        "poses": lambda: poses(seen, straight) == challenge.poses,
        "relief": lambda: _has_relief(seen, straight),
        "changed": lambda: _is_one_person(seen, straight),
        "silence": lambda: bool(speaking(seen).any()) and bool(seen.transcript),
    }
    failed = [name for name, holds in checks.items() if not holds()]
    if "silence" not in failed:
        failed += [] if digits_in(seen.transcript) == challenge.digits else ["digits"]
        failed += [] if _lips_move(seen) else ["lips"]
    return tuple(_finding(name) for name in failed)


def poses(seen: Observation, straight: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the poses held, in order. Movements while speaking are not counted: people nod when they talk."""
    quiet = ~_utterance(seen)
    names = [_pose(yaw, pitch) if is_quiet else "" for (yaw, pitch), is_quiet in zip(straight, quiet, strict=True)]
    held: list[tuple[str, float, float]] = []
    for name, start, end in _runs(names, seen.times):
        if held and held[-1][0] == name and start - held[-1][2] <= GAP:
            held[-1] = (name, held[-1][1], end)
        elif name:
            held.append((name, start, end))
    return tuple(name for name, start, end in held if end - start >= HELD)


def speaking(seen: Observation) -> NDArray[np.bool_]:
    """Return where there is speech: a fifth of the loud passages' loudness, and audible at all."""
    line = max(LOUD, 0.2 * float(np.percentile(seen.loud, 95))) if seen.loud.size else LOUD
    return np.asarray(seen.loud > line, np.bool_)


def _unusable(seen: Observation) -> str:
    if not seen.times.size or not seen.present.any():
        return "no_face"
    length = float(seen.times[-1] - seen.times[0])
    if not SHORTEST <= length <= LONGEST:
        return "length"
    if (seen.times.size - 1) / length < SLOWEST:
        return "pace"
    if seen.present.mean() < COVERED:
        return "no_face"
    return "small" if float(np.nanmedian(seen.size)) < SMALL else ""


def _neutral(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the head rests: the densest place of all poses, for nobody's camera hangs dead straight."""
    known = pose[~np.isnan(pose[:, 0])]
    near = np.linalg.norm(known[:, None] - known[None], axis=2) < STRAIGHT / 2
    return np.asarray(known[near[near.sum(axis=1).argmax()]].mean(axis=0), np.float64)


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


def _utterance(seen: Observation) -> NDArray[np.bool_]:
    """Return the longest passage of speech, pauses below a second included; nothing if nobody speaks."""
    inside = np.zeros(seen.times.size, np.bool_)
    loud = np.flatnonzero(speaking(seen))
    if not seen.transcript or not loud.size:
        return inside
    passages = np.split(loud, np.flatnonzero(np.diff(seen.times[loud]) > PAUSE) + 1)
    longest = max(passages, key=len)
    inside[longest[0] : longest[-1] + 1] = True
    return inside


def _has_relief(seen: Observation, straight: NDArray[np.float64]) -> bool:
    """Return whether the turned face is more than the straight one seen askew: a homography cannot explain it."""
    turned = seen.present & ((np.abs(straight[:, 0]) >= YAW) | (np.abs(straight[:, 1]) >= PITCH))
    rest = seen.present & (np.linalg.norm(straight, axis=1) < STRAIGHT)
    if not turned.any() or not rest.any():
        return True  # nothing to judge by; the poses are missing then, and that is what the person is told
    flat = np.median(seen.shape[rest], axis=0).astype(np.float32)
    height = float(np.linalg.norm(flat[HEIGHT[0]] - flat[HEIGHT[1]]))
    return float(np.median([_residue(flat, shape) for shape in seen.shape[turned]])) >= RELIEF * height


def _residue(flat: NDArray[np.float32], shape: NDArray[np.float32]) -> float:
    """Return the RMS distance, in pixels, that the best homography leaves between two sets of landmarks."""
    before, after = _normed(flat), _normed(shape)
    ones, none = np.ones((len(before), 1)), np.zeros((len(before), 3))
    point = np.hstack([before, ones])
    rows = np.vstack([np.hstack([point, none, -after[:, :1] * point]), np.hstack([none, point, -after[:, 1:] * point])])
    matrix = np.linalg.svd(rows, full_matrices=False)[2][-1].reshape(3, 3)  # direct linear transform
    moved = point @ matrix.T
    apart = moved[:, :2] / moved[:, 2:] - after
    return float(np.sqrt((apart**2).sum(axis=1).mean()) * shape.std())


def _normed(shape: NDArray[np.float32]) -> NDArray[np.float64]:
    centred = shape.astype(np.float64) - shape.mean(axis=0)
    return np.asarray(centred / shape.std(), np.float64)


def _is_one_person(seen: Observation, straight: NDArray[np.float64]) -> bool:
    """Return whether all looks are one face: straight ones among themselves, turned ones against their middle."""
    askew = np.linalg.norm(straight, axis=1)
    known = [(float(np.interp(look.t, seen.times, askew)), look.vector) for look in seen.looks]
    facing = np.array([vector for off, vector in known if vector is not None and off < STRAIGHT])
    every = np.array([vector for _, vector in known if vector is not None])
    if len(facing) < COMPANY:
        return False
    pairs = (facing @ facing.T)[np.triu_indices(len(facing), 1)]
    middle = np.median(facing, axis=0)
    against = every @ (middle / np.linalg.norm(middle))
    return float(np.percentile(pairs, 5)) >= SAME_STRAIGHT and float(np.percentile(against, 5)) >= SAME_TURNED


def _lips_move(seen: Observation) -> bool:
    gaps = seen.mouth[speaking(seen) & seen.present]
    return gaps.size > 0 and float(np.ptp(np.percentile(gaps, [10, 90]))) >= LIPS


def _finding(name: str) -> Finding:
    return Finding(check=name, sentence=SENTENCES[name])
