"""Tess is fifteen; Pat is her parent. What one lets happen, what the other agrees to, and what ends it."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent import gate
from consent.accounts import consents, evidence, guardians, ties
from consent.errors import GuardianError, NoGuardianshipError
from consent.grants import grant, switch
from consent.models import (
    Cameo,
    Evidence,
    Fact,
    GuardianConsent,
    Guardianship,
    Notice,
    Person,
    Receipt,
)
from consent.permit import Reason, Use
from safety.models import Case, Decision
from safety.review.decide import decide
from tests import cast
from tests.consent.threads import together

pytestmark = pytest.mark.django_db


def pat() -> Person:
    found = cast.pat()
    cast.cameo(found)
    return found


def looked_after(ward: Person, *, by: Person) -> Guardianship:
    proposed = guardians.propose(ward, other=by, as_guardian=False)
    return guardians.confirm(by, guardianship=proposed.public_id)


def may(handle: str, *, cameo: str) -> Reason | None:
    (answer,) = gate.check(Person.objects.get(handle=handle).pk, [cameo])
    return answer.reason


def family() -> tuple[Person, Person, Person]:
    """Tess with a cameo she gave Felix a grant for, Pat who looks after her and has agreed, Felix."""
    tess, parent, felix = cast.tess(), pat(), cast.person("felix")
    cast.cameo(tess, audience=Cameo.Audience.APPROVED)
    looked_after(tess, by=parent)
    consents.give(parent, ward=tess)
    grant.give(tess, person=felix, uses=[Use.GENERATE])
    return tess, parent, felix


def test_tess_may_be_shown_once_pat_has_agreed_and_not_before() -> None:
    tess, parent, felix = cast.tess(), pat(), cast.person("felix")
    cast.cameo(tess, audience=Cameo.Audience.APPROVED)
    grant.give(tess, person=felix, uses=[Use.GENERATE])
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING
    looked_after(tess, by=parent)
    assert guardians.is_missing(tess)
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING
    consents.give(parent, ward=tess)
    assert not guardians.is_missing(tess)
    assert may("felix", cameo="tess") is None


def test_what_pat_agreed_to_pat_takes_back_at_once() -> None:
    tess, parent, _ = family()
    before = Cameo.objects.get(owner=tess).epoch
    consents.withdraw(parent, ward=tess)
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING
    assert Cameo.objects.get(owner=tess).epoch > before
    assert Fact.objects.filter(kind="permission_lost", body__owner=tess.pk).exists()
    for person in (tess, parent):
        assert Receipt.objects.filter(person=person, kind="guardian.agreed").count() == 1
        assert Receipt.objects.filter(person=person, kind="guardian.withdrew").count() == 1


@pytest.mark.parametrize("who", ["tess", "pat"])
def test_either_of_them_ends_it_and_what_needed_it_is_out_of_use(who: str) -> None:
    tess, _, _ = family()
    found = Guardianship.objects.get()
    guardians.end(Person.objects.get(handle=who), guardianship=found.public_id)
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING
    assert not GuardianConsent.objects.filter(withdrawn_at=None).exists()
    assert Receipt.objects.filter(person=tess, kind="guardian.withdrew").exists()
    guardians.end(tess, guardianship=found.public_id)
    assert Receipt.objects.filter(person=tess, kind="guardian.withdrew").count() == 1, "ending twice is ending once"


@pytest.mark.parametrize(("src", "dst"), [("tess", "pat"), ("pat", "tess")])
def test_a_block_between_them_ends_it(src: str, dst: str) -> None:
    family()
    people = dict(Person.objects.values_list("handle", "pk"))
    ties.block(people[src], dst=people[dst])
    assert Guardianship.objects.get().state == Guardianship.State.ENDED
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING
    ties.unblock(people[src], dst=people[dst])
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING, "taking the block down brings nothing back"


def test_pat_withdraws_her_own_likeness_and_is_no_guardian_any_more() -> None:
    _, parent, _ = family()
    switch.withdraw(parent)
    assert Guardianship.objects.get().state == Guardianship.State.ENDED
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING


def test_verified_evidence_outlives_a_withdrawn_likeness() -> None:
    _, parent, _ = family()
    Evidence.objects.create(
        person=parent, words="A passport, seen.", state=Evidence.State.VERIFIED, decided_at=timezone.now()
    )
    switch.withdraw(parent)
    assert may("felix", cameo="tess") is None


def test_tess_withdraws_and_enrols_again_and_nobody_has_agreed_yet() -> None:
    tess, _, _ = family()
    switch.withdraw(tess)
    Cameo.objects.filter(owner=tess).update(state=Cameo.State.LIVE)
    assert guardians.is_missing(tess)


def test_somebody_who_turns_18_needs_nobody() -> None:
    tess, parent, _ = family()
    consents.withdraw(parent, ward=tess)
    Person.objects.filter(pk=tess.pk).update(birth_date=cast.birthday(18))
    tess.refresh_from_db()
    assert not guardians.is_missing(tess)
    assert may("felix", cameo="tess") is None
    assert guardians.wards(parent.pk) == []
    assert guardians.guardian(tess) is None


def test_a_guardian_without_a_likeness_shows_evidence_and_a_moderator_decides() -> None:
    tess, parent = cast.tess(), cast.pat()
    with pytest.raises(GuardianError, match="has shown us"):
        guardians.propose(parent, other=tess, as_guardian=True)
    evidence.show(parent, words="My passport; I can show it in a call on any evening.")
    with pytest.raises(GuardianError, match="being looked at"):
        evidence.show(parent, words="My passport; I can show it in a call on any evening.")
    case = Case.objects.get(kind=evidence.KIND)
    assert "passport" in " ".join(evidence.shown(case.subject).lines)
    decide(case.public_id, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="Seen in a call.")
    proposed = guardians.propose(parent, other=tess, as_guardian=True)
    assert guardians.confirm(tess, guardianship=proposed.public_id).state == Guardianship.State.LIVE


def test_evidence_that_was_refused_opens_nothing() -> None:
    tess, parent = cast.tess(), cast.pat()
    evidence.show(parent, words="My word, which is good in every country.")
    case = Case.objects.get(kind=evidence.KIND)
    decide(case.public_id, by=cast.mo().pk, decision=Decision.Answer.REFUSE, reason="Nothing to see.")
    with pytest.raises(GuardianError):
        guardians.propose(parent, other=tess, as_guardian=True)
    assert Notice.objects.filter(person=parent, kind="evidence.decided").exists()


def test_nobody_confirms_their_own_proposal_nor_a_stranger_anybodys() -> None:
    tess, parent = cast.tess(), pat()
    proposed = guardians.propose(parent, other=tess, as_guardian=True)
    with pytest.raises(GuardianError, match="waits for the other"):
        guardians.confirm(parent, guardianship=proposed.public_id)
    for act in (guardians.confirm, guardians.end):
        with pytest.raises(NoGuardianshipError):
            act(cast.sten(), guardianship=proposed.public_id)
    with pytest.raises(NoGuardianshipError):
        consents.give(parent, ward=tess)


def test_teens_look_after_nobody_and_adults_are_nobodys_wards() -> None:
    tess, parent, olive = cast.tess(), pat(), cast.olive()
    with pytest.raises(GuardianError, match="18 or older"):
        guardians.propose(tess, other=cast.person("kim", years=14), as_guardian=True)
    with pytest.raises(GuardianError, match="under 18"):
        guardians.propose(olive, other=parent, as_guardian=False)
    with pytest.raises(GuardianError, match="their own"):
        guardians.propose(parent, other=parent, as_guardian=True)


def test_what_a_proposal_answers_does_not_tell_how_old_somebody_is() -> None:
    parent = pat()
    for other in (cast.tess(), cast.olive()):
        assert guardians.propose(parent, other=other, as_guardian=True).state == Guardianship.State.PROPOSED
    toward_olive = Guardianship.objects.get(ward=cast.olive())
    with pytest.raises(GuardianError, match="under 18"):
        guardians.confirm(cast.olive(), guardianship=toward_olive.public_id)


def test_nobody_looks_after_more_than_four_and_who_turns_18_makes_place() -> None:
    parent = pat()
    teens = [cast.person(name, years=15) for name in ("ann", "bob", "cyd", "dan", "eve")]
    for teen in teens[:4]:
        looked_after(teen, by=parent)
    with pytest.raises(GuardianError, match="more than 4"):
        looked_after(teens[4], by=parent)
    Person.objects.filter(pk=teens[0].pk).update(birth_date=cast.birthday(18))
    proposed = Guardianship.objects.get(ward=teens[4], state=Guardianship.State.PROPOSED)
    guardians.confirm(parent, guardianship=proposed.public_id)
    assert {ward.handle for ward in guardians.wards(parent.pk)} == {"bob", "cyd", "dan", "eve"}


def test_somebody_has_one_guardian() -> None:
    tess, parent, other = cast.tess(), pat(), cast.olive()
    looked_after(tess, by=parent)
    with pytest.raises(GuardianError, match="has a guardian already"):
        looked_after(tess, by=other)


@pytest.mark.parametrize(("src", "dst"), [("tess", "pat"), ("pat", "tess")])
def test_nothing_begins_between_people_of_whom_one_blocks_the_other(src: str, dst: str) -> None:
    people = {"tess": cast.tess(), "pat": pat()}
    ties.block(people[src].pk, dst=people[dst].pk)
    proposed = guardians.propose(people["tess"], other=people["pat"], as_guardian=False)
    with pytest.raises(NoGuardianshipError):
        guardians.confirm(people["pat"], guardianship=proposed.public_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "live", "confirmed_at": None, "slot": 1},
        {"state": "live", "slot": 5},
        {"state": "live", "slot": None},
        {"state": "ended", "ended_at": None},
        {"state": "proposed", "slot": 1},
        {"state": "asleep"},
    ],
)
def test_the_database_refuses_states_that_cannot_be(wrong: dict[str, object]) -> None:
    looked_after(cast.tess(), by=pat())
    with pytest.raises(IntegrityError), transaction.atomic():
        Guardianship.objects.update(**wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_the_fourth_place_is_taken_once(round_: int) -> None:
    parent = pat()
    teens = [cast.person(name, years=15) for name in ("ann", "bob", "cyd", "dan", "eve", "fay")]
    for teen in teens[:3]:
        looked_after(teen, by=parent)
    waiting = [guardians.propose(parent, other=teen, as_guardian=True) for teen in teens[3:]]
    came = together([partial(guardians.confirm, row.ward, guardianship=row.public_id) for row in waiting])
    assert sum(isinstance(one, Guardianship) for one in came) == 1, came
    refused = [str(one) for one in came if not isinstance(one, Guardianship)]
    assert refused == ["Nobody looks after more than 4 people here."] * 2, came
    assert Guardianship.objects.filter(state="live").count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_agreeing_and_ending_at_once_leaves_no_yes_behind(round_: int) -> None:
    tess, parent, felix = cast.tess(), pat(), cast.person("felix")
    cast.cameo(tess, audience=Cameo.Audience.APPROVED)
    grant.give(tess, person=felix, uses=[Use.GENERATE])
    found = looked_after(tess, by=parent)
    acts: list[Callable[[], object]] = [
        partial(consents.give, parent, ward=tess),
        partial(guardians.end, tess, guardianship=found.public_id),
        partial(switch.withdraw, parent),
        partial(ties.block, tess.pk, dst=parent.pk),
    ]
    came = together(acts)
    assert [one for one in came if isinstance(one, Exception) and not isinstance(one, NoGuardianshipError)] == []
    assert not GuardianConsent.objects.filter(withdrawn_at=None).exists()
    assert may("felix", cameo="tess") is Reason.GUARDIAN_MISSING
