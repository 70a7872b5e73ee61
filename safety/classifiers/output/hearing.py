"""What is said: the sound track becomes passages, each with its seconds."""

from itertools import pairwise

from provenance.media import Sound
from safety import backends
from safety.backends import Heard
from safety.classifiers.output.passages import Passage, Piece
from safety.clearance import SAID, Signal, Span
from safety.errors import SafetyError

RATE = 16_000
UNHEARD = "unheard-speech"  # the policy about voices of which no word was understood
VOICE = 1.0  # seconds of voice without a word, from which somebody speaks and is not understood


def heard(sound: Sound) -> Heard:
    """Return what is said in a sound track; nothing where there is none. SafetyError for another rate."""
    if not sound.samples.size:
        return Heard(0.0, ())
    if sound.rate != RATE:
        raise SafetyError(f"Screening listens at {RATE} samples a second, not at {sound.rate}.")
    return backends.speech().hear(sound.samples)


def passages(said: Heard) -> tuple[Passage, ...]:
    """Return each utterance by itself, each with the next, and everything in its order."""
    pieces = tuple(Piece(one.text, Span(one.start, one.end, field=SAID)) for one in said.utterances)
    return tuple(dict.fromkeys([*((piece,) for piece in pieces), *pairwise(pieces), *([pieces] if pieces else [])]))


def signals(said: Heard) -> tuple[Signal, ...]:
    """Return for how long somebody speaks; without a word understood that is a signal with a policy of its own."""
    if not said.voiced:
        return ()
    engine = backends.speech()
    score = 1.0 if said.voiced >= VOICE and not said.utterances else 0.0
    note = f"{said.voiced:.1f} s of voice, {len(said.utterances)} utterance(s) understood"
    return (Signal(UNHEARD, score, engine.name, engine.sha256, note=note),)
