"""Words found in a video are judged like a prompt's, and every signal is told where in the video they are.

A line is judged by itself, so that its neighbours do not thin it out, and together with what is seen or said beside
it, so that harm spread over several lines is read as one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from safety.classifiers import prompt as words
from safety.clearance import Signal, Span
from safety.policies.rules import Catalogue

NEAR = 0.1  # a passage that says hardly more than a line before it points at that line
LETTERS = 12  # fewer letters are a name or a sign, in no language that could be told


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and where they are: ``span`` in seconds of the video, with a box where they are written."""

    text: str
    span: Span


Passage = tuple[Piece, ...]


def judged(passages: Iterable[Passage], *, rules: Catalogue) -> words.Evidence:
    """Return the strongest signal of each category that any passage gives, with spans of the video."""
    best: dict[str, Signal] = {}
    models: dict[str, str] = {}
    for passage in dict.fromkeys(passages):
        evidence = words.look(_joined(passage), rules=rules)
        models |= evidence.models
        for signal in _placed(evidence.signals, passage):
            told = best.get(signal.category)
            if told is None or signal.score > told.score:
                is_near = told is not None and signal.score - told.score <= NEAR
                best[signal.category] = replace(signal, span=told.span) if told and is_near else signal
    return words.Evidence(tuple(best.values()), models)


def _joined(passage: Passage) -> str:
    return "\n".join(piece.text for piece in passage)


def _placed(signals: Sequence[Signal], passage: Passage) -> Iterator[Signal]:
    letters = sum(map(str.isalpha, _joined(passage)))
    for signal in signals:
        if signal.category != words.LANGUAGE or letters >= LETTERS:
            yield replace(signal, span=_where(signal.span, passage))


def _where(found: Span | None, passage: Passage) -> Span:
    """Return the part of the video in which the characters ``found`` are seen or heard."""
    inside, at = [], 0
    for piece in passage:
        if found is None or (at < found.end and found.start < at + len(piece.text)):
            inside.append(piece.span)
        at += len(piece.text) + 1
    spans = inside or [piece.span for piece in passage]
    boxes = {span.box for span in spans}
    return Span(
        min(span.start for span in spans),
        max(span.end for span in spans),
        field=spans[0].field,
        box=boxes.pop() if len(boxes) == 1 else None,
    )
