"""Door: the values safety answers with.

A :class:`Clearance` names a Screening row; it is redeemed once, for the digest it was given for.
A :class:`Hold` sends the subject to a person; a :class:`Refusal` ends it with a reason.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What was screened."""

    PROMPT = "prompt"
    REFERENCE = "reference"
    CAPTURE = "capture"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Asker:
    """What the rules may know of whoever asks: ``band`` is adult, teen or child; ``country`` two letters or nothing."""

    band: str = "adult"
    country: str = ""


WRITTEN, SAID = "text in the picture", "speech"  # the fields of a video that are read like a prompt


@dataclass(frozen=True, slots=True)
class Span:
    """Where in the subject a signal was seen.

    ``start`` and ``end`` are seconds in a video or sound, or character offsets in a text; ``box`` is
    (left, top, right, bottom) as fractions of the frame; ``field`` names the part of a prompt, or what of a video.
    """

    start: float
    end: float
    field: str = ""
    box: tuple[float, float, float, float] | None = None

    @property
    def is_timed(self) -> bool:
        """Return whether ``start`` and ``end`` are seconds."""
        return self.field in {"", WRITTEN, SAID}


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence: what a model saw, how strongly (0 to 1), where; never a judgement.

    ``medium`` says by which levels it is weighed: those for words (``text``) or those for frames (``picture``).
    """

    category: str
    score: float
    model: str
    sha256: str
    span: Span | None = None
    note: str = ""
    medium: str = "text"


@dataclass(frozen=True, slots=True)
class Clearance:
    """Yes: a Screening row of this kind exists for this digest and has not been redeemed.

    ``id`` is the row's key, for foreign keys; ``handle`` is 128 random bits in hex: the ticket itself.
    ``not_evaluated`` lists, in plain words, what no engine looked at; it is shown with the clip.
    """

    id: int
    handle: str
    kind: Kind
    subject_digest: str
    policy_version: str
    expires_at: datetime
    not_evaluated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Not yet: a case was opened in the same transaction and a person will decide."""

    case: str
    policy: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """No: the policy, the sentence a person reads, what they can change, and the span that fired.

    Numbers are never part of it.
    """

    policy: str
    reason: str
    advice: str = ""
    span: Span | None = None

    @property
    def must_be_preserved(self) -> bool:
        """Return whether the law may want what was refused: it is sealed for a report, see ``cases.preserve``."""
        return self.policy == "sexual-minors"


Answer = Clearance | Hold | Refusal
