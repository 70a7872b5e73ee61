"""What differs between two catalogues, in words; nothing of a hashed word list is spelled out."""

from collections.abc import Iterator, Mapping

from safety.policies.policy import MEDIA, Policy
from safety.policies.rules import Catalogue, Levels

WHERE = {"text": "words", "picture": "pictures"}
TOLD = ("title", "sentence", "advice", "examples", "consent", "since", "until", "is_shadow")


def differences(ours: Catalogue, theirs: Catalogue) -> list[str]:
    """Return a line for each thing that ``theirs`` would change of ``ours``, on the day both were read for."""
    return [
        *_policies(ours.policies, theirs.policies),
        *_lists(ours, theirs),
        *_tables("engine", ours.absences, theirs.absences),
        *_tables("check", ours.unchecked, theirs.unchecked),
    ]


def _policies(ours: Mapping[str, Policy], theirs: Mapping[str, Policy]) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs:
            yield f"{name}: is no longer in force."
        elif name not in ours:
            yield f"{name}: is new. {theirs[name].sentence}"
        else:
            yield from _policy(ours[name], theirs[name])


def _policy(ours: Policy, theirs: Policy) -> Iterator[str]:
    for word in TOLD:
        if (old := getattr(ours, word)) != (new := getattr(theirs, word)):
            yield f"{ours.id}: {word.removeprefix('is_')} would be {_said(new)}, is {_said(old)}."
    for medium in MEDIA:
        old, new = getattr(ours, medium), getattr(theirs, medium)
        for at, who in enumerate(("", " with a likeness")):
            before, after = (pair[at] if pair else None for pair in (old, new))
            if before != after:
                yield f"{ours.id}: {WHERE[medium]}{who} would be {_levels(after)}; now {_levels(before)}."
    yield from _sooner(ours, theirs)


def _sooner(ours: Policy, theirs: Policy) -> Iterator[str]:
    old, new = ({each.band or each.country: each for each in policy.tighter} for policy in (ours, theirs))
    for who in sorted(old.keys() | new.keys()):
        for medium in MEDIA:
            before, after = (getattr(each[who], medium) if who in each else 0.0 for each in (old, new))
            if before != after:
                said = f"would act {after:g} sooner for {who}, now {before:g} sooner"
                yield f"{ours.id}: on {WHERE[medium]} it {said}."


def _levels(levels: Levels | None) -> str:
    if levels is None:
        return "not judged"
    return f"held from {levels.hold:g}, " + (f"refused from {levels.refuse:g}" if levels.refuse <= 1 else "not refused")


def _said(value: object) -> str:
    listed = ", ".join(value) if isinstance(value, tuple) else str(value)
    return f"“{listed}”" if listed else "nothing"


def _lists(ours: Catalogue, theirs: Catalogue) -> Iterator[str]:
    """Count what is new and what is gone of each word list: some are better not read aloud."""
    for name in ("plain", "hashed", "touches"):
        old, new = set(getattr(ours, name).items()), set(getattr(theirs, name).items())
        if old != new:
            yield f"word list {name}: {len(new - old)} new, {len(old - new)} gone."
    if ours.minors != theirs.minors:
        yield f"words for minors: {len(theirs.minors - ours.minors)} new, {len(ours.minors - theirs.minors)} gone."
    if ours.function_words != theirs.function_words:
        yield "function words of languages differ."


def _tables(what: str, ours: Mapping[str, object], theirs: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield f"{what} {name}: would be {theirs.get(name, 'gone')}; now {ours.get(name, 'not there')}."
