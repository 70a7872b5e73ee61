"""Who is named in a prompt: public figures by the gazetteers, anybody else by a recogniser. Both hold, neither refuses.

No hit: a cast handle (@olive), a given name alone, a name that stands for a dish or a place, and a long-dead artist
whose manner is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from safety import backends
from safety.classifiers import gazetteers
from safety.classifiers.gazetteers import Gazetteer
from safety.classifiers.normalise import Reading
from safety.classifiers.people import WORD, Figure
from safety.classifiers.phrasebook import Phrasebook
from safety.classifiers.written import Typed
from safety.clearance import Signal, Span
from safety.errors import NotAvailableError
from safety.policies import lists
from safety.policies.rules import catalogue

FIGURE, PERSON = "public-figure", "real-person"
MODEL = "gazetteer"
MISSING = "names of people"  # as a label: what no engine looked at
LONG_DEAD = 1955  # whoever died by then has no living heirs to a manner: seventy years and more
ARTS = frozenset({"art", "music", "literature", "science"})
NEAR = 3  # words between a name and the word that says it stands for a manner, or makes it a name
FEWEST = 2  # words of a name; one alone is a given name, or the gazetteer's business
LETTERS = 2  # of a word that counts


@dataclass(frozen=True, slots=True)
class Named:
    """Signals, the models that looked (name -> sha256), and what no engine looked at."""

    signals: tuple[Signal, ...]
    models: dict[str, str]
    is_anybody: bool  # named, described, or cast with @
    not_evaluated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A reading in words, with what was typed; ``at`` are (start, end) offsets of the reading."""

    way: Reading
    typed: Typed
    words: tuple[str, ...]
    at: tuple[tuple[int, int], ...]

    def index(self, offset: int) -> int:
        """Return the first word that ends behind an offset."""
        return next((at for at, (_, end) in enumerate(self.at) if end > offset), len(self.at))


def found(ways: Sequence[Reading], *, text: str, read: Sequence[Reading] | None = None) -> Named:
    """Return everybody named or described in the readings of ``text``; the recogniser looks at ``read``, or at all."""
    lists_in_force = [gazetteers.shipped(), *([mine] if (mine := gazetteers.own()) else [])]
    models = {MODEL if not at else f"{MODEL}-own": one.sha256 for at, one in enumerate(lists_in_force)}
    typed = Typed(text)
    listed = [_words(way, typed=typed) for way in ways]
    signals = [signal for words in listed for one in lists_in_force for signal in _figures(words, gazetteer=one)]
    try:
        engine = backends.names()
    except NotAvailableError:
        return Named(tuple(signals), models, bool(signals) or typed.has_handle, (MISSING,))
    seen = [words for words in listed if read is None or words.way in read]
    signals += [signal for words in seen for signal in _people(words, engine=engine, gazetteers=lists_in_force)]
    return Named(tuple(signals), {**models, engine.name: engine.sha256}, bool(signals) or typed.has_handle)


def _words(way: Reading, *, typed: Typed) -> Words:
    matches = list(WORD.finditer(way.text))
    return Words(way, typed, tuple(m.group() for m in matches), tuple((m.start(), m.end()) for m in matches))


def _figures(words: Words, *, gazetteer: Gazetteer) -> Iterator[Signal]:
    hits = [(hit.figure, hit.start, hit.end) for hit in gazetteer.find(words.way.text)]
    bare = [(None, *words.at[at]) for at in _bare(words, surnames=gazetteer.surnames)]
    for figure, start, end in [*hits, *bare]:
        if not _is_released(words, start, end, figure=figure):
            yield Signal(FIGURE, 1.0, MODEL, gazetteer.sha256, _span(words, start, end))


def _people(words: Words, *, engine: backends.Names, gazetteers: Sequence[Gazetteer]) -> Iterator[Signal]:
    """Yield what the recogniser calls a person, unless it is a known figure whose name is no hit here."""
    known = [(hit.figure, hit.start, hit.end) for one in gazetteers for hit in one.find(words.way.text)]
    for start, end in engine.people(words.typed.cased(words.way)):
        figure = next((figure for figure, first, last in known if first < end and start < last), None)
        if _is_full(words, start, end) and not _is_released(words, start, end, figure=figure):
            yield Signal(PERSON, 1.0, engine.name, engine.sha256, _span(words, start, end))


def _bare(words: Words, *, surnames: frozenset[str]) -> Iterator[int]:
    """Yield bare surnames: one everybody hears, or written large, beside what makes it a name, after a title."""
    names = lists.load().names
    for at, word in enumerate(words.words):
        near = {*words.words[max(0, at - NEAR) : at], *words.words[at + 1 : at + 1 + NEAR]}
        is_lone = word in names.lone
        is_large = word in names.bare and words.typed.is_large(words.way, words.at[at][0])
        is_beside = word in names.beside and bool(near & names.beside[word])
        is_titled = word in surnames and at > 0 and words.words[at - 1] in names.titles
        if is_lone or is_large or is_beside or is_titled:
            yield at


def _is_full(words: Words, start: int, end: int) -> bool:
    """Return whether it is more than a given name, and written as a name where the prompt writes names large.

    Where it writes nothing large, the recogniser is believed in English alone: elsewhere it takes any words for names.
    """
    parts = [at for at in words.at if at[0] >= start and at[1] <= end and at[1] - at[0] >= LETTERS]
    if words.typed.is_mixed:
        parts = [at for at in parts if words.typed.is_capital(words.way, at[0])]
    return len(parts) >= FEWEST and (words.typed.is_mixed or _is_english(words.words))


def _is_english(words: Sequence[str]) -> bool:
    """Return whether no other language has more of its small words here than English has."""
    counts = {
        language: sum(word in listed for word in words) for language, listed in catalogue().function_words.items()
    }
    return counts.get("en", 0) >= max(counts.values(), default=0)


def _is_released(words: Words, start: int, end: int, *, figure: Figure | None) -> bool:
    """Return whether a name at these offsets is no hit."""
    first, last = words.index(start), words.index(end - 1) + 1
    return (
        words.typed.is_handle(words.way, start, end)
        or _is_manner(words, first, last, figure=figure)
        or _is_never(words, first, last)
    )


def _is_never(words: Words, first: int, last: int) -> bool:
    """Return whether the name lies inside that of a dish, a place or a tale."""
    begin = max(0, first - NEAR)
    beside = words.words[begin : last + NEAR]
    return any(begin + a <= first and last <= begin + b for _, a, b in _never().find(beside))


def _is_manner(words: Words, first: int, last: int, *, figure: Figure | None) -> bool:
    """Return whether a long-dead artist's name stands for a manner or a work."""
    if figure is None or figure.field not in ARTS or figure.died is None or figure.died > LONG_DEAD:
        return False
    works = lists.load().names.works
    before, behind = words.words[max(0, first - NEAR) : first], words.words[last : last + NEAR]
    return bool(works & {*before, *(word for word in behind if word != "by")})


def _span(words: Words, start: int, end: int) -> Span:
    return Span(*words.way.span(start, end), field="prompt")


@cache
def _never() -> Phrasebook[None]:
    return Phrasebook((phrase, None) for phrase in lists.load().names.never)
