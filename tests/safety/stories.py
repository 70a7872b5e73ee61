"""What the stories of safety share: a prompt asked for, a video shown, a kind of subject that remembers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from hibari import Hibari
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from provenance.media import Frame, Sound
from safety import cases, screen
from safety.classifiers.output.tap import OutputTap
from safety.clearance import Answer, Clearance, Hold, Refusal, Signal
from tests import cast

DRAFT, OTHER, STREAM = "a" * 64, "b" * 64, "c" * 64
UNSAFE = "a masked man stabs his neighbour to death with a kitchen knife"
UNSURE = (
    "nainen k\u00e4velee koiransa kanssa rannalla auringon laskiessa"  # no harm, but Finnish, which nothing here reads
)


def ask(text: str, *, digest: str = DRAFT, likeness: bool = True, job: str = "job-1") -> Answer:
    """Screen a prompt of Felix's."""
    return screen.prompt(text, digest=digest, likeness=likeness, requester=cast.person("felix").pk, job=job)


def cleared(answer: Answer) -> Clearance:
    assert isinstance(answer, Clearance), answer
    return answer


def held(answer: Answer) -> Hold:
    assert isinstance(answer, Hold), answer
    return answer


def refused(answer: Answer | None) -> Refusal:
    assert isinstance(answer, Refusal), answer
    return answer


def watched(*levels: int, fps: int = 24) -> OutputTap:
    """Return a tap that was shown one flat grey frame per level, without a sound."""
    return filmed([np.full((90, 160, 3), level, np.uint8) for level in levels], fps=fps)


def filmed(
    pictures: Iterable[NDArray[np.uint8]], *, sound: NDArray[np.float32] | None = None, fps: int = 24
) -> OutputTap:
    """Return a tap that heard this sound (mono, 16 kHz) and was shown these pictures."""
    tap = screen.output_tap()
    tap.hear(Sound(rate=16_000, samples=np.zeros(0, np.float32) if sound is None else sound))
    for index, picture in enumerate(pictures):
        if tap.wants(index, index / fps):
            tap.see(Frame(index, index / fps, picture))
    return tap


def written(*lines: str, size: int = 22, level: int = 60) -> NDArray[np.uint8]:
    """Return a picture, 640 by 360, with these lines on it."""
    picture = Image.new("RGB", (640, 360), (level, level, level))
    for row, line in enumerate(lines):
        ImageDraw.Draw(picture).text((30, 40 + 60 * row), line, fill="white", font=ImageFont.load_default(size))
    return np.asarray(picture)


def said(words: str, *, at: float = 0.0, seconds: float = 0.0) -> NDArray[np.float32]:
    """Return somebody saying these words ``at`` seconds into a sound (mono, 16 kHz) of at least ``seconds``."""
    voice = Hibari()
    spoken = np.asarray(voice(words), np.float32)
    times = np.arange(int(len(spoken) / voice.sample_rate * 16_000)) * voice.sample_rate / 16_000
    spoken = np.interp(times, np.arange(len(spoken)), spoken).astype(np.float32)
    start = int(at * 16_000)
    track = np.zeros(max(int(seconds * 16_000), start + len(spoken)), np.float32)
    track[start : start + len(spoken)] = spoken
    return track


def show(
    tap: OutputTap,
    *,
    engine: str = "world",
    likeness: bool = True,
    vocabulary: tuple[str, ...] = ("beach", "sand", "ball", "person"),
    signals: tuple[Signal, ...] = (),
) -> Answer:
    """Screen a finished video."""
    return screen.output(
        tap, digest=STREAM, likeness=likeness, job="job-1", engine=engine, vocabulary=vocabulary, signals=signals
    )


@dataclass
class Owner:
    """A kind of subject that remembers what it was told."""

    told: list[tuple[str, str]] = field(default_factory=list)
    shown: cases.Shown = field(default_factory=lambda: cases.Shown("A video that @felix asked for", ("a quiet beach",)))
    fails: bool = False

    def register(self, kind: str) -> None:
        cases.register(kind, cases.Handlers(lambda _: self.shown, print, print, self.resolved))

    def resolved(self, subject: str, decision: str) -> None:
        if self.fails:
            raise RuntimeError("the owner could not carry it out")
        self.told.append((subject, decision))
