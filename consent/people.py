"""Door: read-only questions about people. People are named by primary key; nothing here changes anything."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from consent.accounts import ages, export
from consent.accounts.ages import AgeBand
from consent.accounts.export import Piece
from consent.accounts.models import Block, Follow, Person
from consent.cameos.models import Cameo
from consent.grants import appearances, audience
from consent.grants.graph import plain
from consent.grants.uses import NEVER_FOR_TEENS
from consent.permit import Use

__all__ = [
    "AgeBand",
    "Limits",
    "Piece",
    "age_band",
    "blocks",
    "by_handle",
    "contribute",
    "country",
    "depicted",
    "display",
    "follows",
    "limits",
    "videos_with",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What somebody's age leaves open: the audiences they may choose, the uses they may give."""

    audiences: tuple[Cameo.Audience, ...]
    uses: frozenset[Use]


def age_band(person: int) -> AgeBand:
    """Return a person's age band; somebody unknown counts as a child, who may do nothing."""
    born = Person.objects.filter(pk=person).values_list("birth_date", flat=True).first()
    return ages.age_band(born) if born else AgeBand.CHILD


def country(person: int) -> str:
    """Return the two letters of the country a person says they live in; nothing for somebody unknown."""
    return Person.objects.filter(pk=person).values_list("country", flat=True).first() or ""


def limits(person: int) -> Limits:
    """Return what a person's age leaves open to them; nothing for somebody unknown."""
    found = Person.objects.filter(pk=person).first()
    if found is None:
        return Limits((), frozenset())
    grown = ages.age_band(found.birth_date) is AgeBand.ADULT
    return Limits(audience.choices(found), frozenset(Use) - (frozenset() if grown else NEVER_FOR_TEENS))


def follows(src: int, *, dst: int) -> bool:
    """Return whether ``src`` follows ``dst``."""
    return Follow.objects.filter(src_id=src, dst_id=dst).exists()


def blocks(one: int, *, other: int) -> bool:
    """Return whether either of two people blocks the other."""
    return Block.objects.filter(src_id__in=[one, other], dst_id__in=[one, other]).exists()


def display(person_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return person -> (handle, name to show) for those of the people that exist."""
    rows = Person.objects.filter(pk__in=list(person_ids)).values_list("pk", "handle", "display_name")
    return {pk: (handle, name or handle) for pk, handle, name in rows}


def by_handle(handles: Collection[str]) -> dict[str, int]:
    """Return handle -> person for those of the handles that somebody has; "@Olive " is "olive"."""
    wanted = {plain(handle) for handle in handles}
    return dict(Person.objects.filter(handle__in=wanted).values_list("handle", "pk"))


def depicted(person: int, *, subjects: Collection[str]) -> set[str]:
    """Return those of the subjects (clips' public ids) that this person is in, whether or not they may be shown."""
    return appearances.depicted(person, subjects=subjects)


def videos_with(person: int, *, used_by: int | None = None) -> set[str]:
    """Return the subjects that show this person and have not ended, also by being made from one that does.

    With ``used_by``, those alone that stand on what this other person may do.
    """
    return appearances.showing(person, used_by=used_by)


def contribute(section: str, collect: Callable[[int], Iterable[Piece]]) -> None:
    """Say what another app holds of a person, for the export of all their data; from the app's ``ready``.

    ``collect(person)`` yields a :class:`Piece` for each file: their own data, never what is private to others.
    """
    export.register(section, collect)
