"""A prompt is read field by field, shot by shot, and as the whole it is rendered as.

A harm that only appears when shots are joined is in the whole; one that much else around it hides is in its own shot.
A prompt of one field and one shot is read once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from safety.classifiers import prompt as words
from safety.classifiers.prompt import Evidence
from safety.clearance import Signal, Span
from safety.policies.rules import Catalogue

NUMBER: Final = r"(?:\d{1,2}|one|two|three|four|five|six)"
SHOT: Final = re.compile(
    rf"\b(?:shot|scene|clip|take|panel|part)[ \t]*#?{NUMBER}[ \t]*[:.)\u2013\u2014-]"
    r"|\b(?:(?:first|next|then|last|final)(?:[ \t](?:shot|scene))?|cut to)[ \t]*:"
    r"|^[ \t]*(?:\d{1,2}[.):]|[-*\u2022])[ \t]"
    r"|\b\d{1,2}(?:\.\d)?[ \t]*(?:-|\u2013|to)[ \t]*\d{1,2}(?:\.\d)?[ \t]*s(?:ec(?:onds)?)?\]?[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
MOST = 40  # shots read apart; what follows them is read in the whole
FINE = 1_500  # characters; in a longer part the windows of the whole see as much as its own would
TOGETHER = "all shots together"


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters ``start`` to ``end`` of the whole; ``origin`` is where its field begins there."""

    name: str
    start: int
    end: int
    origin: int


def look(text: str, *, fields: Mapping[str, str], rules: Catalogue) -> Evidence:
    """Return what the whole and each of its parts give away, the strongest of each category, spans by field.

    ``fields`` (name -> text) stand in ``text`` one after the other; without any, the whole is the prompt.
    NotAvailableError without encoder or head.
    """
    found = pieces(text, fields=fields or {"prompt": text})
    whole = words.look(text, rules=rules)
    best = {signal.category: _placed(signal, pieces=found, origin=0) for signal in whole.signals}
    for piece in found:
        part = text[piece.start : piece.end]
        if part.strip() == text.strip() or len(part) > FINE:
            continue
        for signal in words.look(part, rules=rules).signals:
            if signal.category not in best or signal.score > best[signal.category].score:
                best[signal.category] = _placed(signal, pieces=[piece], origin=piece.start)
    signals = tuple(sorted(best.values(), key=lambda signal: -signal.score))
    return Evidence(signals, whole.models, whole.not_evaluated)


def pieces(text: str, *, fields: Mapping[str, str]) -> list[Piece]:
    """Return every field, and every shot of a field that has several, the narrowest first."""
    found, at = [], 0
    for name, value in fields.items():
        start = text.find(value, at)
        if start < 0:
            continue  # it is in the whole in another form, and is read there
        at = start + len(value)
        found += [Piece(f"{name}, shot {n}", start + a, start + b, start) for n, (a, b) in enumerate(shots(value), 1)]
        found.append(Piece(name, start, at, start))
    return sorted(found, key=lambda piece: piece.end - piece.start)


def shots(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each shot; nothing when there is only one."""
    marks = [match.start() for match in SHOT.finditer(text)]
    if not marks or (len(marks) == 1 and not text[: marks[0]].strip()):
        return
    edges = [*([0] if text[: marks[0]].strip() else []), *marks][: MOST + 1]
    yield from zip(edges, [*edges[1:], len(text)], strict=True)


def _placed(signal: Signal, *, pieces: list[Piece], origin: int) -> Signal:
    """Return the signal with its span told by the narrowest part that holds it, in characters of that field."""
    if signal.span is None:
        return signal
    start, end = signal.span.start + origin, signal.span.end + origin
    piece = next((each for each in pieces if each.start <= start and end <= each.end), None)
    if piece is None:
        return replace(signal, span=Span(start, end, field="all fields together"))
    has_shots = any(each.name.startswith(f"{piece.name}, ") for each in pieces)
    name = f"{piece.name}, {TOGETHER}" if has_shots else piece.name
    return replace(signal, span=Span(start - piece.origin, end - piece.origin, field=name))
