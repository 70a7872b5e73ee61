"""The bona fide actor: a real portrait that answers a challenge, as data.

It proves that an honest capture passes, and gives tests and the demo something to enrol. It proves
nothing about people: it is a simulation, and shares neither constant nor module with the judge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consent.trials import camera, score, voice
from consent.trials.asked import Asked
from consent.trials.camera import CODECS, Pixels, Sensor, Take
from consent.trials.expression import Muscles
from consent.trials.lamp import Lamp, Screen
from consent.trials.lift import lift
from consent.trials.pose import Stage
from consent.trials.score import Manner, Score
from consent.trials.spectacles import Glasses
from consent.trials.voice import RATE, Voice

__all__ = ["CODECS", "RATE", "Part", "Player", "drawn", "perform", "speak"]


@dataclass(frozen=True, slots=True)
class Part:
    """Who plays, and where they sit: ``bright`` is what a white screen adds to the room's light, ``late`` its delay."""

    portrait: Pixels = field(repr=False)
    manner: Manner = field(default_factory=Manner)
    voice: Voice = field(default_factory=Voice)
    bright: float = 0.5
    late: float = 0.08
    dim: float = 1.0
    warm: float = 0.0
    side: float = 0.0
    has_glasses: bool = False


def drawn(portrait: Pixels, rng: np.random.Generator) -> Part:
    """Return somebody with this face: every fourth wears glasses, every fourth sits in poor light."""
    is_poor = rng.random() < 0.25  # noqa: PLR2004 - as said
    return Part(
        portrait=portrait,
        manner=score.drawn(rng),
        voice=voice.drawn(rng),
        bright=float(rng.uniform(0.5, 1.0) if is_poor else rng.uniform(0.3, 0.8)),
        late=float(rng.uniform(0.04, 0.14)),
        dim=float(rng.uniform(0.45, 0.7)) if is_poor else float(rng.uniform(0.85, 1.0)),
        warm=float(rng.uniform(0, 1)),
        side=float(rng.uniform(-0.6, 0.6)) if is_poor else 0.0,
        has_glasses=bool(rng.random() < 0.25),  # noqa: PLR2004 - as said
    )


class Player:
    """Somebody answering a challenge: what can be seen of them at any time, and heard."""

    def __init__(
        self, part: Part, asked: Asked, *, size: tuple[int, int], model: Path, said: NDArray[np.float32] | None = None
    ) -> None:
        self.part, self.asked = part, asked
        words = voice.say(asked.digits, part.voice) if said is None and asked.digits else said
        read = voice.say(asked.phrase, part.voice) if asked.phrase else np.zeros(0, np.float32)
        silent = np.zeros(0, np.float32)
        self.score = Score(asked=asked, said=silent if words is None else words, read=read, manner=part.manner)
        self.head = lift(part.portrait, width=size[0], height=size[1], model=model)
        self._muscles, self._stage = Muscles(self.head), Stage(self.head)
        self._lamp, self._screen = Lamp(self.head, bright=part.bright), Screen(asked.lights, late=part.late)
        self._glasses = Glasses(self.head) if part.has_glasses else None

    @property
    def seconds(self) -> float:
        """Return how long they need."""
        return self.score.length

    def face(self, t: float) -> Pixels:
        """Return the face as it is made at a time, unlit and looking straight."""
        made = self._muscles.move(self.head.picture, blink=self.score.blink(t), mouth=self.score.mouth(t))
        return self._glasses.worn(made) if self._glasses else made

    def see(self, t: float) -> Pixels:
        """Return what a camera without faults would see at a time."""
        turn = self.score.turn(t)
        return self._stage.show(self._lamp.shine(self.face(t), self._screen.colour(t), turn), turn)

    def unlit(self, t: float) -> Pixels:
        """Return the same where no screen shines on them."""
        return self._stage.show(self.face(t), self.score.turn(t))

    def track(self) -> NDArray[np.float32]:
        """Return the voice alone, silence around it: float32 mono at RATE, as long as the performance."""
        return voice.placed(self.score.spoken, seconds=self.seconds)


def sensor(part: Part, size: tuple[int, int], *, seed: int) -> Sensor:
    """Return the camera in this part's room."""
    return Sensor(*size, seed=seed, dim=part.dim, warm=part.warm, side=part.side)


def take(player: Player, *, size: tuple[int, int], fps: int, seed: int) -> Take:
    """Return the honest recording of a player."""
    eye = sensor(player.part, size, seed=seed)
    times = camera.ticking(player.seconds, fps=fps, seed=seed)
    pictures: Iterator[tuple[float, Pixels]] = ((t, eye.expose(player.see(t), t)) for t in times)
    return Take(pictures=pictures, sound=camera.heard(player.track(), seed=seed), size=size, fps=fps)


def perform(
    portrait: NDArray[np.uint8],
    *,
    poses: Sequence[str] = (),
    digits: str = "",
    told: Mapping[str, Any] | None = None,
    out: Path,
    model: Path,
    size: tuple[int, int] = (640, 480),
    fps: int = 30,
    seed: int = 1,
) -> float:
    """Film ``portrait`` (RGB) taking the poses in order, then saying the digits; return the seconds filmed.

    ``told`` is the whole challenge as the product tells it, and then says everything: cues, colours, phrase.
    ``model`` is MediaPipe's ``face_landmarker.task``; ``out`` ends in .mp4 or .webm. Raises
    ``lift.PortraitError`` when the portrait has no face, ``asked.AskedError`` for what cannot be played.
    """
    asked = Asked.read(told if told is not None else {"poses": list(poses), "digits": digits or "0"})
    part = Part(portrait=portrait, manner=Manner(seed=seed), voice=Voice(seed=seed))
    player = Player(part, asked, size=size, model=model)
    camera.film(take(player, size=size, fps=fps, seed=seed), out)
    return player.seconds


def speak(digits: str, *, seed: int) -> NDArray[np.float32]:
    """Return the digits said one by one: mono float32 at 48 kHz."""
    return voice.say(digits, Voice(seed=seed))
