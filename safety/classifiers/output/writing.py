"""Text in the picture: found wherever it may have changed, read once, remembered with its place and its time.

Looking for text is cheap and happens each second and whenever something appears; reading it is not, so a box is read
only when it is new: at another place, or at the same place with other ink. What was not read for lack of time is
counted, and the count is a signal.
"""

from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from provenance.media import Frame
from safety import backends
from safety.classifiers.output.passages import Passage, Piece
from safety.clearance import WRITTEN, Signal, Span

EVERY = 1.0  # seconds between looks at a picture in which nothing appears
READABLE = 0.5  # how sure a reading must be; what is less sure is more often texture than text
SAME_PLACE = 0.5  # intersection over union of two boxes of one line
SAME_INK = 14.0  # mean difference of two samples of one line, of 255
READS = 60  # lines read at once, and
PACE = 12  # lines more each second: a wall of ever new text is not read to its end
OURS = 0.7  # of a line's letters that stand in our own mark, in runs of three and more: readers slip on small type
RUN = 3
UNREAD = "unread-text"  # the policy about the share that was not read

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Line:
    """One line: what it says, where (fractions of the frame), when it was first and last seen, how its ink looks."""

    text: str
    box: Box
    first: float
    last: float
    ink: NDArray[np.float32] = field(repr=False)


class Reader:
    """Reads one video; keeps words and places, no picture."""

    def __init__(self, *, ours: str = "") -> None:
        """Take the words of our own mark, which is no part of what somebody asked for."""
        self.ours = ours
        self.lines: list[Line] = []
        self.moments: dict[tuple[tuple[str, Box], ...], float] = {}
        self.read = self.skipped = self.unsure = 0
        self._due = 0.0
        self._shown: list[Line] = []

    def is_due(self, t: float) -> bool:
        """Return whether a second has passed since the last look."""
        return t >= self._due

    def see(self, frame: Frame) -> None:
        """Find the text in one picture, and read what is new of it."""
        self._due = frame.t + EVERY
        engine, shown = backends.letters(), []
        for corners in engine.find(frame.rgb):
            box = _box(corners, frame.rgb.shape)
            ink = _ink(frame.rgb, box)
            line = self._known(box, ink) or self._new(frame, corners, box=box, ink=ink)
            if line is not None:
                line.last = frame.t
                shown.append(line)
        self._shown = shown

    def passages(self) -> tuple[Passage, ...]:
        """Return each line by itself, what could be read at one moment, and everything in its order."""
        lines = [line for line in self.lines if line.text]
        whole = [tuple(map(_piece, lines))] if lines else []
        times = sorted({line.first for line in lines})
        moments = [tuple(_piece(line) for line in lines if line.first <= t <= line.last) for t in times]
        return tuple(dict.fromkeys([*((_piece(line),) for line in lines), *moments, *whole]))

    def signals(self) -> tuple[Signal, ...]:
        """Return how much was found and read; the share that was not read is a signal with a policy of its own."""
        found = self.read + self.skipped
        if not found:
            return ()
        engine = backends.letters()
        note = f"{found} line(s) of text found, {self.read} read, {self.skipped} skipped, {self.unsure} not legible"
        return (Signal(UNREAD, self.skipped / found, engine.name, engine.sha256, note=note),)

    def _known(self, box: Box, ink: NDArray[np.float32]) -> Line | None:
        near = max(self._shown, key=lambda line: _overlap(line.box, box), default=None)
        if near is None or _overlap(near.box, box) < SAME_PLACE or float(np.abs(near.ink - ink).mean()) > SAME_INK:
            return None
        return near

    def _new(self, frame: Frame, corners: NDArray[np.float32], *, box: Box, ink: NDArray[np.float32]) -> Line | None:
        if self.read >= READS + PACE * frame.t:
            self.skipped += 1
            return None
        self.read += 1
        text, sure = backends.letters().read(frame.rgb, corners)
        is_legible = sure >= READABLE and bool(text.strip())
        self.unsure += not is_legible
        is_legible = is_legible and not is_ours(text, mark=self.ours)
        line = Line(text.strip() if is_legible else "", box, frame.t, frame.t, ink)
        self.lines.append(line)
        return line


def is_ours(text: str, *, mark: str) -> bool:
    """Return whether a line is our own visible mark, or a part of it, as a reader may have misread it."""
    own, read = _letters(mark), _letters(text)
    if len(read) < RUN or len(read) > len(own) + RUN:
        return False
    blocks = SequenceMatcher(None, own, read, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= RUN) >= OURS * len(read)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _piece(line: Line) -> Piece:
    return Piece(line.text, Span(line.first, line.last, field=WRITTEN, box=line.box))


def _box(corners: NDArray[np.float32], shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    sides = (left / width, top / height, right / width, bottom / height)
    a, b, c, d = (round(min(max(float(side), 0.0), 1.0), 4) for side in sides)
    return a, b, c, d


def _ink(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
    """Return 12 x 48 points of the box, so that other words at the same place are told apart."""
    height, width = rgb.shape[:2]
    rows = np.linspace(box[1] * (height - 1), box[3] * (height - 1), 12).astype(int)
    columns = np.linspace(box[0] * (width - 1), box[2] * (width - 1), 48).astype(int)
    return np.asarray(rgb[rows[:, None], columns[None, :], 1], np.float32)


def _overlap(one: Box, other: Box) -> float:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / max(areas - wide * high, 1e-9)
