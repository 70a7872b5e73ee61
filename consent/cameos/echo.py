"""Does the light of the screen come back from this face, in the order it was shown, and as soon as light does?

The skin's colour is followed from picture to picture as two log-ratios (red over green, blue over green), freed of
drift and of what turning the head does to them, and compared with the colours that were shown, delayed by what a
screen, a camera and an encoder take. The score is the part of the face's change of colour that the sequence explains.

Light also tells how far away things are. A face half a metre from a screen gets more of it than anything behind: what
is a quarter of a metre further back gets (50 / 75)^2 = .44 of it, a wall a tenth. On paper or glass before the camera
the face and what seems to be behind it are one plane, and get the same.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.cameos.challenge import Challenge
from consent.cameos.lights import HUES, NEUTRAL, linear, orders, srgb
from consent.cameos.observation import Observation

ROOM: Final = 3.0  # the room's light on a face, where a white screen's is 1; the score hardly depends on it
DELAYS: Final = np.arange(-0.6, 1.85, 0.05)  # seconds that are looked at
PLAUSIBLE: Final = (-0.11, 0.56)  # seconds: a clock's slack before, the slowest screen and camera after
TELLING: Final = 0.25  # the part of the room's change from which on it is taken for an echo
MARGIN: Final = 1.0  # seconds of the recording around the sequence that are looked at


@dataclass(frozen=True, slots=True)
class Echo:
    """What comes back of a sequence.

    ``score``: the part of the face's change of colour that the sequence explains, 0 to 1. ``behind``: by how much the
    best of all other sequences of the same rhythm explains it better; 0 or less means that none does. ``delay``: how
    late it comes, seconds. ``behind_face``: how much of it comes from what is behind the face, over what comes from the
    face; NaN where nothing comes from there.
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
    came = free @ _ratios(seen.skin[inside])
    own = np.array([_difference(light.rgb) for light in challenge.lights])[None]
    scores = [_explained(came, free @ _mixed(times - delay, challenge), own)[0] for delay in DELAYS]
    best = int(np.argmax(scores))
    others = _explained(came, free @ _mixed(times - DELAYS[best], challenge), _others(challenge))
    shown = free @ _mixed(times - DELAYS[best], challenge) @ own[0]
    share = _share(came, free @ _ratios(seen.room[inside]), shown)
    return Echo(float(scores[best]), float(others.max() - scores[best]), float(DELAYS[best]), share)


def _ratios(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 2): log red over green and blue over green."""
    logs = np.log(np.maximum(colours, 1e-4))
    return np.asarray(logs[:, [0, 2]] - logs[:, 1:2], np.float64)


def _share(face: NDArray[np.float64], room: NDArray[np.float64], shown: NDArray[np.float64]) -> float:
    """Return the room's gain over the face's; NaN where the sequence does not explain what the room does."""
    gain = float((room * shown).sum())
    explained = gain**2 / max(float((shown**2).sum() * (room**2).sum()), 1e-12)
    return max(0.0, gain) / max(float((face * shown).sum()), 1e-12) if explained >= TELLING else float("nan")


def _freedom(seen: Observation, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the projection (n, n) that takes off a slow drift and what turning the head does to the skin's colour.

    What was shown goes through it too: else an echo that happens to follow the head would count for less.
    """
    times, pose = seen.times[inside], seen.pose[inside] / 20
    basis = np.linalg.qr(np.column_stack([np.ones_like(times), times - times.mean(), pose]))[0]
    return np.asarray(np.eye(times.size) - basis @ basis.T, np.float64)


def _mixed(times: NDArray[np.float64], challenge: Challenge) -> NDArray[np.float64]:
    """Return (n, lights): how much of each light there is at these times, by rhythm alone; the rest is neutral."""
    columns = []
    for light, after in zip(challenge.lights, (*challenge.lights[1:], None), strict=True):
        fade = after.ease_s if after else light.ease_s
        knots = (light.start_s, light.start_s + light.ease_s, light.end_s, light.end_s + fade)
        columns.append(np.interp(times, knots, (0.0, 1.0, 1.0, 0.0)))
    return np.column_stack(columns)


def _difference(rgb: tuple[int, int, int]) -> NDArray[np.float64]:
    """Return (2,): how much redder and how much bluer than green a face gets in this light, against a neutral one."""
    light, grey = np.log(ROOM + np.array(linear(rgb))), np.log(ROOM + np.array(linear(NEUTRAL)))
    change = light - grey
    return np.asarray(change[[0, 2]] - change[1], np.float64)


def _others(challenge: Challenge) -> NDArray[np.float64]:
    """Return (4515, lights, 2): the colours of every other sequence that might have been asked for."""
    asked = tuple(light.rgb for light in challenge.lights)
    names = {srgb(hue): name for name, hue in HUES.items()}
    colours = {name: _difference(srgb(hue)) for name, hue in HUES.items()}
    rows = [row for row in orders(len(asked)) if row != tuple(names.get(rgb, "") for rgb in asked)]
    return np.array([[colours[name] for name in row] for row in rows])


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
