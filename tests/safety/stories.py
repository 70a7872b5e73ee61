"""What the stories of safety share: a prompt asked for, a video shown, a kind of subject that remembers."""

from dataclasses import dataclass, field

import numpy as np

from provenance.media import Frame
from safety import cases, screen
from safety.classifiers.output import OutputTap
from safety.clearance import Answer, Clearance, Hold, Refusal, Signal
from tests import cast

DRAFT, OTHER, STREAM = "a" * 64, "b" * 64, "c" * 64
UNSAFE = "a masked man stabs another man with a kitchen knife in an alley"
UNSURE = "una mujer camina con su perro por la playa mientras el sol se pone"  # no harm, but not English


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
    """Return a tap that was shown one flat grey frame per level."""
    tap = screen.output_tap()
    for index, level in enumerate(levels):
        frame = Frame(index, index / fps, np.full((90, 160, 3), level, np.uint8))
        if tap.wants(frame.index, frame.t):
            tap.see(frame)
    return tap


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
