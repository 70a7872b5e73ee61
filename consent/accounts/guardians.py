"""Guardians and wards: proposed by either side, begun by the other, ended by either, at once.

Every change of a guardianship first holds its guardian's row, so that two of them never take the fourth place together;
lock order: guardian's row, cameos, the rest. What ends here ends a yes, so the ward's epoch is bumped before it (I1).
Whoever turns 18 needs no guardian from that day on; nothing has to be done for it.
"""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from consent.accounts import consents, epochs, notices, outbox, transactions
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.guardianship import MOST_WARDS, Evidence, Guardianship
from consent.accounts.models import Block, Person
from consent.errors import GuardianError, NoGuardianshipError

PROPOSED, LIVE, ENDED = Guardianship.State.PROPOSED, Guardianship.State.LIVE, Guardianship.State.ENDED
MOST_PROPOSED = 8
HOLD = "SELECT id FROM consent_person WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def hold(people: Collection[int]) -> None:
    """Hold these people's rows, in order, until the transaction ends; before any cameo is locked."""
    transactions.require("Holding people")
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [sorted(set(people))])


@transaction.atomic
def propose(by: Person, *, other: Person, as_guardian: bool) -> Guardianship:
    """Propose that ``by`` be the guardian of ``other``, or the other way round; it begins when ``other`` confirms it.

    Only the side of whoever proposes is looked at: what is answered must not tell how old the other one is. Safe to
    repeat. Raises GuardianError.
    """
    ward, guardian = (other, by) if as_guardian else (by, other)
    hold([ward.pk, guardian.pk])
    if by.pk == other.pk:
        raise GuardianError("Nobody is their own guardian.")
    if trouble := (unfit_guardian(guardian) if as_guardian else unfit_ward(ward)):
        raise GuardianError(trouble)
    found = Guardianship.objects.filter(ward=ward, guardian=guardian).exclude(state=ENDED).first()
    return found or begin(ward, guardian=guardian, by=by, other=other)


def begin(ward: Person, *, guardian: Person, by: Person, other: Person) -> Guardianship:
    """Write a proposal and tell the other one."""
    if Guardianship.objects.filter(proposed_by=by, state=PROPOSED).count() >= MOST_PROPOSED:
        raise GuardianError("You have proposed this to many people already. Take one of those back first.")
    made = Guardianship.objects.create(ward=ward, guardian=guardian, proposed_by=by)
    part = "your guardian" if by.pk == guardian.pk else "your ward"
    notices.tell(other.pk, "guardian.asked", f"@{by.handle} proposes to be {part}.", about=made.public_id)
    return made


@transaction.atomic
def confirm(by: Person, *, guardianship: str) -> Guardianship:
    """Begin what the other one proposed (by public id); raises GuardianError when either is not fit for it."""
    found = held(by, guardianship=guardianship)
    if found.state != PROPOSED or found.proposed_by_id == by.pk:
        raise GuardianError("This waits for the other one, or has begun already.")
    if trouble := unfit_ward(found.ward) or unfit_guardian(found.guardian):
        raise GuardianError(trouble)
    if Block.objects.filter(Q(src=found.ward, dst=found.guardian) | Q(src=found.guardian, dst=found.ward)).exists():
        raise NoGuardianshipError
    seat(found)
    for person, other in ((found.ward, found.guardian), (found.guardian, found.ward)):
        part = "guardian" if person == found.ward else "ward"
        notices.tell(person.pk, "guardian.changed", f"@{other.handle} is your {part} now.", about=found.public_id)
    return found


def seat(found: Guardianship) -> None:
    """Give a guardianship one of its guardian's four places, and let it begin."""
    let_go_of_grown(found.guardian)
    taken = Guardianship.objects.filter(guardian=found.guardian, state=LIVE).values_list("slot", flat=True)
    free = sorted(set(range(1, MOST_WARDS + 1)) - set(taken))
    if not free:
        raise GuardianError(f"Nobody looks after more than {MOST_WARDS} people here.")
    found.state, found.slot, found.confirmed_at = LIVE, free[0], timezone.now()
    try:
        with transaction.atomic():
            found.save(update_fields=["state", "slot", "confirmed_at"])
    except IntegrityError as error:  # guardian_one_live: somebody else was confirmed meanwhile
        raise GuardianError(f"@{found.ward.handle} has a guardian already.") from error


def let_go_of_grown(guardian: Person) -> None:
    """End what those who have turned 18 no longer need, so that it takes no place."""
    live = Guardianship.objects.filter(guardian=guardian, state=LIVE).select_related("ward")
    close([row for row in live if not is_teen(row.ward)], why="You are 18, so you need no guardian any more.")


@transaction.atomic
def end(by: Person, *, guardianship: str) -> Guardianship:
    """End it, from either side, begun or not; what needed it is out of use when this returns. Safe to repeat."""
    found = held(by, guardianship=guardianship)
    close([found], why=f"@{by.handle} has ended this.")
    found.refresh_from_db()
    return found


def part(one: int, *, other: int) -> None:
    """End whatever is between two people of whom one blocks the other; both their rows are held."""
    pair = Q(ward=one, guardian=other) | Q(ward=other, guardian=one)
    rows = Guardianship.objects.filter(pair).exclude(state=ENDED).select_related("ward", "guardian")
    close(rows, why="It ended with a block.")


def lapse(guardian: Person, *, why: str) -> None:
    """End everything in which somebody is guardian who no longer can be; their row is held."""
    rows = Guardianship.objects.filter(guardian=guardian).exclude(state=ENDED).select_related("ward", "guardian")
    close(rows, why=why)


def release(ward: Person, *, why: str) -> None:
    """End whatever somebody is a ward in."""
    close(Guardianship.objects.filter(ward=ward).exclude(state=ENDED).select_related("ward", "guardian"), why=why)


def close(rows: Iterable[Guardianship], *, why: str) -> None:
    """End these: bump the wards' epochs, take back what their guardians allowed, and tell everybody concerned."""
    open_rows = [row for row in rows if row.state != ENDED]
    cameos = {owner: cameo for cameo, owner in epochs.bump([row.ward_id for row in open_rows]).items()}
    for row in open_rows:
        Guardianship.objects.filter(pk=row.pk).update(state=ENDED, ended_at=timezone.now())
        if row.state == LIVE:
            consents.take_back(row.ward, guardian=row.guardian)
            for person, other in ((row.ward, row.guardian), (row.guardian, row.ward)):
                sentence = f"The guardianship between you and @{other.handle} has ended. {why}"
                notices.tell(person.pk, "guardian.changed", sentence, about=row.public_id)
        if row.state == LIVE and row.ward_id in cameos:
            outbox.record("permission_lost", {"cameo": cameos[row.ward_id], "owner": row.ward_id, "person": None})


def held(by: Person, *, guardianship: str) -> Guardianship:
    """Return one of a person's own guardianships, with its guardian's row held; anybody else's is not there."""
    mine = Guardianship.objects.filter(Q(ward=by) | Q(guardian=by), public_id=guardianship)
    found = mine.first()
    if found is None:
        raise NoGuardianshipError
    hold([found.ward_id, found.guardian_id])
    return mine.select_related("ward", "guardian").get()


def unfit_guardian(person: Person) -> str:
    """Return why somebody cannot be a guardian, or nothing."""
    if age_band(person.birth_date) is not AgeBand.ADULT:
        return "A guardian is 18 or older."
    if has_live_cameo(person) or Evidence.objects.filter(person=person, state=Evidence.State.VERIFIED).exists():
        return ""
    return "A guardian has enrolled their own likeness, or has shown us that they are who they say."


def unfit_ward(person: Person) -> str:
    """Return why somebody cannot be a ward, or nothing."""
    return "" if is_teen(person) else "Guardians are for people under 18."


def is_teen(person: Person) -> bool:
    """Return whether somebody is under 18 today."""
    return age_band(person.birth_date) is not AgeBand.ADULT


def has_live_cameo(person: Person) -> bool:
    """Return whether somebody's face was enrolled and stands."""
    return Person.objects.filter(pk=person.pk, cameo__state="live").exists()


def wards(guardian: int) -> list[Person]:
    """Return whom somebody looks after today, longest first; those who have turned 18 are not among them."""
    rows = Guardianship.objects.filter(guardian=guardian, state=LIVE).select_related("ward").order_by("confirmed_at")
    return [row.ward for row in rows if is_teen(row.ward)]


def guardian(ward: Person) -> Person | None:
    """Return who looks after somebody today."""
    row = Guardianship.objects.filter(ward=ward, state=LIVE).select_related("guardian").first()
    return row.guardian if row and is_teen(ward) else None


def is_missing(ward: Person) -> bool:
    """Return whether somebody is under 18 and no guardian has said yes to the use of their likeness by others."""
    if not is_teen(ward):
        return False
    found = guardian(ward)
    return found is None or not consents.is_given(ward, guardian=found)
