"""The challenge: what a capture is asked to do, fresh for every session and answered once.

As JSON, for the page, the row and whoever plays an answer; every time is in seconds from the recording's start::

    {"path": "standard", "poses": ["left", "up", "right", "down"], "cues": [0.9, 3.2, ...], "holds": [0.85, ...],
     "digits": "482913", "digits_s": 10.1, "phrase": "", "phrase_s": 0.0,
     "lights": [{"rgb": [89, 201, 89], "start_s": 10.1, "hold_s": 0.7, "ease_s": 0.2}, ...],
     "seconds": 16.6, "max_seconds": 22}

A pose begins when its cue is given: it is taken within :data:`LATEST` seconds, held for ``holds`` seconds, and left.
Digits are said from ``digits_s`` on, while the screen shows the colours. Keys beyond poses, digits and max_seconds may
be missing: what was not asked is not judged. A pose may also be given as ``{"pose": "left", "hold_s": 0.8}``.
"""

import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from consent.cameos import lights
from consent.cameos.lights import Light

Path = Literal["standard", "alternative"]
POSES: Final = ("left", "right", "up", "down")
COUNTS: Final[dict[Path, tuple[int, int]]] = {"standard": (4, 6), "alternative": (8, 10)}  # poses, digits
MAX_SECONDS: Final = 20
FIRST: Final = 0.9  # seconds until the first cue
HOLDS: Final = (0.7, 1.1)  # seconds, least and most
AROUND: Final = 1.5  # seconds a pose takes besides being held: hearing the cue, turning there and back
LATEST: Final = 2.0  # seconds after its cue by which a pose is taken
EACH_DIGIT, AFTER = 0.9, 0.8  # seconds
PHRASE: Final = 6.0  # seconds to read it
WORDS: Final = (
    "river", "window", "garden", "yellow", "paper", "summer", "bottle", "silver", "market", "winter", "letter",
    "orange", "mountain", "kitchen", "purple", "morning", "station", "butter", "forest", "island", "pencil", "rabbit",
    "thunder", "village", "basket", "candle", "dragon", "engine", "feather", "hammer", "jacket", "lemon",
)  # fmt: skip
READ: Final = 5  # words in a phrase

SPOKEN: Final = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "to": "2", "too": "2", "three": "3", "four": "4",
    "for": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "ate": "8", "nine": "9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Challenge:
    """Head poses in an order, seen from the person (their own left), digits to say, colours to stand in."""

    poses: tuple[str, ...]
    digits: str
    max_seconds: int = MAX_SECONDS
    cues: tuple[float, ...] = ()
    holds: tuple[float, ...] = ()
    lights: tuple[Light, ...] = ()
    phrase: str = ""
    path: Path = "standard"
    digits_s: float = 0.0
    phrase_s: float = 0.0
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """Return it as JSON for the page and the row."""
        return {
            "path": self.path,
            "poses": list(self.poses),
            "cues": list(self.cues),
            "holds": list(self.holds),
            "digits": self.digits,
            "digits_s": self.digits_s,
            "phrase": self.phrase,
            "phrase_s": self.phrase_s,
            "lights": [light.told() for light in self.lights],
            "seconds": self.seconds,
            "max_seconds": self.max_seconds,
        }

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Challenge":
        """Return what :meth:`told` gave; poses may carry their holds."""
        named = [pose if isinstance(pose, dict) else {"pose": pose} for pose in told["poses"]]
        holds = told.get("holds") or [pose["hold_s"] for pose in named if "hold_s" in pose]
        return cls(
            poses=tuple(str(pose["pose"]) for pose in named),
            digits=str(told["digits"]),
            max_seconds=int(told["max_seconds"]),
            cues=tuple(float(cue) for cue in told.get("cues", ())),
            holds=tuple(float(hold) for hold in holds),
            lights=tuple(Light.of(light) for light in told.get("lights", ())),
            phrase=str(told.get("phrase", "")),
            path="alternative" if told.get("path") == "alternative" else "standard",
            digits_s=float(told.get("digits_s", 0)),
            phrase_s=float(told.get("phrase_s", 0)),
            seconds=float(told.get("seconds", 0)),
        )


def make(path: Path = "standard", *, below: Callable[[int], int] = secrets.randbelow) -> Challenge:
    """Return a new challenge; ``below`` draws a number under another, and only an evaluation gives a seeded one.

    The standard one: 108 orders of four poses, 590,490 rows of six digits, 4,516 orders of
    colours. The
    alternative one shows no colours and asks for eight poses, ten digits and five words instead. Nothing comes twice
    in a row: a repeated digit is easily heard once, a repeated pose seen once.
    """
    count, many = COUNTS[path]
    holds = tuple(_between(*HOLDS, below=below) for _ in range(count))
    cues = tuple(round(FIRST + sum(holds[:number]) + number * AROUND, 2) for number in range(count))
    digits_s = round(cues[-1] + holds[-1] + AROUND, 2)
    phrase_s = round(digits_s + many * EACH_DIGIT, 2)
    is_bright = path == "standard"
    shown = lights.make(start_s=digits_s, below=below) if is_bright else ()
    end = max(phrase_s if is_bright else phrase_s + PHRASE, shown[-1].end_s if shown else 0.0) + AFTER
    return Challenge(
        poses=_drawn(POSES, count, below=below),
        digits="".join(_drawn(tuple("0123456789"), many, below=below)),
        cues=cues,
        holds=holds,
        lights=shown,
        phrase="" if is_bright else " ".join(_drawn(WORDS, READ, below=below)),
        path=path,
        digits_s=digits_s,
        phrase_s=0.0 if is_bright else phrase_s,
        seconds=round(end, 2),
        max_seconds=math.ceil(end) + 4,
    )


def digits_in(transcript: str) -> str:
    """Return the digits said, from numerals and English words, in order."""
    parts = re.findall(r"\d|[a-z]+", transcript.lower())
    return "".join(part if part.isdigit() else SPOKEN.get(part, "") for part in parts)


def words_in(transcript: str, phrase: str) -> int:
    """Return how many words of the phrase are heard, in order."""
    heard, found = re.findall(r"[a-z]+", transcript.lower()), 0
    for word in phrase.split():
        if word in heard:
            heard, found = heard[heard.index(word) + 1 :], found + 1
    return found


def _between(least: float, most: float, *, below: Callable[[int], int]) -> float:
    return round(least + below(round(100 * (most - least)) + 1) / 100, 2)


def _drawn(pool: tuple[str, ...], count: int, *, below: Callable[[int], int]) -> tuple[str, ...]:
    drawn: list[str] = []
    for _ in range(count):
        others = [one for one in pool if drawn[-1:] != [one]]
        drawn.append(others[below(len(others))])
    return tuple(drawn)
