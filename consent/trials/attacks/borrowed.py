"""Attacks that need no film of their own: an honest recording is handed in for a session that it does not answer.

What was filmed in session A is judged against the challenge of session B, and the dial chooses how alike B is to A.
That is what these attacks are: the same pictures, and something in them that was not asked for. Whether the pictures
came before the challenge or the challenge before the pictures, no judge can see. The file's bytes may be the same too:
that the product knows a file it has had before is not counted here, since another wrapping changes it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any, Literal

import numpy as np

from consent.trials import camera, voice
from consent.trials.actor import Part

LATEST, SOONEST = 2.5, 0.7  # seconds an echo comes too late
LAGGING, BRISK = 3.0, 1.0  # seconds the poses come too late
HASTY, EAGER = 5.0, 2.0  # seconds the digits come too soon
DRAWS = 3  # decades: at the dial's end, the best of a thousand challenges
LABELS = ("OBS Virtual Camera", "ManyCam Virtual Webcam", "v4l2loopback")
NAMELESS = "HD Webcam"
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """What somebody was asked (``told``), and the recording they handed in, ``seconds`` long; ``part``: who it was."""

    told: Told
    path: Path
    seconds: float
    part: Part


@dataclass(frozen=True, slots=True)
class Loan:
    """An attack with a session of somebody else's: ``draw`` gives a fresh challenge, ``strength`` runs from 0 to 1."""

    of: Session
    draw: Callable[[], Told]
    strength: float
    rng: np.random.Generator = field(repr=False)


@dataclass(frozen=True, slots=True)
class Handed:
    """A recording, and the challenge it must answer; ``anew`` is all that differs from the session's own file."""

    path: Path
    told: Told
    anew: Literal["nothing", "sound", "tags"] = "nothing"


def replay(loan: Loan) -> Handed:
    """Hand in an earlier session: for any challenge at 0, for the most alike of thirty at .5, of a thousand at 1."""
    drawn = [loan.draw() for _ in range(round(10 ** (DRAWS * loan.strength)))]
    return Handed(loan.of.path, max(drawn, key=lambda told: _alike(told, loan.of.told)))


def stale(loan: Loan) -> Handed:
    """Hand in an answer to a nonce that has been renewed: the more of it is the same, the higher the dial.

    At 0 nothing is; from .4 on poses, cues and the colours' rhythm are; from .8 on all but two digits, too.
    """
    if loan.strength < 0.4:  # noqa: PLR2004 - as said
        return Handed(loan.of.path, loan.draw())
    told = _recoloured(loan, wrong=range(1, len(loan.of.told["lights"]) + 1))
    if loan.strength < 0.8:  # noqa: PLR2004 - as said
        return Handed(loan.of.path, told | {"digits": loan.draw()["digits"]})
    return Handed(loan.of.path, told | {"digits": changed(loan.of.told["digits"], loan.rng, count=2)})


def order(loan: Loan) -> Handed:
    """Hand in the right poses in a wrong order: any below .5, from there on one as near to the right one as can be."""
    asked = tuple(str(pose) for pose in loan.of.told["poses"])
    others = sorted(row for row in set(permutations(asked)) if row != asked and _is_drawable(row))
    if loan.strength >= 0.5:  # noqa: PLR2004 - as said
        least = min(_apart(row, asked) for row in others)
        others = [row for row in others if _apart(row, asked) == least]
    return Handed(loan.of.path, loan.of.told | {"poses": list(others[int(loan.rng.integers(len(others)))])})


def digits(loan: Loan) -> Handed:
    """Hand in the right poses with wrong digits: all of them wrong at 0, one of them at 1."""
    said = loan.of.told["digits"]
    count = max(1, round(len(said) * (1 - loan.strength)))
    return Handed(loan.of.path, loan.of.told | {"digits": changed(said, loan.rng, count=count)})


def other_echo(loan: Loan) -> Handed:
    """Hand in the light of another sequence in the same rhythm: all colours are other ones at 0, two at 1."""
    count = max(2, round(len(loan.of.told["lights"]) * (1 - loan.strength)))
    return Handed(loan.of.path, _recoloured(loan, wrong={count}))


def late_echo(loan: Loan) -> Handed:
    """Hand in an answer whose light comes late, as when somebody computes it: 2.5 s at 0, .7 s at 1."""
    late = LATEST - loan.strength * (LATEST - SOONEST)
    lights = [light | {"start_s": round(light["start_s"] - late, 3)} for light in loan.of.told["lights"]]
    return Handed(loan.of.path, loan.of.told | {"lights": lights})


def late_poses(loan: Loan) -> Handed:
    """Hand in an answer whose poses all come late, as a face's that somebody drives from afar: 3 s at 0, 1 s at 1."""
    late = LAGGING - loan.strength * (LAGGING - BRISK)
    return Handed(loan.of.path, loan.of.told | {"cues": [round(cue - late, 3) for cue in loan.of.told["cues"]]})


def early_digits(loan: Loan) -> Handed:
    """Hand in an answer whose digits come before they are asked for, as from a list: 5 s too soon at 0, 2 s at 1."""
    soon = HASTY - loan.strength * (HASTY - EAGER)
    return Handed(loan.of.path, loan.of.told | {"digits_s": round(loan.of.told["digits_s"] + soon, 3)})


def other_voice(loan: Loan) -> Handed:
    """Hand in pictures of one person with the voice of another, who stands beside the camera.

    Below .7 the lips say other digits than the voice, which starts with them at .7 and 1.4 s late at 0; from there on
    they say the same, and the voice comes 600 ms late at .7, 150 ms at 1.
    """
    is_same = loan.strength >= 0.7  # noqa: PLR2004 - as said
    late = 0.6 - 1.5 * (loan.strength - 0.7) if is_same else 2 * (0.7 - loan.strength)
    said = loan.of.told["digits"]
    told = loan.of.told if is_same else loan.of.told | {"digits": changed(said, loan.rng, count=len(said))}
    part = loan.of.part
    strange = voice.say(told["digits"], voice.unlike(part.voice, loan.rng))
    start = loan.of.told["digits_s"] + part.manner.react + late
    track = voice.placed(((start, strange),), seconds=loan.of.seconds)
    out = loan.of.path.with_name(f"dubbed-{loan.of.path.name}")
    camera.rewrap(loan.of.path, out, sound=camera.heard(track, seed=int(loan.rng.integers(1 << 30))))
    return Handed(out, told, "sound")


def virtual_camera(loan: Loan) -> Handed:
    """Hand in a perfect answer whose file names a virtual camera; from .75 on the name is an ordinary webcam's."""
    label = NAMELESS if loan.strength >= 0.75 else LABELS[int(loan.rng.integers(len(LABELS)))]  # noqa: PLR2004
    out = loan.of.path.with_name(f"named-{loan.of.path.name}")
    camera.rewrap(loan.of.path, out, tags={"title": label, "comment": label})
    return Handed(out, loan.of.told, "tags")


def changed(said: str, rng: np.random.Generator, *, count: int) -> str:
    """Return digits of which that many differ, each for sure, and of which no two neighbours are the same."""
    while True:
        wrong = list(said)
        for place in rng.permutation(len(said))[:count]:
            wrong[int(place)] = str((int(said[int(place)]) + int(rng.integers(1, 10))) % 10)
        if _is_drawable(wrong):
            return "".join(wrong)


def _recoloured(loan: Loan, *, wrong: Collection[int]) -> Told:
    """Return the session's challenge in the colours of a fresh one, of which as many are others as ``wrong`` allows."""
    own, drawn = _colours(loan.of.told), map(_colours, iter(loan.draw, None))
    shown = next(colours for colours in drawn if _apart(colours, own) in wrong)
    lights = [light | {"rgb": list(rgb)} for light, rgb in zip(loan.of.told["lights"], shown, strict=True)]
    return loan.of.told | {"lights": lights}


def _alike(one: Told, other: Told) -> int:
    """Return how much of two challenges is the same: poses, digits and colours in their places."""
    pairs = [(one["poses"], other["poses"]), (one["digits"], other["digits"]), (_colours(one), _colours(other))]
    return sum(len(first) - _apart(first, second) for first, second in pairs)


def _colours(told: Told) -> list[tuple[float, ...]]:
    return [tuple(light["rgb"]) for light in told["lights"]]


def _apart(one: Sequence[object], other: Sequence[object]) -> int:
    return sum(first != second for first, second in zip(one, other, strict=True))


def _is_drawable(row: Sequence[object]) -> bool:
    """Return whether no two neighbours are the same: a challenge never asks for anything twice in a row."""
    return all(one != two for one, two in pairwise(row))
