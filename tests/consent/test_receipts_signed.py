"""A person's passkey under a receipt: what it takes, what is refused, and what can be checked afterwards."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from consent import gate
from consent.errors import SignatureError
from consent.grants import grant
from consent.models import Person, Receipt, ReceiptSignature
from consent.permit import Permit, Use
from consent.permit import Request as Asked
from consent.receipts import checking, signing
from consent.receipts.signing import Site
from provenance.log import sequencer
from provenance.models import Entry
from tests import cast
from tests.consent.passkeys import HERE, Passkey, challenge, uncounted
from tests.provenance.material import flip

pytestmark = pytest.mark.django_db
SITE = Site(HERE)


def given() -> Receipt:
    """Olive lets Felix use her face; the receipt of that."""
    return grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE]).receipt


def sign(receipt: Receipt, passkey: Passkey, **said: Any) -> ReceiptSignature:  # noqa: ANN401  (JSON)
    answer = passkey.answer(signing.options(receipt, site=SITE), **said)
    return signing.sign(receipt, assertion=answer, site=SITE)


def code(receipt: Receipt, passkey: Passkey, **said: Any) -> str:  # noqa: ANN401  (JSON)
    """The refusal's code; and nothing was written."""
    signed = ReceiptSignature.objects.count()
    with pytest.raises(SignatureError) as refused:
        sign(receipt, passkey, **said)
    assert str(refused.value).endswith(".")
    assert ReceiptSignature.objects.count() == signed
    return refused.value.code


@pytest.fixture
def olive() -> Person:
    return cast.olive()


@pytest.fixture
def passkey(olive: Person) -> Passkey:
    made = Passkey()
    made.enrol(olive)
    return made


def test_the_challenge_is_the_receipts_digest_and_only_her_passkeys_are_asked(passkey: Passkey) -> None:
    receipt = given()
    options = signing.options(receipt, site=SITE)
    assert challenge(options) == receipt.digest
    assert [each["id"] for each in options["allowCredentials"]] == [passkey.credential()["id"]]
    assert options["rpId"] == "testserver"


def test_a_signed_receipt_says_so_and_anybody_can_verify_it_again(passkey: Passkey) -> None:
    receipt = given()
    made = sign(receipt, passkey)
    sequencer.sequence()
    receipt.refresh_from_db()
    found = checking.examine(receipt)
    assert (receipt.attested_by, found.signed, found.log, found.words) == ("passkey", "proven", "proven", True)
    assert signing.still_verifies(ReceiptSignature.objects.get(pk=made.pk))


def test_the_log_has_a_salted_commitment_to_the_signature_and_no_key(passkey: Passkey) -> None:
    receipt = given()
    made = sign(receipt, passkey)
    entry = Entry.objects.get(pk=made.entry)
    fact = json.loads(entry.body)["fact"]
    assert (entry.kind, fact["receipt"]) == ("receipt.signed", receipt.digest)
    assert fact["signature"] == signing.commitment(made, salt=receipt.salt)
    assert passkey.credential()["id"] not in entry.body


def test_a_receipt_is_signed_once(passkey: Passkey) -> None:
    receipt = given()
    answer = passkey.answer(signing.options(receipt, site=SITE))
    signing.sign(receipt, assertion=answer, site=SITE)
    with pytest.raises(SignatureError) as again:
        signing.sign(receipt, assertion=answer, site=SITE)
    assert again.value.code == "signed_already"
    assert ReceiptSignature.objects.count() == 1


def test_an_answer_for_another_receipt_is_no_answer_for_this_one(passkey: Passkey) -> None:
    first, second = given(), given()
    answer = passkey.answer(signing.options(first, site=SITE))
    with pytest.raises(SignatureError) as refused:
        signing.sign(second, assertion=answer, site=SITE)
    assert refused.value.code == "wrong_receipt"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"origin": "https://testserver.evil.example"}, "wrong_site"),
        ({"origin": "https://testserver"}, "wrong_site"),
        ({"crossOrigin": True}, "wrong_site"),
        ({"challenge": "AAAA"}, "wrong_receipt"),
        ({"type": "webauthn.create"}, "bad_signature"),
        ({"flags": 0x04}, "bad_signature"),
    ],
)
def test_what_was_signed_elsewhere_or_without_the_person_is_refused(
    passkey: Passkey, said: dict[str, Any], expected: str
) -> None:
    assert code(given(), passkey, **said) == expected


def test_somebody_elses_passkey_is_refused(passkey: Passkey) -> None:
    other = Passkey()
    other.enrol(cast.felix())
    assert code(given(), other) == "unknown_passkey"


def test_a_passkey_with_her_passkeys_name_and_another_key_is_refused(passkey: Passkey) -> None:
    assert code(given(), Passkey(identity=passkey.identity)) == "bad_signature"


def test_a_passkey_that_counts_backwards_is_refused(passkey: Passkey) -> None:
    first, second, third = given(), given(), given()
    sign(first, passkey)
    passkey.count -= 1
    assert code(second, passkey) == "count_went_back"
    sign(third, passkey)


def test_a_passkey_that_never_counts_may_sign_again(olive: Person) -> None:
    synchronised = uncounted()
    synchronised.enrol(olive)
    sign(given(), synchronised)
    sign(given(), synchronised)


@pytest.mark.parametrize(
    "answer",
    [{}, {"id": 1}, {"id": "a", "rawId": "b"}, {"id": "AA", "rawId": "AA", "response": {}},
     {"rawId": "AA", "response": []},
     {"rawId": "AA", "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}},
     {"rawId": "AA", "response": {"clientDataJSON": "W10", "authenticatorData": "A" * 80, "signature": ""}}],
)  # fmt: skip
def test_what_is_no_answer_of_a_passkey_is_refused_in_one_sentence(passkey: Passkey, answer: dict[str, Any]) -> None:
    with pytest.raises(SignatureError) as refused:
        signing.sign(given(), assertion=answer, site=SITE)
    assert refused.value.code == "unreadable"


def test_without_a_passkey_there_is_nothing_to_sign_with(olive: Person) -> None:
    with pytest.raises(SignatureError) as refused:
        signing.options(given(), site=SITE)
    assert refused.value.code == "no_passkey"
    assert not signing.can_sign(olive)


def test_a_use_is_somebody_elses_act_and_is_not_signed(olive: Person, passkey: Passkey) -> None:
    given()
    permit_for(cast.felix())
    used = Receipt.objects.get(kind="permit.minted")
    assert code_of_options(used) == "not_to_sign"
    assert used not in signing.unsigned(olive)


def test_a_receipt_whose_words_were_changed_is_not_signed(passkey: Passkey) -> None:
    receipt = given()
    Receipt.objects.filter(pk=receipt.pk).update(payload=receipt.payload.replace("generate", "train"))
    receipt.refresh_from_db()
    assert code_of_options(receipt) == "not_to_sign"


def test_a_claim_of_a_signature_without_one_counts_as_missing(olive: Person) -> None:
    receipt = given()
    receipt.attested_by = Receipt.Attestation.PASSKEY
    assert checking.examine(receipt).signed == "missing"


def test_a_signature_that_was_changed_no_longer_verifies(passkey: Passkey) -> None:
    receipt = given()
    made = sign(receipt, passkey)
    ReceiptSignature.objects.filter(pk=made.pk).update(signature=flip(bytes(made.signature), len(made.signature) - 1))
    receipt.refresh_from_db()
    assert checking.examine(receipt).signed == "missing"


def test_a_use_says_who_attested_the_yes_it_stands_on(olive: Person, passkey: Passkey) -> None:
    receipt, felix = given(), cast.felix()
    before = permit_for(felix)
    sign(receipt, passkey)
    after = permit_for(felix)
    own = permit_for(olive)
    assert [each.cameos[0].attested_by for each in (before, after, own)] == ["operator", "passkey", "operator"]
    told = json.loads(Receipt.objects.get(digest=after.cameos[0].receipt).payload)["about"]
    assert (told["grant_receipt"], told["grant_attested_by"]) == (receipt.digest, "passkey")


def test_the_table_takes_one_signature_a_receipt_and_a_count_of_32_bits(passkey: Passkey) -> None:
    made = sign(given(), passkey)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceiptSignature.objects.create(receipt=made.receipt, credential_id="x", sign_count=0, entry=1)
    with pytest.raises(IntegrityError, match="receipt_signature_count"), transaction.atomic():
        ReceiptSignature.objects.update(sign_count=2**32)


def permit_for(requester: Person) -> Permit:
    permit = gate.authorize(Asked(job="job", requester=requester.pk, cameos=("olive",), draft_digest="d" * 64))
    assert isinstance(permit, Permit), permit
    return permit


def code_of_options(receipt: Receipt) -> str:
    with pytest.raises(SignatureError) as refused:
        signing.options(receipt, site=SITE)
    return refused.value.code
