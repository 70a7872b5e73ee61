"""What stewards do in an owner's place. The owner's receipts say who did it, and the owner is told each time."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from django.db import transaction

from consent.accounts import guardians, notices, stewards
from consent.accounts.models import Person
from consent.accounts.stewardship import Power
from consent.cameos.models import Cameo
from consent.errors import StewardError
from consent.grants import switch


class Switch(Protocol):
    """One of the owner's own switches."""

    def __call__(self, owner: Person, *, by: Mapping[str, str]) -> Cameo:
        """Turn it."""


Done = TypeVar("Done")
ACTS: dict[str, tuple[Power, Switch, str]] = {
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
    return under(steward, owner=owner, power=power, told=told, do=lambda by: turn(owner, by=by))


@transaction.atomic
def under(steward: Person, *, owner: Person, power: Power, told: str, do: Callable[[Mapping[str, str]], Done]) -> Done:
    """Do something in an owner's place if a stewardship in force allows it, and tell the owner who did it."""
    guardians.hold([owner.pk, steward.pk])  # people before cameos, as everywhere
    row = stewards.acting(steward, owner=owner, power=power)
    done = do(stewards.signed(row))
    notices.tell(owner.pk, "steward.acted", f"@{steward.handle} {told}.", about=row.public_id)
    return done
