"""Preferences in an owner's own words become typed rules, by a small grammar that says so when it does not understand.

    never | no | do not … in <category>      deny_category   a category of ``safety.screen.categories``
    never | no | do not … <thing>            deny_words      the prompt may not say it, in any of its forms
    never make me say <words>                deny_say        nobody may let them say it
    always <thing> · only with <thing>       require         added to every prompt they are in
    anything else                            ask             kept as it is; every use becomes a request to the owner

A clause that is bound to a condition, points at somebody only its owner knows, or judges rather than names is never
turned into a rule: those are *ask* on purpose. Nothing is in force before its owner has seen and confirmed it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from consent.grants import categories
from consent.grants.rows import Rule
from consent.grants.vocabulary import ARTICLES, BOUND, CATEGORY_OF, MINE, RELATIVE, SCENES, VAGUE, VERBS, WEARS, forms

Kind = Rule.Kind
LONGEST_PHRASE: Final = 4  # words; a prompt's phrases are looked at in runs of up to four
MOST_CLAUSES: Final = 20
START: Final = r"(?:please )?(?:never|no|not|nothing|don['’]t|do not|always|only|avoid|without|keep me)"  # noqa: RUF001 - as typed
CLAUSE: Final = re.compile(rf"[.;!?\n]+|,?\s+(?:and|but)\s+(?={START}\b)|,\s*(?={START}\b)", re.IGNORECASE)
POLITE: Final = re.compile(r"^(?:and|but|please|also|i would like you to|i'd like you to|i want you to)\s+")
NO: Final = re.compile(
    r"^(?:never(?: ever)?|no|not|nothing|avoid|don't(?: ever)?|do not(?: ever)?|you (?:may|must|can) not|"
    r"i (?:never|don't|do not) want(?: you| people| anyone)?(?: to)?|i (?:won't|will not|refuse to)|i never|"
    r"keep me (?:out of|away from)|leave me out of)\s+"
)
SAY: Final = re.compile(
    r"^(?:(?:make|let|have) me |put words in my mouth like )?(?:to )?(?:say|saying|shout|sing|mention)\s+"
)
WORD: Final = re.compile(r"^(?:the )?(?:words?|phrases?|names?|sentences?)\s+")
YES: Final = re.compile(r"^(?:i (?:must |should |want to )?always|always|make me always)\s+")
ONLY: Final = re.compile(r"^only\s+(?=(?:with|wearing|holding)\b)|^(?:never|not)\s+(?=without\b)")
AGAIN: Final = re.compile(r"\b(?:never|no|not|nothing|nobody|none|n't|cannot|without|avoid)\b|n't\b")
QUOTED: Final = re.compile(r"[\"“„«]([^\"“”«»]+)[\"”“»]|(?<!\w)['‘]([^'‘’]+)['’](?!\w)")  # noqa: RUF001 - as typed
LIST: Final = re.compile(r"\s*,\s*(?:or |and |nor )?|\s+(?:or|and|nor)\s+")
THING: Final = re.compile(r"[a-z][a-z'-]*(?: [a-z][a-z'-]*)*|@[a-z0-9_]{2,30}")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What one clause became: ``value`` in plain words, ``bits`` of categories, ``phrases`` a prompt may not hold."""

    clause: str
    kind: Rule.Kind
    value: str = ""
    bits: int = 0
    phrases: frozenset[str] = field(default_factory=frozenset)


def compiled(text: str) -> list[Compiled]:
    """Return the rules of a text, clause by clause, in its order."""
    found = [rule for clause in clauses(text) for rule in of_clause(clause)]
    return list(dict.fromkeys(found))


def clauses(text: str) -> list[str]:
    """Return a text's clauses as they were written; what stands in quotation marks is not taken apart."""
    kept = [match.group() for match in QUOTED.finditer(text)]
    hidden = QUOTED.sub(lambda match: f"\x00{kept.index(match.group())}\x00", text)
    parts = [re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], part) for part in CLAUSE.split(hidden)]
    return [part.strip(" ,\t") for part in parts if part.strip(" ,\t")]


def of_clause(clause: str) -> list[Compiled]:
    """Return what one clause became; what is not understood is *ask*."""
    plain = POLITE.sub("", " ".join(clause.lower().replace("’", "'").split())).removesuffix("please").rstrip(", ")  # noqa: RUF001 - typed by people
    return wanted(clause, plain) or unwanted(clause, plain) or [Compiled(clause, Kind.ASK)]


def wanted(clause: str, plain: str) -> list[Compiled]:
    """Return the rule of a clause that says what must be shown."""
    match = YES.match(plain) or ONLY.match(plain)
    rest = re.sub(r"^without\b", "with", plain[match.end() :]) if match else ""
    words = rest.split()
    if not match or not words or set(words) & (BOUND | VAGUE) or AGAIN.search(rest) or not THING.fullmatch(rest):
        return []
    if words[0] in {
        "ask",
        "tell",
        "show",
        "let",
        "credit",
        "get",
        "send",
        "use",
        "make",
        "check",
    }:  # to us, not to a model
        return []
    shown = [WEARS.get(words[0], words[0]), *words[1:]]
    return [Compiled(clause, Kind.REQUIRE, " ".join(MINE.get(word, word) for word in shown))]


def unwanted(clause: str, plain: str) -> list[Compiled]:
    """Return the rules of a clause that says what must not be shown or said."""
    match = NO.match(plain)
    if not match:
        return []
    rest = plain[match.end() :]
    if (said := SAY.match(rest)) and "me" in plain.split():
        return unsaid(clause, rest[said.end() :])
    if AGAIN.search(rest):
        return []
    return unseen(clause, things(rest))


def unsaid(clause: str, words: str) -> list[Compiled]:
    """Return the rule against words that the owner never says."""
    quoted = ["".join(match.groups("")) for match in QUOTED.finditer(words)]
    if quoted:
        phrases = [bare(phrase) for phrase in quoted]
    else:
        phrases = [bare(item) for item in LIST.split(WORD.sub("", words))]
        if any(set(phrase.split()) & (BOUND | RELATIVE | VAGUE | SCENES) for phrase in phrases):
            return []
    if not phrases or not all(0 < len(phrase.split()) <= LONGEST_PHRASE for phrase in phrases):
        return []
    exact = frozenset(phrases) if quoted else frozenset().union(*map(forms, phrases))
    return [Compiled(clause, Kind.DENY_SAY, listed(phrases), phrases=exact)]


def bare(words: str) -> str:
    """Return words without what a reading of a prompt does not have either: signs, case."""
    return " ".join(re.findall(r"[^\W_]+", words.lower()))


def things(rest: str) -> list[str]:
    """Return what a clause names, item by item, without what is done to the owner and without small words."""
    words = rest.strip("\"' ").split()
    while words and words[0] in VERBS | {"me", "to", "in", "into", "with", "near", "on", "i", "am"}:
        words = words[1:]
    items = LIST.split(" ".join(words))
    trimmed = [" ".join(item.split()) for item in items]
    return [" ".join(without(item.split())) for item in trimmed if item]


def without(words: Sequence[str]) -> list[str]:
    """Return an item's words from its first that means something, without articles."""
    rest = list(words)
    while rest and rest[0] in ARTICLES | {"in", "into", "with", "me", "near", "being", "doing"}:
        rest = rest[1:]
    return [word for word in rest if word not in {"a", "an", "the"}]


def unseen(clause: str, items: Sequence[str]) -> list[Compiled]:
    """Return a rule for the categories that are named and one for the things; nothing when any item is neither."""
    named = [category_of(item) for item in items]
    rest = [item for item, category in zip(items, named, strict=True) if not category]
    if not items or not all(is_thing(item) for item in rest):
        return []
    bits = categories.mask(name for name in named if name)
    found = [Compiled(clause, Kind.DENY_CATEGORY, categories.words(categories.named(bits)), bits)] if bits else []
    if rest:
        phrases = frozenset().union(*map(told, rest))
        found.append(Compiled(clause, Kind.DENY_WORDS, listed(rest), phrases=phrases))
    return found


def told(item: str) -> frozenset[str]:
    """Return the phrases that tell of an item: all its forms, or exactly a person's handle."""
    return frozenset({bare(item)}) if item.startswith("@") else forms(bare(item))


def category_of(item: str) -> str:
    """Return the category that an item names, when it names nothing besides."""
    words = [word for word in item.split() if word not in SCENES | ARTICLES]
    found = {CATEGORY_OF.get(word, "") for word in words}
    return found.pop() if len(found) == 1 else ""


def is_thing(item: str) -> bool:
    """Return whether an item can be looked up in a prompt: a few plain words that name something."""
    words = set(item.split())
    return (
        bool(THING.fullmatch(item))
        and 0 < len(item.split()) <= LONGEST_PHRASE
        and not words & (BOUND | RELATIVE | VAGUE | SCENES)
        and not words & CATEGORY_OF.keys()
    )


def listed(phrases: Iterable[str]) -> str:
    """Return phrases as people read them: “a”, “b”."""
    return ", ".join(f"“{phrase}”" for phrase in phrases)
