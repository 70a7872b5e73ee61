"""What the words of a prompt give away: signals, never a judgement.

Every character is seen: the text is read in overlapping windows, as it is folded, once more with leet undone, and
with whatever is hidden in it; by word lists and by a small head over the vectors of two encoders and the letters.
What is not English is read by a head of its own, or held.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from safety import backends
from safety.classifiers import contexts, hidden, lexicon, listed, names, tongues
from safety.classifiers import head as heads
from safety.classifiers.normalise import Reading, readings
from safety.clearance import Signal, Span
from safety.errors import NotAvailableError
from safety.policies import lists
from safety.policies.rules import Catalogue

LONGEST = 32_000  # characters; beyond it a prompt is refused, not cut
FLOOR = 0.05  # weaker signals are noise and are not kept
INTIMATE = ("sexual", "suggestive")
MINORS = "sexual-minors"
LANGUAGE = "language-not-covered"
CHILDHOOD = range(18)
LONG = 8_000  # characters
MANY = 100  # windows; beyond it the further readings are scored by the quicker encoder alone


@dataclass(frozen=True, slots=True)
class Evidence:
    """The strongest signal of each category, which models (name -> sha256) looked, and for what none did."""

    signals: tuple[Signal, ...]
    models: dict[str, str] = field(default_factory=dict)
    not_evaluated: tuple[str, ...] = ()

    def score(self, category: str) -> float:
        """Return the strongest score of a category, 0 when there is none."""
        return max((signal.score for signal in self.signals if signal.category == category), default=0.0)


def look(text: str, *, rules: Catalogue) -> Evidence:
    """Return what every reading of ``text`` gives away; NotAvailableError without encoders or head."""
    encoder, meanings, head = backends.sentences(), backends.meanings(), heads.load()
    if head.encoders != (encoder.sha256, meanings.sha256):
        raise NotAvailableError("The prompt head was trained for another sentence encoder.")
    plain = readings(text)
    secret = hidden.readings(text, plain=plain[0], knows=encoder.knows)
    pieces = [(text[a:b], a, b) for a, b in tongues.pieces(text)]
    told = {(a, b): tongues.told(part, rules=rules) for part, a, b in pieces}
    is_abroad = not any(tongue.is_english for tongue in told.values())
    ways = [*plain, *secret]
    # In a long text the recogniser leaves out the reading that still has leet in it: it has to be read in time.
    named = names.found(ways, text=text, read=[*plain[-1:], *secret] if len(text) > LONG else ways)
    # The recogniser knows names among English words; in another language it takes half the words for names.
    found = [signal for signal in named.signals if not (is_abroad and signal.category == names.PERSON)]
    found += [*_listed(ways, rules=rules, is_named=named.is_anybody)]
    found += _meant(secret if is_abroad else ways, head=head)
    # As they were typed: folding would take their letters for Latin ones.
    others = meanings.languages - {tongues.ENGLISH}
    read = {part: Span(a, b, field="prompt") for part, a, b in pieces if told[a, b].language in others}
    found += _meant_abroad(list(read), spans=read, head=head)
    found += _young(ways, found=found, rules=rules)
    unread = [place for place, tongue in told.items() if not tongue.is_covered] or _endless(plain[0])
    found += [Signal(LANGUAGE, 1.0, backends.tongue().name, "", Span(a, b, field="prompt")) for a, b in unread[:1]]
    models = {engine.name: engine.sha256 for engine in (encoder, meanings, backends.tongue())}
    models |= {"prompt-head": head.sha256, listed.MODEL: lists.load().sha256, **named.models}
    return Evidence(_strongest(found), models, named.not_evaluated)


def _listed(ways: list[Reading], *, rules: Catalogue, is_named: bool) -> Iterator[Signal]:
    """Yield what the lists know, with harmless turns of phrase out of the way."""
    for way in map(contexts.plainly, ways):
        for category, start, end in lexicon.hits(way.text, rules=rules):
            yield Signal(category, 1.0, "lexicon", "", _span(way, start, end))
        yield from listed.signals(way, rules=rules, is_named=is_named)


def _meant(ways: list[Reading], *, head: heads.Head) -> list[Signal]:
    """Score each window of each reading; a window that says what the first reading says there is left out."""
    places: dict[str, tuple[Reading, int, int]] = {}
    for way in ways:
        for a, b in backends.sentences().windows(way.text):
            if way is ways[0] or _differs(way, a, b, ways[0]):
                places.setdefault(way.text[a:b], (way, a, b))
    first = [text for text, place in places.items() if place[0] is ways[0]]
    others = [text for text in places if places[text][0] is not ways[0]]
    if len(places) <= MANY:
        first, others = [*first, *others], []
    spans = {text: _span(*place) for text, place in places.items()}
    return [*_meant_fully(first, spans=spans, head=head), *_meant_abroad(others, spans=spans, head=head)]


def _meant_fully(texts: list[str], *, spans: Mapping[str, Span], head: heads.Head) -> list[Signal]:
    if not texts:
        return []
    vectors = np.hstack([backends.sentences().embed(texts), backends.meanings().embed(texts)])
    return _highest(head.scores(vectors, texts=texts), spans=[spans[text] for text in texts], head=head)


def _meant_abroad(texts: list[str], *, spans: Mapping[str, Span], head: heads.Head) -> list[Signal]:
    """Score by the multilingual vectors alone what is not English, and the further readings of a long text."""
    if not texts:
        return []
    scores = head.scores_abroad(backends.meanings().embed(texts))
    return _highest(scores, spans=[spans[text] for text in texts], head=head)


def _differs(way: Reading, start: int, end: int, first: Reading) -> bool:
    """Return whether a window reads otherwise than the first reading of the same typed characters."""
    low, high = way.span(start, end)
    return first.text[bisect_left(first.origin, low) : bisect_right(first.origin, high - 1)] != way.text[start:end]


def _highest(scores: dict[str, heads.Floats], *, spans: list[Span], head: heads.Head) -> list[Signal]:
    best = {category: int(found.argmax()) for category, found in scores.items()}
    return [
        Signal(category, float(scores[category][at]), "prompt-head", head.sha256, spans[at])
        for category, at in best.items()
    ]


def _young(ways: list[Reading], *, found: Iterable[Signal], rules: Catalogue) -> list[Signal]:
    """Turn an intimate signal into the gravest one when anybody in the prompt is a minor."""
    words = [word for way in ways for word, _, _ in lexicon.phrases(way.text)]
    if not any(word in rules.minors or _is_childs_age(word) for word in words):
        return []
    return [
        Signal(MINORS, signal.score, signal.model, signal.sha256, signal.span)
        for signal in found
        if signal.category in INTIMATE
    ]


def _is_childs_age(phrase: str) -> bool:
    number, *rest = phrase.split()
    return (
        number.isascii()
        and number.isdigit()
        and int(number) in CHILDHOOD
        and rest in (["year", "old"], ["years", "old"], ["yo"])
    )


def _endless(way: Reading) -> list[tuple[int, int]]:
    """Return the whole text when it holds a word without end: nothing sees what is inside."""
    return [way.span(0, len(way.text))] if tongues.has_no_end(way.text) else []


def _span(way: Reading, start: int, end: int) -> Span:
    first, last = way.span(start, end)
    return Span(first, last, field="prompt")


def _strongest(found: Iterable[Signal]) -> tuple[Signal, ...]:
    best: dict[str, Signal] = {}
    for signal in found:
        if signal.score >= max(FLOOR, best[signal.category].score if signal.category in best else 0.0):
            best[signal.category] = signal
    return tuple(sorted(best.values(), key=lambda signal: -signal.score))


def touched(text: str, *, rules: Catalogue, level: float) -> frozenset[str]:
    """Return the consent categories that a prompt touches: by a listed word, or by a policy's signal."""
    ways = map(contexts.plainly, readings(text))
    words = {phrase for way in ways for phrase, _, _ in lexicon.phrases(way.text)}
    told = {rules.touches.get(phrase, "") for phrase in words}
    told |= {"minors" for phrase in words if phrase in rules.minors or _is_childs_age(phrase)}
    meant = {
        rules.policies[signal.category].consent
        for signal in look(text, rules=rules).signals
        if signal.score >= level and signal.category in rules.policies
    }
    return frozenset((told | meant) - {""})
