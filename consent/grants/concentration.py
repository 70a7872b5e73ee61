"""Many videos of one person by one other within an hour: a case opens, the owner is told, nothing stops silently.

What counts is permits, counted where they are minted. How many are many is ``CONCENTRATION_HOUR_MAX``. A moderator may
clear it, or end it: then the next request of that pair is refused with a sentence that says so.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from consent.accounts import notices
from consent.accounts.models import Person
from consent.grants.rows import Concentration
from safety import cases

KIND: Final = "consent.concentration"
POLICY: Final = "target-concentration"
HOUR: Final = timedelta(hours=1)
WHY: Final = "One person asked for unusually many videos of one other person within an hour."

COUNT = """
SELECT p.cameo_id, count(*) FROM consent_permitrecord r JOIN consent_permitcameo p ON p.permit_id = r.id
JOIN consent_cameo c ON c.id = p.cameo_id
WHERE r.requester_id = %s AND r.created_at > statement_timestamp() - interval '1 hour'
  AND p.cameo_id = ANY(%s::bigint[]) AND c.owner_id <> r.requester_id
GROUP BY p.cameo_id HAVING count(*) >= %s
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def is_stopped(requester: int, *, cameos: Collection[int]) -> int | None:
    """Return the first of these cameos that a moderator decided this person may not go on asking for."""
    ended = Concentration.objects.filter(requester_id=requester, cameo_id__in=cameos, stopped_at__isnull=False)
    return ended.order_by("pk").values_list("cameo_id", flat=True).first()


def watch(requester: int, *, cameos: Collection[int]) -> None:
    """Count this person's permits of the last hour, inside the transaction that minted one, and act on many."""
    if not cameos:
        return
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [requester, list(cameos), settings.CONCENTRATION_HOUR_MAX])
        many = cursor.fetchall()
    for cameo, videos in many:
        notice(cameo, requester=requester, videos=videos)


def notice(cameo: int, *, requester: int, videos: int) -> None:
    """Open a case about the pair and tell the owner, once in an hour."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"{KIND} {cameo} {requester}"])
    latest = Concentration.objects.filter(cameo_id=cameo, requester_id=requester).order_by("-pk").first()
    if latest and latest.noticed_at > timezone.now() - HOUR:
        return
    found = Concentration.objects.create(cameo_id=cameo, requester_id=requester, videos=videos)
    cases.open(kind=KIND, subject=found.public_id, policy=POLICY, reason=WHY)
    sentence = f"@{found.requester.handle} asked for {videos} videos with your likeness within an hour. A person looks."
    notices.tell(found.cameo.owner_id, "appearance.often", sentence, about=found.public_id)


def register() -> None:
    """Teach safety the kind ``consent.concentration``."""
    cases.register(KIND, cases.Handlers(show=show, restrict=unchanged, restore=unchanged, resolved=resolved))


def show(subject: str) -> cases.Shown:
    """Return who, whom, how often; no pictures: they are in cases of their own, if any."""
    found = Concentration.objects.select_related("cameo__owner", "requester").get(public_id=subject)
    return cases.Shown("Many videos of one person", tuple(lines(found)))


def lines(found: Concentration) -> Sequence[str]:
    """Return what a moderator reads."""
    cameo, owner, asker = found.cameo, found.cameo.owner, found.requester
    since = f"{found.noticed_at:%Y-%m-%d %H:%M} UTC"
    return [
        f"@{asker.handle} asked for {found.videos} videos of @{owner.handle} in the hour before {since}.",
        f"The likeness of @{owner.handle} is {cameo.state}; audience: {cameo.get_audience_display().lower()}.",
        f"@{asker.handle} joined on {asker.joined_at:%Y-%m-%d}.",
        "Clear: it goes on. Refuse: this person is not permitted any more of these videos, and is told why.",
    ]


def unchanged(subject: str) -> None:
    """Do nothing: nobody is stopped before a person has decided."""


@transaction.atomic
def resolved(subject: str, decision: str) -> None:
    """End it for this pair when a person decided so, and tell both; a cleared one goes on as before."""
    found = Concentration.objects.select_related("cameo__owner", "requester").get(public_id=subject)
    if decision == "clear" or found.stopped_at:
        return
    found.stopped_at = timezone.now()
    found.save(update_fields=["stopped_at"])
    tell(found.cameo.owner, f"@{found.requester.handle} is not permitted any more videos with your likeness.", found)
    tell(found.requester, f"You are not permitted any more videos with the likeness of {found.cameo.owner}.", found)


def tell(person: Person, sentence: str, found: Concentration) -> None:
    """Tell one of the two."""
    notices.tell(person.pk, "appearance.often", sentence, about=found.public_id)
