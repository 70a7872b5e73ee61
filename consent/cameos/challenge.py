"""The challenge: what a capture is asked to do, fresh for every session and answered once."""

import re
import secrets
from dataclasses import dataclass
from typing import Any, Final

POSES: Final = ("left", "right", "up", "down")
COUNT, DIGITS = 4, 6
MAX_SECONDS: Final = 20

SPOKEN: Final = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "to": "2", "too": "2", "three": "3", "four": "4",
    "for": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "ate": "8", "nine": "9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Challenge:
    """Head poses in an order, seen from the person (their own left), and digits to say."""

    poses: tuple[str, ...]
    digits: str
    max_seconds: int = MAX_SECONDS

    def told(self) -> dict[str, Any]:
        """Return it as JSON for the page and the row."""
        return {"poses": list(self.poses), "digits": self.digits, "max_seconds": self.max_seconds}

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Challenge":
        """Return what :meth:`told` gave."""
        return cls(poses=tuple(told["poses"]), digits=str(told["digits"]), max_seconds=int(told["max_seconds"]))


def make() -> Challenge:
    """Return a new challenge: 108 orders of four poses and 590,490 rows of six digits.

    Nothing comes twice in a row: a repeated digit is easily heard once, a repeated pose seen once.
    """
    return Challenge(poses=_drawn(POSES, COUNT), digits="".join(_drawn(tuple("0123456789"), DIGITS)))


def digits_in(transcript: str) -> str:
    """Return the digits said, from numerals and English words, in order."""
    parts = re.findall(r"\d|[a-z]+", transcript.lower())
    return "".join(part if part.isdigit() else SPOKEN.get(part, "") for part in parts)


def _drawn(pool: tuple[str, ...], count: int) -> tuple[str, ...]:
    drawn: list[str] = []
    for _ in range(count):
        drawn.append(secrets.choice([one for one in pool if drawn[-1:] != [one]]))
    return tuple(drawn)
