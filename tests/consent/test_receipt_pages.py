"""The receipts as their holder sees them, over pages and over the API."""

import hashlib
import json
from html.parser import HTMLParser

import pytest
from django.test import Client

from consent import gate
from consent.grants import grant
from consent.models import Grant, Person, Receipt
from consent.permit import Permit, Request, Use
from consent.receipts import listing
from provenance.log import sequencer
from tests import cast
from tests.consent.passkeys import Passkey
from tests.consent.test_pages import signed_in

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def given() -> Grant:
    return grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE])


class Text(HTMLParser):
    """The words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep what is to be read."""
        self.words.append(data)


def words(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    text = Text()
    text.feed(answer.content.decode())
    return " ".join(" ".join(text.words).split())


def sign(client: Client, receipt: Receipt, passkey: Passkey) -> dict[str, object]:
    """Sign over the API as a page does."""
    where = f"/api/v1/receipts/{receipt.public_id}/signature"
    options = client.post(f"{where}/options", content_type=JSON).json()
    answer = client.post(where, passkey.answer(options), content_type=JSON)
    assert answer.status_code == 201, answer.content
    told: dict[str, object] = answer.json()
    return told


def test_every_yes_use_and_no_is_a_row_that_says_who_and_who_attests_it(given: Grant) -> None:
    olive, felix = cast.olive(), cast.felix()
    asked = Request(job="j", requester=felix.pk, cameos=("olive",), draft_digest="d" * 64)
    assert isinstance(gate.authorize(asked), Permit)
    grant.deny(olive, person=cast.sten())
    grant.revoke(olive, grant=given.public_id)
    page = words(signed_in(olive), "/receipts")
    for said in (
        "You let @felix make videos with you",
        "@felix was permitted one video with you",
        "You said no to @sten",
        "You took back what @felix was allowed",
        "attested by the operator only",
    ):
        assert said in page
    assert "You let" not in words(signed_in(felix), "/receipts")


def test_receipts_come_a_page_at_a_time_and_each_once(given: Grant) -> None:
    olive, felix = cast.olive(), cast.felix()
    for _ in range(listing.LENGTH + 4):
        grant.give(olive, person=felix, uses=[Use.GENERATE])
    first = listing.page(olive)
    second = listing.page(olive, before=first.next)
    seen = [one.pk for one in (*first.receipts, *second.receipts)]
    assert (len(first.receipts), second.next) == (listing.LENGTH, "")
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == Receipt.objects.filter(person=olive).count()
    assert "Newest" in words(signed_in(olive), f"/receipts?before={first.next}")


def test_somebody_elses_cursor_shows_nothing_of_theirs(given: Grant) -> None:
    sten = cast.sten()
    assert listing.page(sten, before=given.receipt.public_id).receipts == ()


def test_a_receipts_page_shows_that_it_holds_and_how_to_check_it(given: Grant) -> None:
    client, receipt = signed_in(cast.olive()), given.receipt
    assert "will be in the public log within seconds" in words(client, f"/receipts/{receipt.public_id}")
    sequencer.sequence()
    page = words(client, f"/receipts/{receipt.public_id}")
    for said in (receipt.digest, receipt.salt, "at place 0 of 1", "attested by the operator only", "sha256"):
        assert said in page


def test_what_the_page_tells_one_to_run_says_true(given: Grant) -> None:
    told = json.loads(signed_in(cast.olive()).get(f"/receipts/{given.receipt.public_id}/file").content)
    assert hashlib.sha256(bytes.fromhex(told["salt"]) + told["payload"].encode()).hexdigest() == told["digest"]


def test_a_receipt_whose_words_were_changed_says_so(given: Grant) -> None:
    Receipt.objects.filter(pk=given.receipt.pk).update(payload=given.receipt.payload.replace("generate", "train"))
    page = words(signed_in(cast.olive()), f"/receipts/{given.receipt.public_id}")
    assert "Its words are not those that were committed to." in page


def test_after_a_grant_somebody_with_a_passkey_is_offered_to_sign(given: Grant) -> None:
    olive = cast.olive()
    client = signed_in(olive)
    offer = "Sign its receipt, and it is not our word alone"
    assert offer not in words(client, "/")
    passkey = Passkey()
    passkey.enrol(olive)
    assert offer in words(client, "/")
    assert offer in words(client, "/receipts")
    sign(client, given.receipt, passkey)
    assert offer not in words(client, "/")
    assert "signed with your own passkey" in words(client, "/receipts")
    assert "signed with your own passkey" in words(client, f"/receipts/{given.receipt.public_id}")


def test_the_api_lists_shows_and_signs(given: Grant) -> None:
    olive = cast.olive()
    client, passkey = signed_in(olive), Passkey()
    passkey.enrol(olive)
    listed = client.get("/api/v1/receipts").json()
    assert [(one["id"], one["attested_by"]) for one in listed["receipts"]] == [(given.receipt.public_id, "operator")]
    assert listed["next"] is None
    told = sign(client, given.receipt, passkey)
    assert (told["attested_by"], told["log"]) == ("passkey", "claimed")
    sequencer.sequence()
    again = client.get(f"/api/v1/receipts/{given.receipt.public_id}").json()
    assert (again["log"], again["inclusion"]["index"], again["inclusion"]["size"]) == ("proven", 0, 2)
    assert again["signature"]["credential_id"] == passkey.credential()["id"]


def test_signing_twice_and_signing_badly_are_one_sentence_each(given: Grant) -> None:
    olive = cast.olive()
    client, passkey = signed_in(olive), Passkey()
    passkey.enrol(olive)
    where = f"/api/v1/receipts/{given.receipt.public_id}/signature"
    bodies: list[object] = [{}, [], {"id": 3}]
    for body in bodies:
        bad = client.post(where, json.dumps(body), content_type=JSON)
        assert (bad.status_code, bad.json()["error"]["code"]) == (400, "unreadable")
    sign(client, given.receipt, passkey)
    again = client.post(where, passkey.answer({"challenge": "AA"}), content_type=JSON)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "signed_already")
    assert again.json()["error"]["advice"]


def test_another_persons_receipt_can_be_neither_seen_nor_signed(given: Grant) -> None:
    felix, passkey = cast.felix(), Passkey()
    passkey.enrol(felix)
    client = signed_in(felix)
    where = f"/api/v1/receipts/{given.receipt.public_id}"
    for answer in (client.get(where), client.post(f"{where}/signature/options"), client.post(f"{where}/signature")):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


def test_a_person_downloads_all_of_their_own(given: Grant) -> None:
    olive: Person = cast.olive()
    grant.revoke(olive, grant=given.public_id)
    answer = signed_in(olive).get("/receipts/all.json")
    assert "attachment" in answer["Content-Disposition"]
    assert [one["kind"] for one in json.loads(answer.content)["receipts"]] == ["grant.made", "grant.revoked"]
    assert json.loads(signed_in(cast.felix()).get("/receipts/all.json").content) == {"receipts": []}
