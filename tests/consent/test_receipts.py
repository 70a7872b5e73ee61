import json

import pytest
from django.db import IntegrityError, transaction

from consent.errors import CameoStateError, GrantError, OutsideTransactionError
from consent.grants import grant, switch
from consent.models import Grant, Receipt
from consent.permit import Use
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
    assert told["principal"] == olive.public_id
    assert told["about"] == {
        "effect": "grant",
        "recipient": felix.public_id,
        "purposes": ["generate", "publish"],
        "until": None,
    }
    assert (told["event"], told["attested_by"]) == ("grant.made", "operator")
    assert receipt.payload == json.dumps(told, separators=(",", ":"), sort_keys=True)


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
