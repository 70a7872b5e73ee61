"""Every video somebody is in, as they may read it: by whom, how it stands, where it is shared, what it was made from.

One line for each video: the row of the permit it was let out under. Whoever is in a video may know of it, private or
not; what the others in it decided is not told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from consent.grants import appearances, descent
from consent.grants.models import Appearance
from consent.permit import Use
from safety import cases

PAGE = 12
KIND = "clip"  # what safety calls the videos of this house


@dataclass(frozen=True, slots=True)
class Listed:
    """One appearance as the person depicted reads it.

    ``state``: released, held (a person looks at it), withdrawn (not shown now), deleted (they took it down, or its
    maker did). ``where``: private, link, followers or public. ``makers``: of the videos it was made from directly.
    """

    id: str
    subject: str
    maker: str
    is_mine: bool
    state: str
    where: str
    uses: tuple[str, ...]
    at: datetime
    deleted_at: datetime | None
    parents: tuple[tuple[str, str], ...]
    children: int


def of(person: int) -> QuerySet[Appearance]:
    """Return one row for each video this person is in, newest first."""
    rows = Appearance.objects.filter(cameo__owner=person, use=Use.GENERATE.value, permit__subject=F("subject"))
    return rows.select_related("permit__requester", "cameo__owner", "grant").order_by("-pk")


def find(person: int, *, appearance: str) -> Appearance | None:
    """Return one of a person's appearances by public id; somebody else's is as unknown as one that never was."""
    return of(person).filter(public_id=appearance).first()


def page(person: int, *, before: str = "", size: int = PAGE) -> tuple[list[Listed], str]:
    """Return the page that begins after the appearance ``before`` (public id), and where the next one begins, or ''."""
    rows = of(person)
    if before:
        start = find(person, appearance=before)
        rows = rows.filter(pk__lt=start.pk) if start else rows.none()
    found = list(rows[: size + 1])
    following = found[size - 1].public_id if len(found) > size else ""
    return told(found[:size]), following


def every(person: int) -> Iterator[Listed]:
    """Yield every appearance, page by page."""
    listed, following = page(person, size=200)
    yield from listed
    while following:
        listed, following = page(person, before=following, size=200)
        yield from listed


def told(rows: Sequence[Appearance]) -> list[Listed]:
    """Return rows as the person depicted reads them; whether they stand is asked now, all together."""
    subjects = [row.subject for row in rows]
    stands = appearances.standing(subjects, use=Use.GENERATE)
    shown = appearances.standing(subjects, use=Use.PUBLISH)
    shared, uses = published(rows)
    parents, children = descent.parents_of(subjects), descent.counted(subjects)
    names = makers(parent for found in parents.values() for parent in found)
    return [
        Listed(
            id=row.public_id,
            subject=row.subject,
            maker=row.permit.requester.handle,
            is_mine=row.permit.requester_id == row.cameo.owner_id,
            state=state(row, stands=row.subject in stands),
            where=shared.get(row.subject, "private") if row.subject in shown else "private",
            uses=tuple(sorted(uses.get(row.subject, {row.use}))),
            at=row.created_at,
            deleted_at=row.deleted_at,
            parents=tuple((parent, names.get(parent, "")) for parent in parents.get(row.subject, ())),
            children=children.get(row.subject, 0),
        )
        for row in rows
    ]


def state(row: Appearance, *, stands: bool) -> str:
    """Return the one word for how a video stands."""
    if row.deleted_at or row.ended_at:
        return "deleted" if row.deleted_at else "withdrawn"
    if not stands:
        return "withdrawn"
    return "held" if cases.is_restricted(KIND, row.subject) else "released"


def published(rows: Sequence[Appearance]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Return where each video is published, and for which uses each is confirmed."""
    where: dict[str, str] = {}
    uses: dict[str, set[str]] = {}
    mine = {(row.subject, row.permit_id, row.cameo_id) for row in rows}
    found = Appearance.objects.filter(subject__in=[row.subject for row in rows], ended_at=None)
    for other in found:
        if (other.subject, other.permit_id, other.cameo_id) in mine:
            uses.setdefault(other.subject, set()).add(other.use)
            if other.use == Use.PUBLISH.value:
                where[other.subject] = other.shared
    return where, uses


def makers(subjects: Iterable[str]) -> dict[str, str]:
    """Return for each video the handle of who made it."""
    rows = Appearance.objects.filter(subject__in=set(subjects), permit__subject=F("subject"))
    return dict(rows.values_list("subject", "permit__requester__handle"))


def as_json(one: Listed) -> dict[str, Any]:
    """Return one appearance for a program, or for the export."""
    return {
        "id": one.id,
        "video": one.subject,
        "maker": one.maker,
        "state": one.state,
        "visibility": one.where,
        "uses": list(one.uses),
        "made_from": [{"video": parent, "maker": maker or None} for parent, maker in one.parents],
        "others_made_from_it": one.children,
        "created_at": one.at,
        "deleted_at": one.deleted_at,
    }
