"""What an entry says it ends: the log's map of standings shows a yes as standing until it was taken back."""

import json

import pytest

from consent.grants import grant, switch
from consent.models import Receipt
from consent.permit import Use
from consent.receipts import checking
from provenance import ledger
from provenance.backends import keys
from provenance.log import sequencer, tlogproof
from provenance.models import Entry
from tests import cast

pytestmark = pytest.mark.django_db


def stands(receipt: Receipt) -> bool:
    """Return whether the newest checkpoint says that a receipt stands."""
    sequencer.sequence()
    found = ledger.standing(receipt.digest)
    assert found is not None
    return found.standing.stands


def test_a_yes_stands_until_it_is_revoked() -> None:
    olive, felix = cast.olive(), cast.felix()
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    assert stands(given.receipt)
    revoked = grant.revoke(olive, grant=given.public_id).revocation
    assert revoked is not None
    assert not stands(given.receipt)
    assert stands(revoked)
    assert json.loads(Entry.objects.get(pk=revoked.entry).body)["fact"]["ends"] == [given.receipt.digest]


def test_a_yes_that_takes_the_place_of_another_ends_it() -> None:
    olive, felix = cast.olive(), cast.felix()
    first = grant.give(olive, person=felix, uses=[Use.GENERATE])
    second = grant.give(olive, person=felix, uses=[Use.GENERATE, Use.PUBLISH])
    assert (stands(first.receipt), stands(second.receipt)) == (False, True)


def test_a_withdrawn_likeness_ends_every_yes_to_it() -> None:
    olive, felix, sten = cast.olive(), cast.felix(), cast.sten()
    receipts = [grant.give(olive, person=each, uses=[Use.GENERATE]).receipt for each in (felix, sten)]
    switch.withdraw(olive)
    assert [stands(each) for each in receipts] == [False, False]


def test_olive_keeps_a_proof_file_that_names_her_receipt_and_is_checked_without_us() -> None:
    olive, felix = cast.olive(), cast.felix()
    receipt = grant.give(olive, person=felix, uses=[Use.GENERATE]).receipt
    sequencer.sequence()
    kept = checking.portable(checking.examine(receipt))["inclusion"]["file"]
    trust = tlogproof.Trust("localhost/countenance-log", keys.log_public() or b"")
    proven = tlogproof.verify(tlogproof.read(kept), trust=trust)
    assert receipt.digest in tlogproof.names(proven.body)
