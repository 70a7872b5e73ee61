"""What stewards do in an owner's place. The owner's receipts say by whose hand, and the owner is told each time."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from consent.accounts import guardians, notices, stewards
from consent.accounts.models import Person
from consent.accounts.stewardship import Power
from consent.cameos.models import Cameo
from consent.errors import NoStewardError, StewardError
from consent.grants import requests, switch, takedown
from consent.grants.models import Appearance
from consent.grants.requests import Yes
from consent.grants.rows import Request
from consent.grants.takedown import Cascade
from consent.grants.uses import named
from consent.permit import Use
from consent.receipts import hand

Done = TypeVar("Done")
NEWEST = 12
ACTS: dict[str, tuple[Power, Callable[[Person], Cameo], str]] = {
    "pause": (Power.PAUSE, switch.pause, "paused every use of your likeness"),
    "resume": (Power.PAUSE, switch.resume, "let your likeness be used again"),
    "withdraw": (Power.WITHDRAW, switch.withdraw, "withdrew your likeness"),
}


def act(steward: Person, *, owner: Person, what: str) -> Cameo:
    """Pause, resume or withdraw somebody's likeness in their place.

    Raises NoStewardError unless a stewardship in force allows it, CameoStateError as for the owner.
    """
    if what not in ACTS:
        raise StewardError("Choose what to do.")
    power, turn, told = ACTS[what]
    return under(steward, owner=owner, power=power, told=told, do=lambda: turn(owner))


def answer(steward: Person, *, owner: Person, request: str, agree: bool) -> Request:
    """Answer a request (public id) in somebody's place: yes to exactly what is asked, or no.

    Raises NoStewardError unless a stewardship in force allows it, RequestError as for the owner.
    """
    told = f"{'agreed to' if agree else 'declined'} a request for you"

    def do() -> Request:
        return agreed(owner, request=request) if agree else requests.decline(owner, request=request)

    return under(steward, owner=owner, power=Power.ANSWER, told=told, do=do)


def agreed(owner: Person, *, request: str) -> Request:
    """Say yes to what is asked: to the one video, once, or to the uses that were named."""
    found = Request.objects.filter(public_id=request, cameo__owner=owner).first()
    if found is None:
        raise NoStewardError
    return requests.approve(owner, request=request, yes=Yes(once=bool(found.draft_digest), uses=named(found.uses)))


def delete(steward: Person, *, owner: Person, appearance: str) -> Cascade:
    """Take a video (its appearance's public id) down in somebody's place, with all that is made from it.

    Raises NoStewardError unless a stewardship in force allows it, and where the owner is in no such video.
    """

    def do() -> Cascade:
        found = Appearance.objects.filter(public_id=appearance, cameo__owner=owner).select_related("cameo").first()
        if found is None:
            raise NoStewardError
        gone, _ = takedown.delete(found, by=owner)
        return gone

    return under(steward, owner=owner, power=Power.DELETE, told="had a video that shows you taken down", do=do)


def shown(owner: Person) -> list[tuple[Appearance, int]]:
    """Return the newest videos that show somebody, each with how many go if it goes."""
    rows = Appearance.objects.filter(cameo__owner=owner, use=Use.GENERATE.value, deleted_at=None, ended_at=None)
    newest = rows.select_related("cameo", "permit__requester").order_by("-pk")[:NEWEST]
    return [(row, len(takedown.cascade(row).subjects)) for row in newest]


@transaction.atomic
def under(steward: Person, *, owner: Person, power: Power, told: str, do: Callable[[], Done]) -> Done:
    """Do something in an owner's place if a stewardship in force allows it, and tell the owner who did it."""
    guardians.hold([owner.pk, steward.pk])  # people before cameos, as everywhere
    row = stewards.acting(steward, owner=owner, power=power)
    with hand.of(stewards.signed(row)):
        done = do()
    notices.tell(owner.pk, "steward.acted", f"@{steward.handle} {told}.", about=row.public_id)
    return done
