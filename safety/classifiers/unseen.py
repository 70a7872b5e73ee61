"""What the witness could not judge, from its own signals: said with the clip, held with a likeness, never ignored."""

from collections.abc import Sequence

from safety.clearance import Signal

SMALL, VOICE = "witness.small", "witness.voice"  # consent/cameos/witness.py writes these


def doubts(signals: Sequence[Signal], *, is_told: bool) -> dict[str, str]:
    """Return what the witness could not judge in this very video, its signal's category -> words.

    An engine that tells every word it drew from (``is_told``) draws people only where they were cast, and cannot speak:
    there a small face is told and nothing more. From any other, a small face or a voice may be anybody's.
    """
    told = {signal.category for signal in signals}
    found = {SMALL: "faces under 60 pixels"} if SMALL in told else {}
    return found | ({VOICE: "whose voice it is"} if VOICE in told and not is_told else {})
