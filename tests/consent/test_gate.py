import dataclasses
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.errors import MintError, OutsideTransactionError
from consent.grants import audience, grant, switch
from consent.models import Appearance, Cameo, PermitCameo, PermitRecord, Person, Receipt
from consent.permit import Permit, Reason, Refusal, Request, Use
from tests import cast

DRAFT = "ab" * 32


def ask(requester: Person, *cameos: str, job: str = "job-1") -> Request:
    return Request(job=job, requester=requester.pk, cameos=cameos, draft_digest=DRAFT)


def permit_for(requester: Person, *cameos: str) -> Permit:
    answer = gate.authorize(ask(requester, *cameos))
    assert isinstance(answer, Permit), answer
    return answer


def refused(answer: object) -> Refusal:
    assert isinstance(answer, Refusal), answer
    assert answer.sentence
    assert answer.path
    return answer


def confirm(permit: Permit, subject: str = "clip-1", use: Use = Use.GENERATE) -> Refusal | None:
    with transaction.atomic():
        return gate.confirm(permit, subject=subject, use=use)


@pytest.fixture
def olive(db: None) -> Person:
    return cast.olive()


@pytest.fixture
def felix(olive: Person) -> Person:
    felix = cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    return felix


def test_a_granted_person_gets_a_permit_with_a_receipt_for_the_owner(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "@Olive")
    (named,) = permit.cameos
    receipt = Receipt.objects.get(digest=named.receipt)
    assert (named.handle, receipt.person, receipt.kind) == ("olive", olive, "permit.minted")
    assert "felix" not in receipt.payload
    assert felix.public_id in receipt.payload
    assert permit.expires_at - timezone.now() <= timedelta(seconds=60)
    assert PermitRecord.objects.get(pk=permit.id).entry == receipt.entry


def test_a_stranger_is_refused_with_the_path_that_refused_him(olive: Person) -> None:
    refusal = refused(gate.authorize(ask(cast.sten(), "olive")))
    assert refusal.reason is Reason.ONLY_ME
    assert refusal.path == ("You ask for @olive to generate", "audience: only me", "no grant")
    assert not PermitRecord.objects.exists()
    assert not Receipt.objects.filter(kind="permit.minted").exists()


def test_one_no_among_several_cameos_refuses_the_whole_request(olive: Person, felix: Person) -> None:
    cast.cameo(cast.pat())
    assert refused(gate.authorize(ask(felix, "olive", "pat"))).cameo == "pat"
    assert not PermitRecord.objects.exists()


def test_a_request_for_nobody_gets_a_permit_that_covers_nobody(olive: Person) -> None:
    permit = permit_for(cast.sten())
    assert permit.cameos == ()
    assert gate.redeem(permit, DRAFT) == ()
    assert confirm(permit) is None
    assert gate.standing({"clip-1"}) == {"clip-1"}


def test_an_unknown_name_is_refused_in_one_sentence(olive: Person) -> None:
    refusal = refused(gate.authorize(ask(cast.sten(), "nobody_here")))
    assert (refusal.reason, refusal.cameo) == (Reason.NO_SUCH_CAMEO, "nobody_here")


def test_permits_are_refused_when_forged_swapped_reused_or_expired(olive: Person) -> None:
    sten = cast.sten()
    permit = permit_for(sten)
    forged = dataclasses.replace(permit, handle="0" * 32)
    other_job = dataclasses.replace(permit, job="job-2")
    other_person = dataclasses.replace(permit, requester=olive.pk)
    assert {refused(gate.redeem(p, DRAFT)).reason for p in (forged, other_job, other_person)} == {Reason.PERMIT_FORGED}
    assert refused(gate.redeem(permit, "cd" * 32)).reason is Reason.DRAFT_CHANGED
    assert gate.redeem(permit, DRAFT) == ()
    assert refused(gate.redeem(permit, DRAFT)).reason is Reason.PERMIT_SPENT
    late = permit_for(sten)
    PermitRecord.objects.filter(pk=late.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(gate.redeem(late, DRAFT)).reason is Reason.PERMIT_EXPIRED
    assert refused(confirm(forged)).reason is Reason.PERMIT_FORGED


def test_a_permit_covers_the_cameos_of_its_rows_and_not_those_written_on_it(olive: Person, felix: Person) -> None:
    nobody = permit_for(cast.sten())
    painted = dataclasses.replace(nobody, cameos=permit_for(felix, "olive").cameos)
    assert gate.redeem(painted, DRAFT) == ()


def test_permit_dies_when_grant_is_revoked(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "olive")
    grant.revoke(olive, grant=olive.cameo.grants.get().public_id)
    assert refused(gate.redeem(permit, DRAFT)).reason is Reason.ONLY_ME
    assert PermitRecord.objects.get(pk=permit.id).spent_at is None
    assert refused(confirm(permit)).reason is Reason.ONLY_ME
    assert not Appearance.objects.exists()


def test_a_confirmed_clip_stands_until_the_grant_is_revoked_and_again_when_it_is_given_back(
    olive: Person, felix: Person
) -> None:
    assert confirm(permit_for(felix, "olive")) is None
    assert gate.standing({"clip-1"}) == {"clip-1"}
    grant.revoke(olive, grant=olive.cameo.grants.get().public_id)
    assert gate.standing({"clip-1", "clip-2"}) == {"clip-2"}
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    assert gate.standing({"clip-1"}) == {"clip-1"}


def test_a_stale_epoch_alone_never_refuses_and_is_refreshed(olive: Person, felix: Person) -> None:
    assert confirm(permit_for(felix, "olive")) is None
    before = Appearance.objects.get().epoch
    audience.set_audience(olive, audience=Cameo.Audience.APPROVED)
    assert gate.standing({"clip-1"}) == {"clip-1"}
    assert Appearance.objects.get().epoch == Cameo.objects.get(owner=olive).epoch > before


def test_a_clip_whose_grant_expires_while_it_is_watched_stops_standing(olive: Person, felix: Person) -> None:
    grant.give(olive, person=felix, uses=[Use.GENERATE], expires_at=timezone.now() + timedelta(hours=1))
    assert confirm(permit_for(felix, "olive")) is None
    assert gate.standing({"clip-1"}) == {"clip-1"}
    past = timezone.now() - timedelta(seconds=1)
    Appearance.objects.update(allowed_until=past)
    olive.cameo.grants.filter(revoked_at=None).update(expires_at=past)
    assert gate.standing({"clip-1"}) == set()
    assert refused(gate.authorize(ask(felix, "olive"))).reason is Reason.EXPIRED


def test_publishing_needs_a_second_yes(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "olive")
    assert confirm(permit) is None
    assert gate.standing({"clip-1"}, use=Use.PUBLISH) == set()
    assert refused(confirm(permit, use=Use.PUBLISH)).reason is Reason.USE_NOT_GIVEN
    grant.give(olive, person=felix, uses=[Use.GENERATE, Use.PUBLISH])
    assert confirm(permit, use=Use.PUBLISH) is None
    assert gate.standing({"clip-1"}, use=Use.PUBLISH) == {"clip-1"}


def test_one_permit_confirms_one_subject(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "olive")
    assert confirm(permit) is None
    assert confirm(permit) is None
    assert refused(confirm(permit, "clip-2")).reason is Reason.PERMIT_SPENT
    assert Appearance.objects.count() == 1


def test_a_permit_is_confirmed_after_its_minute_when_consent_still_stands(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "olive")
    PermitRecord.objects.update(expires_at=timezone.now() - timedelta(minutes=5), spent_at=timezone.now())
    assert confirm(permit) is None


def test_a_deleted_appearance_never_stands_and_is_not_confirmed_again(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "olive")
    assert confirm(permit) is None
    Appearance.objects.update(deleted_at=timezone.now())
    assert gate.standing({"clip-1"}) == set()
    assert refused(confirm(permit)).reason is Reason.WITHDRAWN


def test_pause_stops_everything_at_once_and_resume_brings_it_back(olive: Person, felix: Person) -> None:
    permit = permit_for(felix, "olive")
    assert confirm(permit) is None
    switch.pause(olive)
    assert refused(gate.authorize(ask(felix, "olive"))).reason is Reason.PAUSED
    assert refused(gate.authorize(ask(olive, "olive"))).reason is Reason.PAUSED
    assert gate.standing({"clip-1"}) == set()
    switch.resume(olive)
    assert gate.standing({"clip-1"}) == {"clip-1"}


def test_withdrawing_ends_every_grant_for_good(olive: Person, felix: Person) -> None:
    assert confirm(permit_for(felix, "olive")) is None
    switch.withdraw(olive)
    assert refused(gate.authorize(ask(felix, "olive"))).reason is Reason.WITHDRAWN
    Cameo.objects.filter(owner=olive).update(state=Cameo.State.LIVE)
    assert refused(gate.authorize(ask(felix, "olive"))).reason is Reason.ONLY_ME
    assert gate.standing({"clip-1"}) == set()


@pytest.mark.django_db(transaction=True)
def test_confirming_outside_a_transaction_is_an_error() -> None:
    permit = permit_for(cast.sten())
    with pytest.raises(OutsideTransactionError):
        gate.confirm(permit, subject="clip-1")


def test_an_error_while_judging_is_a_refusal_and_leaves_the_callers_transaction_whole(
    olive: Person, felix: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit = permit_for(felix, "olive")
    assert confirm(permit) is None
    audience.set_audience(olive, audience=Cameo.Audience.APPROVED)
    monkeypatch.setattr("consent.grants.graph.STATEMENT", "SELECT broken")
    monkeypatch.setattr("consent.grants.graph.ALONE", "SELECT broken")
    assert refused(gate.authorize(ask(felix, "olive"))).reason is Reason.ERROR
    assert refused(gate.redeem(permit, DRAFT)).reason is Reason.ERROR
    assert refused(confirm(permit)).reason is Reason.ERROR
    assert gate.standing({"clip-1"}) == set()
    (answer,) = gate.check(felix.pk, ["olive"])
    assert (answer.may, answer.reason) == (False, Reason.ERROR)
    assert Person.objects.filter(pk=olive.pk).exists()


def test_a_rule_the_house_does_not_know_is_a_refusal(
    olive: Person, felix: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.grants.graph.YES", frozenset())
    assert refused(gate.authorize(ask(felix, "olive"))).reason is Reason.ERROR


def test_permits_are_minted_by_the_gate_alone(olive: Person) -> None:
    with pytest.raises(MintError):
        PermitRecord.objects.create(handle="0" * 32)
    with pytest.raises(MintError):
        PermitRecord.objects.bulk_create([])
    assert not PermitCameo.objects.exists()


def test_a_pre_check_says_why_and_writes_nothing(olive: Person, felix: Person) -> None:
    receipts = Receipt.objects.count()
    yes, no = gate.check(felix.pk, ["olive", "@nobody"])
    assert (yes.handle, yes.may, yes.reason) == ("olive", True, None)
    assert (no.handle, no.may, no.reason) == ("nobody", False, Reason.NO_SUCH_CAMEO)
    assert Receipt.objects.count() == receipts
    assert not PermitRecord.objects.exists()
