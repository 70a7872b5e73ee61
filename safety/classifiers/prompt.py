"""What the words of a prompt give away: signals, never a judgement.

Every character is seen: the text is read in overlapping windows, as it is folded and once more with leet
undone, by word lists and by a small head over MiniLM vectors.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from safety import backends
from safety.classifiers import contexts, lexicon, listed, names
from safety.classifiers import head as heads
from safety.classifiers.normalise import LONGEST_WORD, TWINS, Reading, readings
from safety.clearance import Signal, Span
from safety.errors import NotAvailableError
from safety.policies import lists
from safety.policies.rules import Catalogue

LONGEST = 32_000  # characters; beyond it a prompt is refused, not cut
FLOOR = 0.05  # weaker signals are noise and are not kept
INTIMATE = ("sexual", "suggestive")
MINORS = "sexual-minors"
LANGUAGE = "language-not-covered"
FOREIGN_WORDS = 3  # this many function words of another language, and more than of English
CHILDHOOD = range(18)


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
    """Return what every reading of ``text`` gives away; NotAvailableError without encoder or head."""
    ways = readings(text)
    encoder, head = backends.sentences(), heads.load()
    if head.encoder != encoder.sha256:
        raise NotAvailableError("The prompt head was trained for another sentence encoder.")
    named = names.found(ways, text=text)
    found = [*named.signals, *_listed(ways, rules=rules, is_named=named.is_anybody)]
    found += _meant(ways, encoder=encoder, head=head)
    found += [*_young(ways, found=found, rules=rules), *_foreign(text, way=ways[-1], rules=rules)]
    models = {encoder.name: encoder.sha256, "prompt-head": head.sha256, listed.MODEL: lists.load().sha256}
    return Evidence(_strongest(found), {**models, **named.models}, named.not_evaluated)


def _listed(ways: list[Reading], *, rules: Catalogue, is_named: bool) -> Iterator[Signal]:
    """Yield what the lists know, with harmless turns of phrase out of the way."""
    for way in map(contexts.plainly, ways):
        for category, start, end in lexicon.hits(way.text, rules=rules):
            yield Signal(category, 1.0, "lexicon", "", _span(way, start, end))
        yield from listed.signals(way, rules=rules, is_named=is_named)


def _meant(ways: list[Reading], *, encoder: backends.Sentences, head: heads.Head) -> list[Signal]:
    """Score each window of each reading; windows that several readings share are embedded once."""
    places = {way.text[a:b]: (way, a, b) for way in reversed(ways) for a, b in encoder.windows(way.text)}
    texts = list(places)
    found = []
    for category, scores in head.scores(encoder.embed(texts)).items():
        at = int(scores.argmax())
        found.append(Signal(category, float(scores[at]), "prompt-head", head.sha256, _span(*places[texts[at]])))
    return found


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


def _foreign(text: str, *, way: Reading, rules: Catalogue) -> list[Signal]:
    """Say when the words are in no language the head was trained on, or in none at all."""
    typed = ["".join(letter for letter in word if letter.isalpha()) for word in text.casefold().split()]
    strange = sum(len(word) for word in typed if not all(map(_is_latin, word))) / max(sum(map(len, typed)), 1)
    words = [word.strip(".'!-") for word in way.text.split()]
    counts = {language: sum(word in listed for word in words) for language, listed in rules.function_words.items()}
    english = counts.pop("en", 0)
    other = max(counts.values(), default=0)
    score = max(strange, 1.0 if other >= FOREIGN_WORDS and other > english else 0.0)
    score = max(score, 1.0 if any(len(word) >= LONGEST_WORD for word in words) else 0.0)
    return [Signal(LANGUAGE, score, "function-words", "", _span(way, 0, len(way.text)))]


def _is_latin(letter: str) -> bool:
    """Return whether a letter is Latin or drawn like a Latin one (those the folding translates)."""
    return letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" or letter in TWINS


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
