"""What a guardian may know of a ward's day: what is allowed, asked for and spent today. Never what was written."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from consent.accounts import guardians
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.grants import overview
from consent.grants.models import Appearance, PermitRecord
from consent.grants.overview import Given
from consent.grants.rows import Request
from consent.grants.uses import named, words
from consent.permit import Use

AUDIENCES = {
    Cameo.Audience.ONLY_ME: "those who are named",
    Cameo.Audience.APPROVED: "people who were approved",
    Cameo.Audience.MUTUALS: "mutuals",
    Cameo.Audience.EVERYONE: "everyone",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asks for a ward's likeness: who and for what; the video's words are between them and the ward."""

    id: str
    handle: str
    uses: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Household:
    """One ward's day: the state of the likeness, who may use it, who asks, and two counts since midnight UTC."""

    state: str
    audience: str
    is_agreed: bool
    given: tuple[Given, ...]
    asked: tuple[Asked, ...]
    made_today: int
    shown_today: int


def of(ward: Person) -> Household:
    """Return what a guardian sees; the ward sees the same, so that nobody is watched unawares."""
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    cameo = Cameo.objects.filter(owner=ward).first()
    return Household(
        state=cameo.state if cameo else "",
        audience=AUDIENCES[Cameo.Audience(cameo.audience)] if cameo else "",
        is_agreed=cameo is not None and not guardians.is_missing(ward),
        given=tuple(overview.given(cameo, now=now)) if cameo else (),
        asked=asked(cameo, now=now),
        made_today=PermitRecord.objects.filter(requester=ward, subject__gt="", created_at__gte=midnight).count(),
        shown_today=shown(cameo, since=midnight),
    )


def asked(cameo: Cameo | None, *, now: datetime) -> tuple[Asked, ...]:
    """Return the requests that wait, newest first."""
    rows = Request.objects.filter(cameo=cameo, cameo__isnull=False, state=Request.State.OPEN, expires_at__gt=now)
    return tuple(
        Asked(row.public_id, row.requester.handle, words(named(row.uses)), row.expires_at)
        for row in rows.select_related("requester").order_by("-pk")
    )


def shown(cameo: Cameo | None, *, since: datetime) -> int:
    """Return in how many videos of others a likeness came to be since then."""
    rows = Appearance.objects.filter(cameo=cameo, use=Use.GENERATE.value, created_at__gte=since, deleted_at=None)
    return rows.exclude(permit__requester=cameo.owner_id).count() if cameo else 0
