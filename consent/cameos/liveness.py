"""Is this a person, here, now, answering this challenge? Observation in, verdict out; no engine, no clock.

Each check answers *passed*, *failed*, *unsure* or *not available*. One that failed refuses; one that is unsure sends
the recording to a person; what is not available or was not asked decides nothing here: ``safety`` says what its absence
means. The lines were drawn from six recordings of real people, photographs and geometry, never from the actors of
``consent.trials``. Scores stay here: people are told sentences.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from consent.cameos import capturing, movement, speech
from consent.cameos.challenge import Challenge
from consent.cameos.echo import PLAUSIBLE, Echo, Unseen, echo
from consent.cameos.observation import Observation

SHORTEST, SLOWEST = 4.0, 8.0  # seconds; pictures a second
TAIL: Final = 3.0  # seconds a recording may go on after the challenge's own limit
COVERED: Final = 0.90  # of the pictures show the face; real people: 0.99 and more
SMALL: Final = 0.18  # forehead to chin, of the picture's height; real people: 0.36 and more
SAME_STRAIGHT, SAME_TURNED = 0.42, 0.45  # one person: .50 (5th percentile), .63; two people: .33 at most
COMPANY: Final = 3  # looks that must show a second face before it counts
ECHOED, FAINT = 0.40, 0.30  # no echo: .25 at most
CHANCE: Final = 0.10  # of what the sequence leaves unexplained another may explain by chance: it has a dozen amounts
BEHIND: Final = 0.01  # and so much because no screen's colours are quite those asked for; one wrong colour: .04
FOLLOW, DOUBTFUL = 0.10, 0.30  # how lips go with the sound: people .21, .46; with another's .04 (median), .26 (95 %)
NEAR, PLANE = 0.55, 0.75  # of the face's echo, from what is behind it: see ``echo``
LATTICE: Final = 9.0  # decibels; real people: 5.4 at most
REPEATED: Final = 0.45  # grey levels between two moments; real people: 2.2 at least
LIVELY: Final = 0.5  # what the passive engine says of a live face, at least

Result = Literal["passed", "failed", "unsure", "not available"]
Verdict = Literal["live", "spoof", "unsure"]
PASSED: Final = "passed"
FAILED: Final = "failed"
UNSURE: Final = "unsure"
ABSENT: Final = "not available"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found wrong or could not tell: its name, the sentence the person reads."""

    check: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, what led to it in words, and every check's own answer."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    results: dict[str, Result]


SENTENCES: Final = {
    "length": "The recording is too short or too long: it should last as long as the challenge.",
    "pace": "The recording stutters: close other programs, or use another camera.",
    "no_face": "We did not see your face all the time: keep it inside the oval, in good light.",
    "small": "Your face is too far away: come closer, until it fills the oval.",
    "company": "There is more than one face in the picture: only you should be in it.",
    "poses": "We did not see the head movements we asked for, in the order we asked.",
    "timing": "Your head did not move when we asked: follow each arrow as it appears, and hold until it goes.",
    "relief": "The picture moves like a photograph, not like a head.",
    "echo": "We did not see the colours of your screen on your face: dim the room, or brighten the screen.",
    "plane": "The light of your screen falls on everything alike, as on a picture: sit away from the wall behind you.",
    "changed": "The face does not stay the same throughout the recording.",
    "silence": "We did not hear you say the digits: check your microphone and speak up.",
    "digits": "The digits we heard are not the ones we asked for.",
    "phrase": "What we heard is not what we asked you to say.",
    "early": "You said the digits before we asked for them: follow the page as it goes.",
    "lips": "Your lips do not move with what is said.",
    "recapture": "The picture looks like one taken from a screen.",
    "repeats": "The recording shows the same moment more than once.",
    "pad": "The picture looks like one of a face that is only shown.",
    "device": "The recording says it comes from a camera made of software.",
    "even": "Your pictures come as evenly as a program's: use a camera, with nothing between it and this page.",
    "alternative": "Without the colours, a person decides.",
}


def judge(seen: Observation, challenge: Challenge, *, without: frozenset[str] = frozenset()) -> Judged:
    """Return the verdict on what was seen; every check runs, so that all that is wrong is told at once.

    ``without`` leaves checks out, to measure what each of them is good for; only ``evaluate liveness`` passes it, and
    the task that enrols people cannot.
    """
    if first := unusable(seen, longest=challenge.max_seconds + TAIL):
        return _judged({first: FAILED}, challenge)
    straight = movement.straightened(seen)
    checks = {**unasked(seen, straight), **_asked(seen, straight, challenge)}
    return _judged({name: check() for name, check in checks.items() if name not in without}, challenge)


def unasked(seen: Observation, straight: NDArray[np.float64]) -> dict[str, Callable[[], Result]]:
    """Return the checks that need no challenge: they hold for any recording of one person talking."""
    return {
        "company": lambda: _so(sum(look.faces > 1 for look in seen.looks) < COMPANY),
        "relief": lambda: _relief(seen, straight),
        "blink": lambda: PASSED if movement.blinks(seen) else ABSENT,  # one of six people did not, in seven seconds
        "changed": lambda: _same(seen, straight),
        "lips": lambda: _lips(seen),
        "recapture": lambda: ABSENT if np.isnan(seen.lattice) else _so(seen.lattice < LATTICE),
        "repeats": lambda: _so(capturing.repeated(seen) >= REPEATED),
        "pad": lambda: _pad(seen),
        "device": lambda: UNSURE if capturing.is_virtual(seen) else PASSED,
    }


def unusable(seen: Observation, *, longest: float) -> str:
    """Return why nothing can be judged by this recording, or ''."""
    if not seen.times.size or not seen.present.any():
        return "no_face"
    length = float(seen.times[-1] - seen.times[0])
    if not SHORTEST <= length <= longest:
        return "length"
    if (seen.times.size - 1) / length < SLOWEST:
        return "pace"
    if seen.present.mean() < COVERED:
        return "no_face"
    return "small" if float(np.nanmedian(seen.size)) < SMALL else ""


def _asked(seen: Observation, straight: NDArray[np.float64], challenge: Challenge) -> dict[str, Callable[[], Result]]:
    poses, came = movement.held(seen, straight), echo(seen, challenge)
    says: dict[str, Callable[[], Result]] = {
        "phrase" if challenge.phrase else "digits": lambda: _so(speech.says(seen, challenge)),
        "early": lambda: _so(speech.is_in_time(seen, challenge)),
    }
    in_order = movement.in_order(poses, challenge)
    return {
        "poses": lambda: _so(in_order),
        "timing": lambda: _so(movement.in_time(poses, challenge)) if in_order else ABSENT,
        "echo": lambda: _echo(came),
        "plane": lambda: _plane(came),
        "silence": lambda: _so(speech.is_heard(seen)),
        "even": lambda: UNSURE if capturing.is_even(seen) else PASSED,  # a browser's are not; anybody else's may be
        **(says if speech.is_heard(seen) else {}),
    }


def _judged(results: dict[str, Result], challenge: Challenge) -> Judged:
    told = tuple(Finding(name, SENTENCES[name]) for name, result in results.items() if result == FAILED)
    if told:
        return Judged("spoof", told, results)
    doubts = [name for name, result in results.items() if result == UNSURE]
    doubts += ["alternative"] if challenge.path == "alternative" else []
    return Judged("unsure" if doubts else "live", tuple(Finding(name, SENTENCES[name]) for name in doubts), results)


def _so(holds: bool) -> Result:  # noqa: FBT001 - the one thing it takes
    return "passed" if holds else "failed"


def _relief(seen: Observation, straight: NDArray[np.float64]) -> Result:
    measured = movement.relief(seen, straight)
    return ABSENT if measured is None else _so(measured >= movement.RELIEF)


def _echo(came: Echo | Unseen | None) -> Result:
    if came is None:
        return ABSENT
    if (
        isinstance(came, Unseen)
        or not PLAUSIBLE[0] <= came.delay <= PLAUSIBLE[1]
        or came.behind > BEHIND + CHANCE * (1 - came.score)
        or came.score < FAINT
    ):
        return FAILED
    return PASSED if came.score >= ECHOED else UNSURE


def _lips(seen: Observation) -> Result:
    if not speech.is_heard(seen):
        return ABSENT
    follows = speech.agreement(seen)
    if not speech.do_lips_move(seen) or follows < FOLLOW:
        return FAILED
    return PASSED if follows >= DOUBTFUL else UNSURE


def _plane(came: Echo | Unseen | None) -> Result:
    """Return whether the light falls off behind the face; what shows no echo behind it says so too."""
    if not isinstance(came, Echo):
        return ABSENT
    if came.behind_face >= PLANE:
        return FAILED
    return UNSURE if came.behind_face >= NEAR else PASSED


def _pad(seen: Observation) -> Result:
    scores = [look.pad for look in seen.looks if look.pad is not None]
    return _so(float(np.median(scores)) >= LIVELY) if scores else ABSENT


def _same(seen: Observation, straight: NDArray[np.float64]) -> Result:
    """Return whether all looks are one face: straight ones among themselves, turned ones against their middle."""
    askew = np.linalg.norm(straight, axis=1)
    known = [(float(np.interp(look.t, seen.times, askew)), look.vector) for look in seen.looks]
    facing = np.array([vector for off, vector in known if vector is not None and off < movement.STRAIGHT])
    every = np.array([vector for _, vector in known if vector is not None])
    if len(facing) < COMPANY:
        return FAILED
    pairs = (facing @ facing.T)[np.triu_indices(len(facing), 1)]
    middle = np.median(facing, axis=0)
    against = every @ (middle / np.linalg.norm(middle))
    alike = float(np.percentile(pairs, 5)) >= SAME_STRAIGHT and float(np.percentile(against, 5)) >= SAME_TURNED
    return _so(alike)
