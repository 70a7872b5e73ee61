"""What somebody agrees to before they enrol, who signs it, and what is different under 18."""

import json

import pytest

from consent.accounts import consents, guardians
from consent.cameos import agreement, enrolment, judgement
from consent.cameos.enrolment import Declined
from consent.models import Cameo, Capture, Person, Receipt
from tests import cast
from tests.consent.booth import BROWSER, Booth, reasons
from tests.consent.passkeys import Passkey
from tests.consent.test_family import looked_after, pat
from tests.consent.test_pages import signed_in
from tests.consent.test_receipt_pages import sign, words

pytestmark = pytest.mark.django_db
OFFER = "Sign its receipt, and it is not our word alone"


def enrolled(booth: Booth, person: Person) -> tuple[Receipt, str]:
    """The receipt, and where the page about the capture is."""
    capture = booth.sent(person)
    assert judgement.judge(capture.pk) == "live", reasons(capture)
    return Receipt.objects.get(person=person, kind="cameo.enrolled"), f"/enrol/{capture.public_id}"


def test_the_receipt_names_the_text_that_was_on_the_page_and_shows_it_in_words(booth: Booth) -> None:
    sten = cast.sten()
    client = signed_in(sten)
    before = words(client, "/enrol")
    receipt, _ = enrolled(booth, sten)
    about = json.loads(receipt.payload)["about"]
    shown = client.get("/api/v1/captures/agreement").json()
    assert about["agreement"] == {"version": agreement.VERSION, "sha256": shown["sha256"]}
    assert shown["sha256"][:16] in before
    assert all(paragraph["words"] in before for paragraph in shown["paragraphs"])
    page = words(client, f"/receipts/{receipt.public_id}")
    for told in (agreement.VERSION, shown["sha256"], "one face vector, encrypted", "apparent age not checked"):
        assert told in page
    assert f"{about['retention']['idle_days']} days without you" in page
    assert f"for {about['retention']['idle_days']} days" in before, "the page and the receipt say the same time"


def test_the_agreement_is_signed_by_passkey_where_there_is_one_and_attested_by_the_operator_where_not(
    booth: Booth,
) -> None:
    sten = cast.sten()
    client = signed_in(sten)
    assert "attested by the operator only" in words(client, "/enrol")
    receipt, place = enrolled(booth, sten)
    assert OFFER not in words(client, place)
    passkey = Passkey()
    passkey.enrol(sten)
    assert "sign it with your passkey" in words(client, "/enrol")
    assert OFFER in words(client, place)
    sign(client, receipt, passkey)
    receipt.refresh_from_db()
    assert receipt.attested_by == "passkey"
    assert OFFER not in words(client, place)


def test_under_18_nobody_enrols_without_a_guardian_who_looks_after_them(booth: Booth) -> None:
    tess = cast.tess()
    declined = enrolment.begin(tess, browser=BROWSER)
    assert isinstance(declined, Declined)
    assert declined.code == "guardian_needed"
    page = words(signed_in(tess), "/enrol")
    assert "a guardian has to look after you" in page
    assert "I agree" not in page
    assert signed_in(tess).post("/api/v1/captures").status_code == 403
    looked_after(tess, by=pat())
    receipt, _ = enrolled(booth, tess)
    assert "by birth date" in json.loads(receipt.payload)["about"]["age"]


def test_a_guardian_who_goes_while_it_is_judged_leaves_nobody_enrolled(booth: Booth) -> None:
    tess = cast.tess()
    found = looked_after(tess, by=pat())
    capture = booth.sent(tess)
    guardians.end(tess, guardianship=found.public_id)
    assert judgement.judge(capture.pk) == "spoof"
    assert "guardian" in reasons(capture)[0]
    assert not Cameo.objects.filter(owner=tess, state="live").exists()


def test_the_page_shows_whether_the_guardian_has_said_yes() -> None:
    tess, parent = cast.tess(), pat()
    looked_after(tess, by=parent)
    client = signed_in(tess)
    assert "@pat looks after you and has not said yes yet" in words(client, "/enrol")
    cast.cameo(tess)
    consents.give(parent, ward=tess)
    assert "@pat looks after you and has said yes" in words(client, "/enrol")
    assert not Capture.objects.exists()
