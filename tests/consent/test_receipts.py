import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent import gate
from consent.errors import CameoStateError, GrantError, OutsideTransactionError
from consent.grants import grant, switch
from consent.models import Cameo, Grant, Receipt
from consent.permit import Permit, Request, Use
from consent.receipts.issue import holds, issue
from provenance.models import Entry
from tests import cast


@pytest.mark.django_db
def test_a_receipts_digest_and_nothing_about_people_stands_in_the_log() -> None:
    olive, felix = cast.olive(), cast.felix()
    receipt = grant.give(olive, person=felix, uses=[Use.GENERATE]).receipt
    logged = Entry.objects.get(pk=receipt.entry)
    assert logged.kind == "grant.made"
    assert json.loads(logged.body)["fact"] == {"receipts": [receipt.digest]}
    for secret in ("olive", "felix", olive.public_id, felix.public_id, receipt.salt):
        assert secret not in logged.body


@pytest.mark.django_db
def test_a_receipt_says_what_happened_in_one_spelling() -> None:
    olive, felix = cast.olive(), cast.felix()
    receipt = grant.give(olive, person=felix, uses=[Use.PUBLISH, Use.GENERATE]).receipt
    told = json.loads(receipt.payload)
    assert told["pii_principal_id"] == olive.public_id
    assert told["about"] == {
        "effect": "grant",
        "grant": Grant.objects.get().public_id,
        "recipient": felix.public_id,
        "purposes": ["generate", "publish"],
        "until": None,
    }
    assert receipt.payload == json.dumps(told, separators=(",", ":"), sort_keys=True)


HEADER = {"schema_version", "conforms_to", "receipt_id", "record_id", "pii_principal_id", "pii_controllers"}
SECTIONS = {"pii_processing", "party_identification", "event", "about"}
PURPOSE = {
    "purpose", "purpose_type", "lawful_basis", "pii_information", "pii_controllers", "collection_method",
    "processing_method", "storage_locations", "retention_period", "recipient_third_parties", "withdrawal_method",
    "privacy_rights",
}  # fmt: skip
EVENT = {"name", "event_type", "event_state", "event_time", "valid_until", "entity_id", "expression_method"}
DPV = "https://w3id.org/dpv"


@pytest.mark.django_db
def test_a_receipt_has_the_fields_of_ts_27560_in_the_terms_of_dpv() -> None:
    olive, felix = cast.olive(), cast.felix()
    until = timezone.now() + timedelta(days=9)
    given = grant.give(olive, person=felix, uses=[Use.GENERATE, Use.TRAIN], expires_at=until)
    told = json.loads(given.receipt.payload)
    purposes, (event,) = told["pii_processing"]["purposes"], told["event"]
    assert set(told) == HEADER | SECTIONS
    assert (told["receipt_id"], told["record_id"]) == (given.receipt.public_id, given.public_id)
    assert [each["purpose"] for each in purposes] == ["generate", "train"]
    for each in purposes:
        assert set(each) == PURPOSE
        assert each["lawful_basis"] == [f"{DPV}#ExplicitlyExpressedConsent", f"{DPV}/legal/eu/gdpr#A9-2-a"]
        assert [data["pii_type"] for data in each["pii_information"]] == [f"{DPV}/pd#FacialPrint", f"{DPV}/pd#Picture"]
        assert each["recipient_third_parties"] == [felix.public_id]
        assert all(term.startswith(DPV) for term in (each["purpose_type"], *each["processing_method"]))
    assert set(event) == EVENT
    assert (event["name"], event["event_state"]) == ("grant.made", f"{DPV}#ConsentGiven")
    assert (event["entity_id"], event["valid_until"]) == (olive.public_id, until.isoformat())


@pytest.mark.django_db
def test_each_event_leaves_consent_in_the_state_that_is_true_of_it() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    grant.revoke(olive, grant=given.public_id)
    denied = grant.deny(olive, person=felix)
    grant.revoke(olive, grant=denied.public_id)
    switch.pause(olive)
    switch.withdraw(olive)
    states = [json.loads(r.payload)["event"][0]["event_state"].split("#")[1] for r in Receipt.objects.order_by("pk")]
    assert states == [
        "ConsentGiven", "ConsentWithdrawn", "ConsentRefused", "ConsentUnknown",
        "ConsentStatusInvalidForProcessing", "ConsentWithdrawn",
    ]  # fmt: skip


@pytest.mark.django_db
def test_no_entry_of_the_log_holds_anything_about_a_person() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    asked = Request(job="job-of-felix", requester=felix.pk, cameos=("olive",), draft_digest="d" * 64)
    assert isinstance(gate.authorize(asked), Permit)
    grant.revoke(olive, grant=given.public_id)
    switch.pause(olive)
    switch.withdraw(olive)
    bodies = "\n".join(Entry.objects.values_list("body", flat=True))
    secrets = [each for one in (olive, felix) for each in (one.handle, one.email, one.public_id, one.display_name)]
    secrets += [given.public_id, Cameo.objects.get().public_id, "job-of-felix", "d" * 64]
    secrets += [each for pair in Receipt.objects.values_list("public_id", "salt") for each in pair]
    assert bodies.count("\n") >= 4
    assert [each for each in secrets if each.lower() in bodies.lower()] == []


@pytest.mark.django_db
def test_a_receipt_that_was_changed_no_longer_holds() -> None:
    with transaction.atomic():
        receipt = issue("grant.made", cast.olive().pk, {"purposes": ["generate"]})
    assert holds(receipt)
    receipt.payload = receipt.payload.replace("generate", "train")
    assert not holds(receipt)


@pytest.mark.django_db
def test_the_same_words_never_give_the_same_digest() -> None:
    olive = cast.olive()
    with transaction.atomic():
        assert len({issue("grant.made", olive.pk, {}).digest for _ in range(5)}) == 5


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_issued_with_what_it_proves_or_not_at_all() -> None:
    with pytest.raises(OutsideTransactionError):
        issue("grant.made", cast.olive().pk, {})


@pytest.mark.django_db
def test_every_yes_and_every_no_leaves_a_receipt() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    grant.revoke(olive, grant=given.public_id)
    grant.revoke(olive, grant=given.public_id)
    switch.pause(olive)
    switch.withdraw(olive)
    kinds = Receipt.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["grant.made", "grant.revoked", "cameo.paused", "cameo.withdrawn"]


@pytest.mark.django_db
def test_withdrawing_ends_grants_with_a_receipt_each_points_to() -> None:
    olive = cast.olive()
    grant.give(olive, person=cast.felix(), uses=[Use.GENERATE])
    switch.withdraw(olive)
    assert Grant.objects.get().revocation == Receipt.objects.get(kind="cameo.withdrawn")
    with pytest.raises(CameoStateError):
        grant.give(olive, person=cast.sten(), uses=[Use.GENERATE])


@pytest.mark.django_db
def test_the_table_takes_no_revocation_without_its_receipt_and_no_second_grant_in_force() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    with pytest.raises(IntegrityError, match="grant_revocation_has_receipt"), transaction.atomic():
        Grant.objects.update(revoked_at=given.created_at)
    with pytest.raises(IntegrityError, match="grant_one_in_force"), transaction.atomic():
        Grant.objects.create(cameo=given.cameo, person=felix, uses=1, receipt=given.receipt)


@pytest.mark.django_db
def test_a_grant_is_revoked_by_its_owner_alone() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    with pytest.raises(GrantError):
        grant.revoke(felix, grant=given.public_id)
    given.refresh_from_db()
    assert given.revoked_at is None
