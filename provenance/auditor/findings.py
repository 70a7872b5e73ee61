"""What an audit of a log says: how much was looked at, and what is wrong. Pure."""

from dataclasses import asdict, dataclass, field
from typing import Any

MOST = 100  # problems that are told one by one


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in a sentence; at which place of the log, and which entry, where that can be said."""

    sentence: str
    place: int | None = None
    entry: int | None = None


@dataclass(slots=True)
class Audit:
    """What was looked at (entries, checkpoints, entries' words, cosignatures) and what is wrong with it."""

    size: int = 0
    root: str = ""
    checkpoints: int = 0
    words: int = 0
    cosigned: tuple[tuple[str, int], ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems

    def note(self, sentence: str, place: int | None = None, entry: int | None = None) -> None:
        """Add a problem; beyond a hundred only that there are more."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(sentence, place, entry))
        elif len(self.problems) == MOST:
            self.problems.append(Problem("There is more that is wrong than is listed here."))

    def data(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"holds": self.holds, **asdict(self)}
