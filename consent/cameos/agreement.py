"""What a person agrees to before they enrol: the text, its version, its digest; the receipt names both.

Whoever changes a word changes :data:`VERSION`: the digest is compared with the one it had, by a test.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

VERSION: Final = "2026-11-20"


@dataclass(frozen=True, slots=True)
class Clause:
    """One paragraph: its heading, its words."""

    heading: str
    words: str


TEXT: Final = (
    Clause(
        "What we look at.",
        "Where your head points, whether your eyes and lips move, which digits are said, how the light of your screen "
        "falls on your face, whether it is one face and the same one throughout, and whether this face is already "
        "enrolled by somebody else or protected at somebody's request. The machine that runs this service does it; "
        "nothing is sent anywhere. We do not measure how old you look: your age is your birth date, as you gave it.",
    ),
    Clause(
        "What we keep.",
        "128 numbers that describe your face, and one square portrait with the points of your face in it, both "
        "encrypted under a key that is yours alone; a receipt that says so, for you to download. No sound, no video.",
    ),
    Clause(
        "Why.",
        "To draw you in videos that you allow, and to notice you in videos that you do not. For nothing else: these "
        "numbers are not sold, lent or used to train anything.",
    ),
    Clause(
        "How long.",
        "Until you withdraw, and never longer than the strictest law that applies here allows: if you neither sign "
        "in nor enrol again for {days} days, your likeness is withdrawn. The recording is deleted when it has been "
        "judged; if our checks are not sure, when a person has decided, and every look at it is written down.",
    ),
    Clause(
        "Taking it back.",
        "Withdraw at any time, without a reason. Your key is destroyed, which makes every copy unreadable, also those "
        "in old backups, and you get a certificate that says so. Only a legal hold, which is written down and which "
        "you can see, may delay the destruction; it never lets anybody use your likeness.",
    ),
)


def clauses(*, days: int) -> tuple[Clause, ...]:
    """Return the text as it is shown; ``days`` is what the configured laws leave."""
    return tuple(Clause(clause.heading, clause.words.format(days=days)) for clause in TEXT)


def digest(*, days: int) -> str:
    """Return the hex SHA-256 of what was shown, heading and words a line each."""
    lines = (line for clause in clauses(days=days) for line in (clause.heading, clause.words))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def told(*, days: int) -> dict[str, Any]:
    """Return the text as JSON: version, digest, paragraphs."""
    paragraphs = [{"heading": clause.heading, "words": clause.words} for clause in clauses(days=days)]
    return {"version": VERSION, "sha256": digest(days=days), "paragraphs": paragraphs}
