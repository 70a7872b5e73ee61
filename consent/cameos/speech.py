"""What is said and whether these lips say it. No engine, no clock: loudness, a transcript, the gap between the lips."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.cameos.challenge import Challenge, digits_in, words_in
from consent.cameos.observation import Observation

LOUD: Final = 0.008  # RMS under which there is no speech
PAUSE: Final = 1.0  # seconds between two words of one passage
LIPS: Final = 0.015  # of the face's height: how far lips go while speaking; people .06 and more, a still mouth .004
SLACK: Final = 1.5  # seconds by which somebody may begin early or end late
HEARD: Final = 4  # words of a phrase of five
LAGS: Final = np.arange(-3, 4)  # pictures by which lips may lead or trail the sound: a quarter of a second


def speaking(seen: Observation) -> NDArray[np.bool_]:
    """Return where there is speech: a fifth of the loud passages' loudness, and audible at all."""
    line = max(LOUD, 0.2 * float(np.percentile(seen.loud, 95))) if seen.loud.size else LOUD
    return np.asarray(seen.loud > line, np.bool_)


def utterance(seen: Observation) -> NDArray[np.bool_]:
    """Return the longest passage of speech, pauses below a second included; nothing if nobody speaks."""
    inside = np.zeros(seen.times.size, np.bool_)
    loud = np.flatnonzero(speaking(seen))
    if not seen.transcript or not loud.size:
        return inside
    passages = np.split(loud, np.flatnonzero(np.diff(seen.times[loud]) > PAUSE) + 1)
    longest = max(passages, key=len)
    inside[longest[0] : longest[-1] + 1] = True
    return inside


def is_heard(seen: Observation) -> bool:
    """Return whether somebody speaks at all."""
    return bool(speaking(seen).any()) and bool(seen.transcript)


def says(seen: Observation, challenge: Challenge) -> bool:
    """Return whether the digits, and the phrase if there is one, are what is said."""
    said = digits_in(seen.transcript)
    if not challenge.phrase:
        return said == challenge.digits
    return challenge.digits in said and words_in(seen.transcript, challenge.phrase) >= HEARD


def is_in_time(seen: Observation, challenge: Challenge) -> bool:
    """Return whether the digits are said when they are asked for."""
    inside = seen.times[utterance(seen)]
    return not challenge.digits_s or bool(inside.size and inside[0] >= challenge.digits_s - SLACK)


def do_lips_move(seen: Observation) -> bool:
    """Return whether the lips open and close at all while there is speech."""
    gaps = seen.mouth[speaking(seen) & seen.present]
    return gaps.size > 0 and float(np.ptp(np.percentile(gaps, [10, 90]))) >= LIPS


def agreement(seen: Observation) -> float:
    """Return how well the lips' opening follows the loudness, -1 to 1, at the better of a few small delays."""
    where = np.flatnonzero(utterance(seen))
    if where.size < 2 * LAGS.size:
        return 0.0
    inside = slice(max(where[0] - 3, 0), where[-1] + 4)
    loud, gaps = np.sqrt(seen.loud[inside]), _filled(seen.mouth[inside])
    return max(_alike(np.roll(gaps, lag)[3:-3], loud[3:-3]) for lag in LAGS)


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if one.std() < 1e-6 or other.std() < 1e-6:  # noqa: PLR2004 - nothing moves
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(values)
    if not known.any():
        return np.zeros_like(values)
    return np.asarray(np.interp(np.arange(values.size), np.flatnonzero(known), values[known]), np.float64)
