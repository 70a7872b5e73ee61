"""Sol acts for the estate of Olive, who has died; Felix is the delegate of Pat, who has not."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent import gate
from consent.accounts import stewards, ties
from consent.accounts.stewardship import Power, Steward
from consent.errors import NoStewardError, StewardError
from consent.grants import requests, stewardship
from consent.grants.requests import Wanted
from consent.models import Cameo, Notice, Person, Receipt
from consent.permit import Permit
from consent.permit import Request as Ask
from safety.models import Case, Decision
from safety.review.decide import decide
from tests import cast

pytestmark = pytest.mark.django_db
CLEAR, REFUSE = Decision.Answer.CLEAR, Decision.Answer.REFUSE
SEEN = "Certificate of inheritance 12 VI 34/26, local court; I can bring the original."


def ahead(days: int = 90) -> datetime:
    return timezone.now() + timedelta(days=days)


def decided(row: Steward, how: Decision.Answer = CLEAR) -> Steward:
    case = Case.objects.get(kind=stewards.KIND, subject=row.public_id)
    decide(case.public_id, by=cast.mo().pk, decision=how, reason="The original was seen.")
    row.refresh_from_db()
    return row


def estate() -> Steward:
    return decided(stewards.claim(cast.person("sol"), owner=cast.olive(), evidence=SEEN, until=ahead()))


def delegate(*powers: Power) -> Steward:
    pat, felix = cast.pat(), cast.person("felix")
    cast.cameo(pat)
    named = stewards.name(pat, steward=felix, powers=powers or (Power.PAUSE,), evidence=SEEN, until=ahead())
    return decided(stewards.accept(felix, stewardship=named.public_id))


def test_an_estate_acts_once_a_moderator_has_seen_the_evidence() -> None:
    sol, olive = cast.person("sol"), cast.olive()
    row = stewards.claim(sol, owner=olive, evidence=SEEN, until=ahead())
    with pytest.raises(NoStewardError):
        stewardship.act(sol, owner=olive, what="pause")
    assert SEEN in stewards.shown(row.public_id).lines
    assert decided(row).state == Steward.State.LIVE
    assert stewardship.act(sol, owner=olive, what="pause").state == Cameo.State.PAUSED
    assert stewardship.act(sol, owner=olive, what="resume").state == Cameo.State.LIVE
    assert stewardship.act(sol, owner=olive, what="withdraw").state == Cameo.State.WITHDRAWN


def test_the_receipt_says_who_acted() -> None:
    row = estate()
    stewardship.act(row.steward, owner=row.owner, what="withdraw")
    about = json.loads(Receipt.objects.get(kind="cameo.withdrawn").payload)["about"]
    assert about["by_name"] == "@sol"
    assert about["by"] == row.steward.public_id
    assert about["by_role"] == "estate"
    assert Receipt.objects.filter(kind="steward.named", person=row.owner).exists()
    told = Notice.objects.get(person=row.owner, kind="steward.acted")
    assert told.sentence == "@sol withdrew your likeness."


def test_the_living_owner_is_told_and_ends_a_false_claim() -> None:
    sol, olive = cast.person("sol"), cast.olive()
    row = stewards.claim(sol, owner=olive, evidence=SEEN, until=ahead())
    assert Notice.objects.filter(person=olive, kind="steward.asked").exists()
    stewards.end(olive, stewardship=row.public_id)
    assert decided(row).state == Steward.State.ENDED, "a decision that comes later begins nothing"
    with pytest.raises(NoStewardError):
        stewardship.act(sol, owner=olive, what="pause")


def test_a_refused_claim_acts_for_nobody() -> None:
    row = stewards.claim(cast.person("sol"), owner=cast.olive(), evidence=SEEN, until=ahead())
    assert decided(row, REFUSE).state == Steward.State.REFUSED
    with pytest.raises(NoStewardError):
        stewardship.act(row.steward, owner=row.owner, what="pause")


def test_a_delegate_may_what_the_owner_ticked_and_nothing_else() -> None:
    row = delegate(Power.PAUSE)
    assert stewardship.act(row.steward, owner=row.owner, what="pause").state == Cameo.State.PAUSED
    with pytest.raises(NoStewardError):
        stewardship.act(row.steward, owner=row.owner, what="withdraw")
    with pytest.raises(NoStewardError):
        stewardship.act(row.owner, owner=row.steward, what="pause")


def test_a_request_is_answered_and_a_video_taken_down_in_the_owners_name() -> None:
    row = delegate(Power.ANSWER, Power.DELETE)
    sten = cast.sten()
    cameo = Cameo.objects.get(owner=row.owner)
    wanted = [requests.ask(one, cameo=cameo, wanted=Wanted()) for one in (sten, cast.person("ivo"))]
    stewardship.answer(row.steward, owner=row.owner, request=wanted[0].public_id, agree=True)
    stewardship.answer(row.steward, owner=row.owner, request=wanted[1].public_id, agree=False)
    assert [gate.check(one.requester_id, ["pat"])[0].may for one in wanted] == [True, False]
    given = json.loads(Receipt.objects.get(kind="grant.made", person=row.owner).payload)["about"]
    assert given["by_name"] == "@felix"
    permit = gate.authorize(Ask("job", sten.pk, ("pat",), "ab" * 32))
    assert isinstance(permit, Permit)
    assert gate.confirm(permit, subject="clip") is None
    ((seen, many),) = stewardship.shown(row.owner)
    assert many == 1
    stewardship.delete(row.steward, owner=row.owner, appearance=seen.public_id)
    assert gate.standing(["clip"]) == set()
    with pytest.raises(NoStewardError):
        stewardship.delete(cast.olive(), owner=row.owner, appearance=seen.public_id)


def test_a_delegate_who_has_not_said_yes_waits_for_no_moderator() -> None:
    pat, felix = cast.pat(), cast.person("felix")
    row = stewards.name(pat, steward=felix, powers=[Power.PAUSE], evidence=SEEN, until=ahead())
    assert not Case.objects.exists()
    for stranger in (cast.sten(), pat):
        with pytest.raises(StewardError):
            stewards.accept(stranger, stewardship=row.public_id)


def test_the_end_that_was_agreed_comes_by_itself() -> None:
    row = delegate(Power.PAUSE)
    Steward.objects.filter(pk=row.pk).update(
        created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(seconds=1)
    )
    with pytest.raises(NoStewardError):
        stewardship.act(row.steward, owner=row.owner, what="pause")
    assert stewards.in_force(row.steward) == []


@pytest.mark.parametrize("who", ["owner", "steward"])
def test_either_ends_it_and_nothing_more_is_done(who: str) -> None:
    row = delegate(Power.PAUSE)
    stewards.end(getattr(row, who), stewardship=row.public_id)
    with pytest.raises(NoStewardError):
        stewardship.act(row.steward, owner=row.owner, what="pause")
    assert Receipt.objects.filter(kind="steward.ended", person=row.owner).count() == 1
    stewards.end(row.owner, stewardship=row.public_id)
    assert Receipt.objects.filter(kind="steward.ended").count() == 1


def test_a_block_ends_it() -> None:
    row = delegate(Power.PAUSE)
    ties.block(row.owner.pk, dst=row.steward.pk)
    assert Steward.objects.get().state == Steward.State.ENDED


def test_somebody_has_one_estate() -> None:
    row = estate()
    second = stewards.claim(cast.sten(), owner=row.owner, evidence=SEEN, until=ahead())
    assert decided(second).state == Steward.State.REFUSED


@pytest.mark.parametrize(
    ("until", "evidence", "sentence"),
    [
        (ahead(-1), SEEN, "lies ahead"),
        (ahead(900), SEEN, "within two years"),
        (ahead(), "trust me", "Say what shows it"),
    ],
)
def test_a_claim_is_whole_or_not_made(until: datetime, evidence: str, sentence: str) -> None:
    with pytest.raises(StewardError, match=sentence):
        stewards.claim(cast.person("sol"), owner=cast.olive(), evidence=evidence, until=until)


def test_teens_act_for_nobody_and_name_nobody() -> None:
    tess, olive = cast.tess(), cast.olive()
    with pytest.raises(StewardError, match="18 or older"):
        stewards.claim(tess, owner=olive, evidence=SEEN, until=ahead())
    with pytest.raises(StewardError, match="guardian looks after you"):
        stewards.name(tess, steward=olive, powers=[Power.PAUSE], evidence=SEEN, until=ahead())
    with pytest.raises(StewardError, match="own place already"):
        stewards.claim(olive, owner=olive, evidence=SEEN, until=ahead())


def test_an_estate_never_has_more_than_its_three_powers() -> None:
    estate()
    for powers in (["delete"], ["everything"], []):
        with pytest.raises(IntegrityError), transaction.atomic():
            Steward.objects.update(powers=powers)
    assert Person.objects.filter(stewardships__role="estate").count() == 1
