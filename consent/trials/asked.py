"""What a capture was asked for, as the product tells it in JSON: the one thing an actor knows of the judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TURNS = ("left", "right", "up", "down")


class AskedError(ValueError):
    """This is no challenge an actor can answer: it needs poses (left, right, up, down) and digits."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Light:
    """One colour of the screen, sRGB 0 to 255: eased into from ``start_s`` over ``ease_s``, then held; seconds."""

    rgb: tuple[float, float, float]
    start_s: float
    hold_s: float
    ease_s: float

    @property
    def end_s(self) -> float:
        """Return when the next colour begins."""
        return self.start_s + self.ease_s + self.hold_s


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge. Times are seconds from the first picture; without ``cues`` everybody takes their own time."""

    poses: tuple[str, ...]
    digits: str
    cues: tuple[float, ...] = ()
    holds: tuple[float, ...] = ()
    lights: tuple[Light, ...] = ()
    phrase: str = ""
    digits_s: float = 0.0
    phrase_s: float = 0.0
    seconds: float = 0.0

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Asked":
        """Return the challenge in a JSON object; raises AskedError when it cannot be answered."""
        try:
            return cls._of(told)
        except (KeyError, TypeError, ValueError, AttributeError) as surprise:
            raise AskedError from surprise

    @classmethod
    def _of(cls, told: Mapping[str, Any]) -> "Asked":
        named = [pose if isinstance(pose, dict) else {"pose": pose} for pose in told["poses"]]
        poses, digits = tuple(str(pose["pose"]) for pose in named), str(told["digits"])
        if not set(poses) <= set(TURNS) or not digits.isdigit():
            raise AskedError
        holds = told.get("holds") or [pose["hold_s"] for pose in named if "hold_s" in pose]
        return cls(
            poses=poses,
            digits=digits,
            cues=tuple(float(cue) for cue in told.get("cues", ())),
            holds=tuple(float(hold) for hold in holds),
            lights=tuple(_light(light) for light in told.get("lights", ())),
            phrase=str(told.get("phrase", "")),
            digits_s=float(told.get("digits_s", 0)),
            phrase_s=float(told.get("phrase_s", 0)),
            seconds=float(told.get("seconds", 0)),
        )


def _light(told: Mapping[str, Any]) -> Light:
    red, green, blue = (float(value) for value in told["rgb"])
    return Light(
        rgb=(red, green, blue),
        start_s=float(told["start_s"]),
        hold_s=float(told["hold_s"]),
        ease_s=float(told.get("ease_s", 0.15)),
    )
