"""One rule, as it is read from data: which of its versions is in force on a day, and where it is stricter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from safety.clearance import Asker
from safety.errors import PolicyError
from safety.policies import levels
from safety.policies.levels import Levels, Period, Tighter
from safety.policies.places import COUNTRIES

Entry = Mapping[str, Any]
HARD: Final = "sexual-minors"  # refuses or is silent, always in force: nobody decides such a thing case by case
MEDIA: Final = ("text", "picture")
FIELDS: Final = {"id", "title", "sentence", "advice", "examples", "since", "until", "shadow", "consent", *MEDIA}
WORDS: Final = ("id", "title", "sentence", "advice")


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule: what is not made here, the sentence a person reads, and how sure screening must be.

    ``text`` and ``picture`` are the levels for words and for frames, each without and with a likeness;
    absent levels mean that the rule does not judge there. ``tighter`` are the contexts in which it acts sooner.
    ``consent`` names the consent category it touches. A rule in shadow is judged and recorded, and never acts.
    """

    id: str
    title: str
    sentence: str
    advice: str
    examples: tuple[str, ...]
    since: str
    text: tuple[Levels, Levels] | None
    picture: tuple[Levels, Levels] | None
    consent: str = ""
    until: str = ""
    is_shadow: bool = False
    tighter: tuple[Tighter, ...] = ()

    def levels(self, *, picture: bool, likeness: bool, asker: Asker) -> Levels | None:
        """Return the levels in a context, the soonest of all that apply; None when it does not judge there."""
        base = self.picture if picture else self.text
        if base is None:
            return None
        sooner = [each.picture if picture else each.text for each in self.tighter if each.concerns(asker)]
        return levels.lowered(base[likeness], by=max(sooner, default=0.0))


def read(entries: Sequence[Entry], *, local: Sequence[Entry], on: date) -> dict[str, Policy]:
    """Return id -> the version in force on a day, with what countries add; PolicyError when anything is wrong.

    Everything is read, also what is not in force: a mistake is found on the day it is written.
    """
    _apart(entries)
    known = {entry["id"] for entry in entries}
    if unknown := {rule["policy"] for rule in local} - known:
        raise PolicyError(f"A country names no policy with {', '.join(sorted(unknown))}.")
    _apart_by_country(local)
    found = [(policy(entry, local=local, on=on), levels.period(entry, of=entry["id"])) for entry in entries]
    return {each.id: each for each, when in found if on in when}


def _apart(entries: Iterable[Entry]) -> None:
    """Raise PolicyError when two versions of one are in force together, or the hard block is not always."""
    periods: dict[str, list[Period]] = {}
    for entry in entries:
        periods.setdefault(entry["id"], []).append(levels.period(entry, of=entry["id"]))
    for name, found in periods.items():
        levels.apart(found, of=name)
    if [each.until for each in periods.get(HARD, ())] != [levels.ENDLESS]:
        raise PolicyError(f"{HARD} must be in force without an end.")


def _apart_by_country(rules: Iterable[Entry]) -> None:
    """Raise PolicyError for countries nobody knows, and for two rules of one in force together."""
    periods: dict[str, list[Period]] = {}
    for rule in rules:
        name = rule["policy"]
        for country in rule["countries"]:
            if country not in COUNTRIES:
                raise PolicyError(f"No country is called {country}; use the two letters of ISO 3166.")
            periods.setdefault(f"{country}'s {name}", []).append(levels.period(rule, of=f"{country}'s {name}"))
    for name, found in periods.items():
        levels.apart(found, of=name)


def policy(entry: Entry, *, local: Sequence[Entry], on: date) -> Policy:
    """Read one rule with what countries add to it on a day; PolicyError when it does not read."""
    name = entry["id"]
    if strange := entry.keys() - FIELDS:
        raise PolicyError(f"In {name}, nobody knows {', '.join(sorted(strange))}.")
    if not all(isinstance(entry[word], str) and entry[word].strip() for word in WORDS):
        raise PolicyError(f"{name} must have a title, a sentence and advice: people read them.")
    pairs = {medium: levels.pair(entry.get(medium), of=name) for medium in MEDIA}
    read = Policy(
        id=name,
        title=entry["title"],
        sentence=entry["sentence"],
        advice=entry["advice"],
        examples=tuple(entry["examples"]),
        since=str(entry["since"]),
        text=pairs["text"],
        picture=pairs["picture"],
        consent=entry.get("consent", ""),
        until=str(entry.get("until", "")),
        is_shadow=bool(entry.get("shadow", False)),
        tighter=_tighter(entry, pairs=pairs, local=local, on=on),
    )
    _check(read)
    return read


def _tighter(
    entry: Entry, *, pairs: Mapping[str, tuple[Levels, Levels] | None], local: Sequence[Entry], on: date
) -> tuple[Tighter, ...]:
    name = entry["id"]

    def sooner(stated: Mapping[str, Any], who: str) -> tuple[float, float]:
        text, picture = (levels.sooner(stated.get(each), base=pairs[each], of=name, who=who) for each in MEDIA)
        return text, picture

    found = [Tighter("teen", "", *sooner({each: (entry.get(each) or {}).get("teen") for each in MEDIA}, "a teen"))]
    for rule in local:
        if rule["policy"] == name:
            acts = sooner(rule, "a country")
            if on in levels.period(rule, of=name):
                found += [Tighter("", country, *acts, why=rule["why"]) for country in rule["countries"]]
    return tuple(each for each in found if each.text or each.picture)


def _check(policy: Policy) -> None:
    """Raise PolicyError when the hard block is not hard."""
    stated = [each for pair in (policy.text, policy.picture) for each in pair or ()]
    if policy.id == HARD and (policy.is_shadow or any(each.hold != each.refuse for each in stated)):
        raise PolicyError(f"{HARD} refuses or is silent; it neither holds nor stays in shadow.")
