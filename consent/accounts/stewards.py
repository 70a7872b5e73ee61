"""Acting for somebody: the estate of a person who has died, a delegate whom an owner named.

Nobody acts on their own word. An estate brings evidence and a moderator decides; a delegate is named by the owner, says
yes, and a moderator decides on what was shown. The owner can end either at any time, and so can the steward; the end
that was agreed comes by itself. What a steward does is in the owner's receipts, under the steward's name.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from consent.accounts import notices
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.models import Person
from consent.accounts.proof import prove
from consent.accounts.stewardship import OF_AN_ESTATE, OPEN, Power, Steward
from consent.errors import NoStewardError, StewardError
from safety import cases

KIND = "consent.steward"
POLICY = "stewardship"
LONGEST = timedelta(days=2 * 366)
LEAST = 20  # characters of evidence
ESTATE, DELEGATE = Steward.Role.ESTATE, Steward.Role.DELEGATE
State = Steward.State


@transaction.atomic
def claim(steward: Person, *, owner: Person, evidence: str, until: datetime) -> Steward:
    """Claim to act for the estate of somebody who has died; a moderator decides. Raises StewardError."""
    row = Steward(owner=owner, steward=steward, role=ESTATE, powers=list(OF_AN_ESTATE), state=State.WAITING)
    made = begin(row, evidence=evidence, until=until)
    sentence = f"@{steward.handle} says that they act for your estate. If this is wrong, end it here."
    notices.tell(owner.pk, "steward.asked", sentence, about=made.public_id)
    open_case(made)
    return made


@transaction.atomic
def name(owner: Person, *, steward: Person, powers: Collection[Power], evidence: str, until: datetime) -> Steward:
    """Name a delegate for the powers that are ticked; it waits for them to say yes. Raises StewardError."""
    if age_band(owner.birth_date) is not AgeBand.ADULT:
        raise StewardError("Until you are 18, your guardian looks after you, and nobody else.")
    ticked = [power for power in Power if power in set(powers)]
    if not ticked:
        raise StewardError("Tick at least one thing that they may do.")
    row = Steward(owner=owner, steward=steward, role=DELEGATE, powers=ticked, state=State.PROPOSED)
    made = begin(row, evidence=evidence, until=until)
    sentence = f"@{owner.handle} asks you to act in their place."
    notices.tell(steward.pk, "steward.asked", sentence, about=made.public_id)
    return made


def begin(row: Steward, *, evidence: str, until: datetime) -> Steward:
    """Write a new row down once it is complete."""
    now = timezone.now()
    if row.owner_id == row.steward_id:
        raise StewardError("You act in your own place already.")
    if age_band(row.steward.birth_date) is not AgeBand.ADULT:
        raise StewardError("Whoever acts for others is 18 or older.")
    if len(evidence.strip()) < LEAST:
        raise StewardError("Say what shows it, and where a moderator can see it.")
    if not now < until <= now + LONGEST:
        raise StewardError("Choose an end that lies ahead, within two years.")
    row.evidence, row.expires_at = evidence.strip()[:1000], until
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise StewardError("This was asked for already.") from error
    return row


@transaction.atomic
def accept(steward: Person, *, stewardship: str) -> Steward:
    """Say yes to being somebody's delegate; a moderator decides next. Raises StewardError."""
    row = held(steward, stewardship=stewardship)
    if row.state != State.PROPOSED or row.steward_id != steward.pk:
        raise StewardError("This does not wait for you.")
    row.state = State.WAITING
    row.save(update_fields=["state"])
    open_case(row)
    return row


@transaction.atomic
def end(by: Person, *, stewardship: str) -> Steward:
    """End it, from either side, whatever it waits for; nothing more is done under it when this returns."""
    row = held(by, stewardship=stewardship)
    close(row, by=by)
    return row


def part(one: int, *, other: int) -> None:
    """End what is between two people of whom one blocks the other."""
    pair = Q(owner=one, steward=other) | Q(owner=other, steward=one)
    rows = Steward.objects.select_for_update(of=("self",)).select_related("owner", "steward")
    for row in rows.filter(pair, state__in=OPEN):
        close(row, by=None)


def close(row: Steward, *, by: Person | None) -> None:
    """End one that is open, and tell both; safe to repeat."""
    if row.state not in OPEN:
        return
    was_live = row.state == State.LIVE
    row.state, row.ended_at = State.ENDED, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    if was_live:
        prove("steward.ended", [row.owner_id], about(row))
    for person, sentence in (
        (row.owner_id, f"@{row.steward.handle} no longer acts in your place."),
        (row.steward_id, f"You no longer act in the place of @{row.owner.handle}."),
    ):
        if was_live or (by is not None and by.pk != person):
            notices.tell(person, "steward.changed", sentence, about=row.public_id)


def held(by: Person, *, stewardship: str) -> Steward:
    """Return one that a person has a part in, with its row held; anybody else's is not there."""
    rows = Steward.objects.select_for_update(of=("self",)).select_related("owner", "steward")
    found = rows.filter(Q(owner=by) | Q(steward=by), public_id=stewardship).first()
    if found is None:
        raise NoStewardError
    return found


def own(steward: Person, *, stewardship: str) -> Steward:
    """Return one under which a person acts, to know for whom; what it allows is asked of :func:`acting`."""
    found = Steward.objects.filter(steward=steward, public_id=stewardship).select_related("owner").first()
    if found is None:
        raise NoStewardError
    return found


def acting(steward: Person, *, owner: Person, power: Power) -> Steward:
    """Return the stewardship under which somebody may do this now, held until the transaction ends.

    Raises NoStewardError, the same for no stewardship, one that has run out, and one without this power.
    """
    rows = Steward.objects.select_for_update(of=("self",)).select_related("owner", "steward")
    found = rows.filter(owner=owner, steward=steward, state=State.LIVE, powers__contains=[power]).first()
    if found is None or found.expires_at <= timezone.now():
        raise NoStewardError
    return found


def in_force(steward: Person) -> list[Steward]:
    """Return those under which somebody may act now."""
    rows = Steward.objects.filter(steward=steward, state=State.LIVE, expires_at__gt=timezone.now())
    return list(rows.select_related("owner").order_by("live_at"))


def signed(row: Steward) -> dict[str, str]:
    """Return the words with which a receipt says who acted: id, name, role."""
    return {"by": row.steward.public_id, "by_name": f"@{row.steward.handle}", "by_role": row.role}


def about(row: Steward) -> dict[str, str | list[str] | None]:
    """Return what the receipts of a stewardship are about."""
    return {
        "stewardship": row.public_id,
        **signed(row),
        "powers": sorted(row.powers),
        "until": row.expires_at.isoformat(),
    }


def open_case(row: Steward) -> None:
    """Let a moderator decide."""
    reason = "Somebody wants to act in another person's place."
    cases.open(kind=KIND, subject=row.public_id, policy=POLICY, reason=reason)


def shown(subject: str) -> cases.Shown:
    """Return what a moderator needs to decide."""
    row = Steward.objects.select_related("owner", "steward").get(public_id=subject)
    powers = ", ".join(Power(power).label for power in row.powers)
    lines = (
        f"@{row.steward.handle} ({row.steward.country}) as the {row.role} of @{row.owner.handle} ({row.owner.country})",
        f"may {powers}, until {row.expires_at:%Y-%m-%d}",
        row.evidence,
        f"The owner last signed in on {row.owner.last_login:%Y-%m-%d}." if row.owner.last_login else "Never signed in.",
        "It was ended meanwhile." if row.state not in OPEN else "It waits for you.",
    )
    return cases.Shown("Acting for somebody", lines)


def resolved(subject: str, decision: str) -> None:
    """Let it begin, or not; one that was ended meanwhile stays so."""
    row = Steward.objects.select_for_update(of=("self",)).select_related("owner", "steward").get(public_id=subject)
    if row.state != State.WAITING:
        return
    if decision == "clear" and row.expires_at > timezone.now() and seated(row):
        prove("steward.named", [row.owner_id, row.steward_id], about(row))
        told(row, f"@{row.steward.handle} acts in your place now.", f"You act in the place of @{row.owner.handle} now.")
        return
    row.state, row.ended_at, row.live_at = State.REFUSED, timezone.now(), None
    row.save(update_fields=["state", "ended_at", "live_at"])
    told(row, f"@{row.steward.handle} does not act in your place.", "A person looked, and it was not enough.")


def seated(row: Steward) -> bool:
    """Let it begin; return whether it did: somebody has one estate at most."""
    row.state, row.live_at = State.LIVE, timezone.now()
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "live_at"])
    except IntegrityError:
        return False
    return True


def told(row: Steward, owner: str, steward: str) -> None:
    """Tell both what was decided."""
    notices.tell(row.owner_id, "steward.changed", owner, about=row.public_id)
    notices.tell(row.steward_id, "steward.changed", steward, about=row.public_id)
