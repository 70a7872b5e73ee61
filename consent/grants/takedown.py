"""Co-ownership: whoever is in a video may have it taken down, with all that is made from it, or take the yes back.

What goes is shown before it goes (:func:`cascade`, :func:`cascade_of_grant`). A takedown bumps the epoch first (I1) and
marks every row of the person depicted in the video and in what is made from it, in one transaction with its receipt,
its log entry and its facts: from the commit on nothing of it is served. Its clips are withdrawn by those who hear.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from consent.accounts import epochs, notices, outbox
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import AppearanceError
from consent.grants import descent, grant
from consent.grants.models import Appearance, Grant
from consent.permit import Use
from consent.receipts.issue import issue
from consent.receipts.models import Receipt

AT_A_TIME = 200
"""Subjects told in one fact, so that a fact stays small however much goes."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """What would go: the videos themselves (public ids), and what is made from them, directly or not."""

    videos: tuple[str, ...]
    made_from: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return everything that would go."""
        return self.videos + self.made_from


def cascade(appearance: Appearance) -> Cascade:
    """Return what goes when this appearance is taken down, leaving out what is gone already."""
    here = alive(appearance.cameo, subjects={appearance.subject})
    below = alive(appearance.cameo, subjects=descent.below([appearance.subject]))
    return Cascade(tuple(sorted(here)), tuple(sorted(below)))


def cascade_of_grant(found: Grant) -> Cascade:
    """Return what stands on a grant: the videos made under it, and what bears their rows as it is made from them."""
    rows = own(found.cameo).filter(grant=found, deleted_at=None, ended_at=None)
    videos = set(rows.values_list("subject", flat=True).filter(permit__requester=found.person))
    direct = {s for s, parents in lines(videos).items() if not videos & parents}
    return Cascade(tuple(sorted(direct)), tuple(sorted(videos - direct)))


def lines(subjects: Collection[str]) -> dict[str, set[str]]:
    """Return for each subject all it is made from."""
    found: dict[str, set[str]] = {subject: set() for subject in subjects}
    rows = descent.Descent.objects.filter(subject__in=list(subjects))
    for subject, ancestor in rows.values_list("subject", "ancestor"):
        found[subject].add(ancestor)
    return found


def alive(cameo: Cameo, *, subjects: Collection[str]) -> set[str]:
    """Return those of the subjects that show this cameo and were neither taken down nor ended."""
    rows = own(cameo).filter(subject__in=list(subjects), deleted_at=None, ended_at=None)
    return set(rows.values_list("subject", flat=True))


def own(cameo: Cameo) -> QuerySet[Appearance]:
    """Return the rows of one cameo, once for each permit."""
    return Appearance.objects.filter(cameo=cameo, use=Use.GENERATE.value)


@transaction.atomic
def delete(appearance: Appearance, *, by: Person) -> tuple[Cascade, Receipt | None]:
    """Take the video down, and all that is made from it, for ``by``, who must be the person depicted.

    Raises AppearanceError otherwise. Returns what went and its receipt; nothing and None when it was down already.
    Appends ``appearance.deleted``.
    """
    if appearance.cameo.owner_id != by.pk:
        raise AppearanceError
    epochs.bump([by.pk])
    gone = cascade(appearance)
    if not gone.subjects:
        return gone, None
    rows = Appearance.objects.filter(cameo=appearance.cameo, subject__in=gone.subjects, deleted_at=None)
    rows.update(deleted_at=timezone.now())
    about = {"appearance": appearance.public_id, "video": appearance.subject, "made_from_it": list(gone.made_from)}
    receipt = issue("appearance.deleted", by.pk, about)
    for some in batches(gone.subjects):
        body = {"cameo": appearance.cameo_id, "owner": by.pk, "subjects": some}
        outbox.record("appearance_deleted", body)
    tell(gone, by=by)
    return gone, receipt


def batches(subjects: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the subjects, some at a time."""
    for start in range(0, len(subjects), AT_A_TIME):
        yield list(subjects[start : start + AT_A_TIME])


def tell(gone: Cascade, *, by: Person) -> None:
    """Tell everybody who made or is in what went, once each; who else is in a video is told no names."""
    rows = Appearance.objects.filter(subject__in=gone.subjects)
    made: dict[int, set[str]] = {}
    for maker, subject in rows.values_list("permit__requester", "permit__subject").distinct():
        if subject in gone.subjects:
            made.setdefault(maker, set()).add(subject)
    others = set(rows.values_list("cameo__owner", flat=True)) - {by.pk, *made}
    for maker in sorted(made.keys() - {by.pk}):
        what = "a video that you made" if len(made[maker]) == 1 else f"{len(made[maker]):,} videos that you made"
        sentence = f"@{by.handle}, who is in it, had {what} taken down."
        notices.tell(maker, kind="appearance.deleted", sentence=sentence, about=min(made[maker]))
    for person in sorted(others):
        sentence = "A video that you are in was taken down by somebody else who is in it."
        notices.tell(person, kind="appearance.deleted", sentence=sentence)


def behind(appearance: Appearance) -> Grant | None:
    """Return the grant in force that this appearance stands on; None where the audience or oneself said yes."""
    rows = Grant.objects.filter(
        cameo=appearance.cameo, person=appearance.permit.requester_id, effect=Grant.Effect.GRANT, revoked_at=None
    )
    return (rows.filter(pk=appearance.grant_id).first() if appearance.grant_id else None) or rows.filter(
        draft_digest=""
    ).first()


def revoke(appearance: Appearance, *, by: Person) -> Grant:
    """Take back the grant behind an appearance; AppearanceError when it does not stand on one of the owner's."""
    found = behind(appearance)
    if appearance.cameo.owner_id != by.pk:
        raise AppearanceError
    if found is None:
        raise AppearanceError("No grant of yours is behind this: your audience lets its maker in, or you made it.")
    return grant.revoke(by, grant=found.public_id)
