"""The tap: every frame of a video is glanced at, the sound is heard; scores, words, times are kept, never a picture.

Twice a second, and whenever the picture changes, the nudity engine looks at the whole frame, which is also held against
the lists of known media; each second, and whenever something appears, its text is read. A single frame that flashes up
is therefore looked at.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from provenance.media import Frame, Sound
from safety import backends
from safety.backends import Heard
from safety.classifiers.output import glance, hearing
from safety.classifiers.output.clock import Clock
from safety.classifiers.output.known import Known
from safety.classifiers.output.scenes import Watcher
from safety.classifiers.output.writing import Reader

PACE = 0.5  # seconds between looks at a picture that hardly changes


class OutputTap:
    """A ``media.Tap``; a failure of any engine is kept, ends the looking, and refuses later."""

    def __init__(self, *, ours: str = "") -> None:
        """Take the words of our own visible mark, which are not judged."""
        self.seen = 0
        self.looks: list[tuple[float, float]] = []
        self.reader = Reader(ours=ours)
        self.known = Known()
        self.scenes = Watcher()
        self.said: Heard | None = None
        self.failure = ""
        self.clock = Clock()
        self._looked: glance.Grid | None = None
        self._before: glance.Grid | None = None
        self._due = 0.0

    def hear(self, sound: Sound) -> None:
        """Write down what is said."""
        with self._kept("in the sound"), self.clock.stage("speech"):
            self.said = hearing.heard(sound)

    def wants(self, index: int, t: float) -> bool:  # noqa: ARG002 - the Tap's signature
        """Return True: one frame is enough to show what must not be shown."""
        return True

    def see(self, frame: Frame) -> None:
        """Glance, and look when it is time or when the picture changed."""
        self.seen += 1
        if not self.failure:
            with self._kept(f"at {frame.t:.2f} s"):
                self._glance(frame)

    def _glance(self, frame: Frame) -> None:
        with self.clock.stage("glance"):
            now = glance.grid(frame.rgb)
            is_cut, is_jump = glance.is_cut(now, self._looked), glance.is_jump(now, self._before)
        if is_cut or frame.t >= self._due:
            with self.clock.stage("nudity"):
                self.looks.append((frame.t, backends.nudity().score(frame.rgb)))
            with self.clock.stage("known media"):
                self.known.see(frame)
            self._looked, self._due = now, frame.t + PACE
        if is_cut or is_jump or self.reader.is_due(frame.t):
            with self.clock.stage("text"):
                self.reader.see(frame)
        if is_cut or self.scenes.is_due(frame.t):
            with self.clock.stage("scenes"):
                self.scenes.see(frame)
        self._before = now

    @contextmanager
    def _kept(self, where: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - an engine may fail in its own ways; each of them must refuse
            self.failure = self.failure or f"{type(error).__name__} {where}"
