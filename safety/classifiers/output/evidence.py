"""All that was seen and heard of one video, and what no engine here can look at."""

from dataclasses import dataclass, replace

from safety import backends
from safety.classifiers import names
from safety.classifiers import prompt as words
from safety.classifiers.output import hearing, passages
from safety.classifiers.output.tap import OutputTap
from safety.clearance import Signal, Span
from safety.errors import NotAvailableError, SafetyError
from safety.policies.rules import Catalogue

ASIDE = {words.LANGUAGE, names.PERSON}  # what only sentences tell
KEPT = 32  # strongest looks kept as signals


@dataclass(frozen=True, slots=True)
class Seen:
    """Signals with their places, and the models (name -> sha256) that looked, listened and read."""

    signals: tuple[Signal, ...]
    models: dict[str, str]


def look(tap: OutputTap, *, engine: str, vocabulary: tuple[str, ...], rules: Catalogue) -> Seen:
    """Return what was seen and heard; a SafetyError when the tap saw or heard nothing or an engine failed."""
    if tap.failure:
        raise NotAvailableError(f"An engine of screening failed: {tap.failure}.")
    if not tap.looks or tap.said is None:
        raise SafetyError("No picture or no sound was shown to screening.")
    read = passages.judged([*tap.reader.passages(), *hearing.passages(tap.said)], rules=rules)
    told = _told(vocabulary if rules.absence(engine).needs_vocabulary else (), rules=rules)
    framed = (
        *tap.known.signals(),
        *_nudity(tap),
        *tap.scenes.signals(),
        *tap.reader.signals(),
        *hearing.signals(tap.said),
    )
    return Seen(
        signals=(*(replace(signal, medium="picture") for signal in framed), *told.signals, *read.signals),
        models={**_models(tap), **told.models, **read.models},
    )


def missing(rules: Catalogue) -> tuple[str, ...]:
    """Return the checks that may be missing for some engine's videos and are: no engine here makes them."""
    optional = {check for absence in rules.absences.values() for check in absence.optional}
    return tuple(sorted(check for check in optional if not backends.is_installed(check)))


def _nudity(tap: OutputTap) -> tuple[Signal, ...]:
    eye = backends.nudity()
    strongest = sorted(tap.looks, key=_strength)[:KEPT]
    return tuple(Signal("sexual", score, eye.name, eye.sha256, Span(t, t)) for t, score in strongest)


def _models(tap: OutputTap) -> dict[str, str]:
    eye, reader = backends.nudity(), backends.letters()
    models = {eye.name: eye.sha256, reader.name: reader.sha256}
    if tap.said and tap.said.voiced:
        models[backends.speech().name] = backends.speech().sha256
    if tap.scenes.best:
        models[backends.scenes().name] = backends.scenes().sha256
    return models


def _told(vocabulary: tuple[str, ...], *, rules: Catalogue) -> words.Evidence:
    """Judge what the engine says that it drew by the rules for prompts; a list of words has no language and no names.

    The gazetteer looks all the same: it needs no sentence.
    """
    if not vocabulary:
        return words.Evidence(())
    evidence = words.look(", ".join(vocabulary), rules=rules)
    told = (signal for signal in evidence.signals if signal.category not in ASIDE)
    kept = tuple(replace(signal, span=None) for signal in told)  # its characters stand in no prompt
    return words.Evidence(kept, evidence.models)


def _strength(look: tuple[float, float]) -> float:
    return -look[1]
