"""Does the light of the screen come back from this face, in the order it was shown, and as soon as light does?

The skin's colour is followed from picture to picture as two log-ratios (red over green, blue over green), freed of
drift and of what turning the head does to them, and compared with the colours that were shown, delayed by what a
screen, a camera and an encoder take. The score is the part of the face's change of colour that the sequence explains.

Light also tells how far away things are. A face half a metre from a screen gets more of it than anything behind: what
is a quarter of a metre further back gets (50 / 75)^2 = .44 of it, a wall a tenth. On paper or glass before the camera
the face and what seems to be behind it are one plane, and get the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.cameos.challenge import Challenge
from consent.cameos.lights import COUNT, HUES, LUMINANCE, NEUTRAL, linear, orders, srgb
from consent.cameos.observation import Observation

ROOM: Final = 3.0  # the room's light on a face, where a white screen's is 1; the score hardly depends on it
DELAYS: Final = np.arange(-0.6, 1.85, 0.05)  # seconds that are looked at
PLAUSIBLE: Final = (-0.11, 0.56)  # seconds: a clock's slack before, the slowest screen and camera after
TELLING: Final = 0.15  # of the face's echo: how surely the room's must be known before it says anything
MARGIN: Final = 1.0  # seconds of the recording around the sequence that are looked at
SHIFTS: Final = (-0.35, -0.2, 0.2, 0.35)  # seconds; pictures are 80 ms apart, so an honest change is never that far off


@dataclass(frozen=True, slots=True)
class Echo:
    """What comes back of a sequence.

    ``score``: the part of the face's change of colour that the sequence explains, 0 to 1. ``behind``: by how much the
    best of all others explains it better, in the same rhythm or with one change of colour at another time; 0 or less
    means that none does. ``delay``: how late it comes, seconds. ``behind_face``: how much of it comes from what is
    behind the face, over what comes from the face; NaN where that cannot be told.
    """

    score: float
    behind: float
    delay: float
    behind_face: float


class Unseen:
    """The face was not seen while the colours were shown."""


def echo(seen: Observation, challenge: Challenge) -> Echo | Unseen | None:
    """Return what comes back of the sequence; None where no colours were asked for."""
    if not challenge.lights:
        return None
    first, last = challenge.lights[0].start_s - MARGIN, challenge.lights[-1].end_s + MARGIN
    inside = seen.present & (seen.times >= first) & (seen.times <= last)
    if inside.sum() < 3 * len(challenge.lights):
        return Unseen()
    times, free = seen.times[inside], _freedom(seen, inside)
    came = free @ _face(seen.skin[inside])
    own = np.array([_difference(light.rgb) for light in challenge.lights])[None]
    scores = [_explained(came, free @ _mixed(times - delay, challenge), own)[0] for delay in DELAYS]
    best = int(np.argmax(scores))
    now = times - DELAYS[best]
    mixed = free @ _mixed(now, challenge)
    others = _explained(came, mixed, _others(challenge)).max()
    others = max(others, *(_explained(came, free @ shifted, own)[0] for shifted in _shifted(now, challenge)))
    share = _share(came, _room(seen, inside, free), mixed @ own[0])
    return Echo(float(scores[best]), float(others - scores[best]), float(DELAYS[best]), share)


def _ratios(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (..., 2): log red over green and blue over green."""
    logs = np.log(np.maximum(colours, 1e-4))
    return np.asarray(logs[..., [0, 2]] - logs[..., 1:2], np.float64)


def _face(skin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 2): how the skin's colour differs from its own usual one, in the middle of its places."""
    each = _ratios(skin)
    return np.asarray(np.median(each - np.median(each, axis=0), axis=1), np.float64)


def _room(seen: Observation, inside: NDArray[np.bool_], free: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (places, n, 2): how the colours behind the face change."""
    return np.asarray(np.einsum("mn,npc->pmc", free, _ratios(seen.room[inside])), np.float64)


def _share(face: NDArray[np.float64], room: NDArray[np.float64], shown: NDArray[np.float64]) -> float:
    """Return the room's gain over the face's; NaN where what else goes on there leaves it unknown.

    Each place counts by how well the sequence explains it: where something moves behind, or the head's edge passes,
    nothing is learned. What is unexplained is slow, so a sequence is worth as many measurements as it has lights.
    """
    power, gain = float((shown**2).sum()), (room * shown).sum(axis=(1, 2)) / float((shown**2).sum())
    rest = ((room - gain[:, None, None] * shown) ** 2).sum(axis=(1, 2)) / (power * COUNT)
    weight = 1 / np.maximum(rest, 1e-6)
    own = max(float((face * shown).sum()) / power, 1e-6)
    known = 1 / np.sqrt(weight.sum()) <= TELLING * own
    return _odds(float((gain * weight).sum() / weight.sum())) / _odds(own) if known else float("nan")


def _odds(gain: float) -> float:
    """Return the screen's light over the room's, from a gain, which is 1 where the room gives ROOM.

    In the dark all light is the screen's, and even a far wall takes its colour: gains alone would call it near.
    """
    part = float(np.clip(gain * LUMINANCE / (ROOM + LUMINANCE), 0.0, 0.9))
    return part / (1 - part)


def _freedom(seen: Observation, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the projection (n, n) that takes off a slow drift and what turning the head does to the skin's colour.

    What was shown goes through it too: else an echo that happens to follow the head would count for less.
    """
    times, pose = seen.times[inside], seen.pose[inside] / 20
    basis = np.linalg.qr(np.column_stack([np.ones_like(times), times - times.mean(), pose]))[0]
    return np.asarray(np.eye(times.size) - basis @ basis.T, np.float64)


def _mixed(times: NDArray[np.float64], challenge: Challenge) -> NDArray[np.float64]:
    """Return (n, lights): how much of each light there is at these times, by rhythm alone; the rest is neutral."""
    starts = np.array([*(light.start_s for light in challenge.lights), challenge.lights[-1].end_s])
    return _faded(times, starts, challenge)


def _shifted(times: NDArray[np.float64], challenge: Challenge) -> Iterator[NDArray[np.float64]]:
    """Yield the same for rhythms in which one change of colour comes at another time."""
    starts = np.array([*(light.start_s for light in challenge.lights), challenge.lights[-1].end_s])
    for change in range(starts.size - 1):  # how the last colour fades is not asked for
        for shift in SHIFTS:
            moved = starts.copy()
            moved[change] += shift
            yield _faded(times, moved, challenge)


def _faded(times: NDArray[np.float64], starts: NDArray[np.float64], challenge: Challenge) -> NDArray[np.float64]:
    eases = [*(light.ease_s for light in challenge.lights), challenge.lights[-1].ease_s]
    begun = [np.clip((times - start) / ease, 0.0, 1.0) for start, ease in zip(starts, eases, strict=True)]
    return np.column_stack([one - after for one, after in pairwise(begun)])


def _difference(rgb: tuple[int, int, int]) -> NDArray[np.float64]:
    """Return (2,): how much redder and how much bluer than green a face gets in this light, against a neutral one."""
    light, grey = np.log(ROOM + np.array(linear(rgb))), np.log(ROOM + np.array(linear(NEUTRAL)))
    change = light - grey
    return np.asarray(change[[0, 2]] - change[1], np.float64)


def _others(challenge: Challenge) -> NDArray[np.float64]:
    """Return (sequences, lights, 2): the colours of every other sequence that might have been asked for.

    And of those that would not have been, but differ in one colour.
    """
    names = {srgb(hue): name for name, hue in HUES.items()}
    own = tuple(names.get(light.rgb, "") for light in challenge.lights)
    near = ((*own[:place], name, *own[place + 1 :]) for place in range(len(own)) for name in HUES)
    colours = {name: _difference(srgb(hue)) for name, hue in HUES.items()}
    return np.array([[colours[name] for name in row] for row in {*orders(len(own)), *near} if row != own])


def _explained(
    came: NDArray[np.float64], mixed: NDArray[np.float64], colours: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (sequences,): the part of the change that each sequence explains, with one positive gain a channel."""
    told = 0.0
    for channel in (0, 1):
        shown = mixed @ colours[:, :, channel].T
        power = (shown**2).sum(axis=0)
        told = told + np.maximum(0.0, came[:, channel] @ shown) ** 2 / np.maximum(power, 1e-12)
    return np.asarray(told / max(float((came**2).sum()), 1e-12), np.float64)
