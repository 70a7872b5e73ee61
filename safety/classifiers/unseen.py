"""What the witness could not judge, from its own signals: said with the clip, held with a likeness, never ignored."""

from collections.abc import Sequence

from safety.clearance import Signal
from safety.policies.rules import Absence

SMALL, VOICE = "witness.small", "witness.voice"  # consent/cameos/witness.py writes these


def widened(absence: Absence, *, signals: Sequence[Signal]) -> Absence:
    """Return an engine's absences with what the witness could not judge in this very video.

    An engine that tells every word it drew from draws people only where they were cast, and cannot speak: there a
    small face is told and nothing more. From any other, a small face or a voice may be anybody's.
    """
    told = {signal.category for signal in signals}
    names = [] if SMALL not in told else ["faces under 60 pixels"]
    if VOICE in told and not absence.needs_vocabulary:
        names.append("whose voice it is")
    if not names:
        return absence
    likeness = absence.likeness if absence.needs_vocabulary else "hold"
    return Absence((*absence.not_evaluated, *names), absence.needs_vocabulary, likeness)
