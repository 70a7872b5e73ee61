"""Permissions and Requests: the pages, and the same over the API."""

import re
from typing import Any

import pytest
from django.test import Client

from consent import gate
from consent.accounts import ties
from consent.grants import grant, preferences, requests
from consent.grants.requests import Wanted
from consent.models import Cameo, Grant, Person, Rule
from consent.models import Request as Asked
from consent.permit import Request, Use
from tests import cast
from tests.consent.test_pages import signed_in

pytestmark = pytest.mark.django_db
JSON = "application/json"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def many(text: str) -> dict[str, str]:
    """Return audience -> the number of people it means, as the page says it."""
    return dict(re.findall(r'value="(only_me|approved|mutuals|everyone)".*?class="many">(.*?)<', text))


def asked_once(requester: Person) -> Asked:
    answer = gate.ask(Request("job", requester.pk, ("olive",), "ab" * 32, text="@olive waves"), cameo="olive")
    assert isinstance(answer, str)
    return Asked.objects.get(public_id=answer)


def test_each_audience_says_how_many_people_it_means_today() -> None:
    olive = cast.olive()
    cast.felix()
    grant.give(olive, person=cast.pat(), uses=[Use.GENERATE])
    blocked = cast.person("mallory")
    cast.befriend(blocked, olive)
    ties.block(olive.pk, dst=blocked.pk)
    cast.befriend(cast.person("nora"), olive)
    assert many(page(signed_in(olive), "/permissions")) == {
        "only_me": "1 person",
        "approved": "1 person",
        "mutuals": "3 people",
        "everyone": "3 people",
    }


def test_a_teen_is_offered_two_audiences_and_no_advertising() -> None:
    tess = cast.tess()
    cast.cameo(tess)
    text = page(signed_in(tess), "/permissions")
    assert set(many(text)) == {"only_me", "approved"}
    assert "advertise" not in text


def test_somebody_without_a_cameo_is_shown_the_first_step() -> None:
    assert "Enrol my likeness" in page(signed_in(cast.sten()), "/permissions")


def test_a_grant_is_changed_where_it_is_listed() -> None:
    olive = cast.olive()
    grant.give(olive, person=cast.felix(), uses=[Use.GENERATE])
    client = signed_in(olive)
    told = {"person": "felix", "uses": ["generate", "publish"], "categories": ["politics"], "until": "2099-01-31"}
    text = client.post("/grants", told, follow=True).content.decode()
    assert "@felix may generate and publish" in text
    assert "also in politics" in text
    assert 'value="2099-01-31"' in text
    assert Grant.objects.filter(revoked_at=None).count() == 1


def test_a_no_to_somebody_is_given_and_taken_back_on_the_page() -> None:
    olive, felix = cast.olive(), cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["politics"])
    client = signed_in(olive)
    text = client.post("/denials", {"person": "@felix", "categories": ["politics"]}, follow=True).content.decode()
    assert "@felix may not show you in politics" in text
    assert not gate.check(felix.pk, ["olive"], categories=frozenset({"politics"}))[0].may
    denial = Grant.objects.get(effect="denial")
    client.post(f"/grants/{denial.public_id}/revoke")
    assert gate.check(felix.pk, ["olive"], categories=frozenset({"politics"}))[0].may
    assert client.post("/denials", {"person": "nobody_here"}).status_code == 400


def test_wishes_are_shown_back_confirmed_and_removed() -> None:
    olive, felix = cast.olive(), cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    client = signed_in(olive)
    text = client.post(
        "/permissions/rules", {"text": "No clowns. Always a red hat. Nothing weird."}, follow=True
    ).content.decode()
    assert "Refused when a request says “clowns”, or another form of it." in text
    assert "Added to every request you are in: “@olive: a red hat”." in text
    assert "We cannot turn this into a rule." in text
    assert len(re.findall(r'name="rules" value="\S+" checked', text)) == 2
    rule = Rule.objects.get(clause="No clowns")
    client.post("/permissions/rules/confirm", {"rules": [rule.public_id]})
    assert [row.clause for row in preferences.in_force(olive.cameo)] == ["No clowns"]
    assert signed_in(felix).post(f"/permissions/rules/{rule.public_id}/remove").status_code == 404
    client.post(f"/permissions/rules/{rule.public_id}/remove")
    assert not preferences.in_force(olive.cameo).exists()
    assert client.post("/permissions/rules", {"text": ""}).status_code == 400


def test_a_request_is_read_word_for_word_and_answered_on_its_page() -> None:
    olive, sten = cast.olive(), cast.sten()
    made = asked_once(sten)
    client = signed_in(olive)
    text = page(client, "/requests")
    assert "One request waits for you." in text
    assert "@olive waves" in text
    assert "@sten has made no video with you before." in text
    text = client.post(f"/requests/{made.public_id}/answer", {"answer": "approve_once"}, follow=True).content.decode()
    assert "@sten may make this one video." in text
    assert "Nobody waits for an answer from you." in text
    assert "approved" in page(signed_in(sten), "/requests")


@pytest.mark.parametrize(("answer", "state"), [("decline", "declined"), ("block", "declined"), ("approve", "approved")])
def test_every_answer_has_its_button(answer: str, state: str) -> None:
    olive = cast.olive()
    made = requests.ask(cast.sten(), cameo=olive.cameo, wanted=Wanted())
    signed_in(olive).post(f"/requests/{made.public_id}/answer", {"answer": answer, "uses": ["generate"]})
    made.refresh_from_db()
    assert made.state == state


def test_an_answer_that_is_none_changes_nothing() -> None:
    olive = cast.olive()
    made = asked_once(cast.sten())
    answer = signed_in(olive).post(f"/requests/{made.public_id}/answer", {"answer": "perhaps"})
    assert answer.status_code == 400
    assert "Choose one of the answers." in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "open"


def test_somebody_elses_request_is_as_unknown_as_none() -> None:
    cast.olive()
    made = asked_once(cast.sten())
    for who in (cast.felix(), cast.sten()):
        client = signed_in(who)
        for request in (made.public_id, "never"):
            assert client.post(f"/requests/{request}/answer", {"answer": "approve_once"}).status_code == 404
            api = client.post(f"/api/v1/requests/{request}/answer", {"answer": "approve_once"}, content_type=JSON)
            assert api.status_code == 404
    assert signed_in(cast.felix()).post(f"/requests/{made.public_id}/withdraw").status_code == 404
    assert signed_in(cast.felix()).delete(f"/api/v1/requests/{made.public_id}").status_code == 404
    assert not Grant.objects.exists()


def test_a_request_goes_through_the_api_in_both_directions() -> None:
    olive, sten = signed_in(cast.olive()), signed_in(cast.sten())
    body: dict[str, Any] = {"cameo": "@Olive", "uses": ["generate"], "message": "please", "consent_verified": True}
    made = sten.post("/api/v1/requests", body, content_type=JSON)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    (waiting,) = olive.get("/api/v1/requests").json()["to_answer"]
    assert (waiting["id"], waiting["requester"], waiting["message"]) == (made.json()["id"], "sten", "please")
    url = f"/api/v1/requests/{waiting['id']}/answer"
    assert olive.post(url, {"answer": "approve_once"}, content_type=JSON).json()["error"]["code"] == "request"
    assert olive.post(url, {"answer": "approve"}, content_type=JSON).json()["state"] == "approved"
    assert [row["state"] for row in sten.get("/api/v1/requests").json()["made"]] == ["approved"]
    assert sten.delete(f"/api/v1/requests/{waiting['id']}").json()["state"] == "approved"
    nobody = sten.post("/api/v1/requests", {"cameo": "nobody", "uses": ["generate"]}, content_type=JSON)
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (409, "request")


def test_rules_go_through_the_api() -> None:
    client = signed_in(cast.olive())
    proposed = client.post("/api/v1/rules", {"text": "no clowns. nothing weird"}, content_type=JSON)
    assert proposed.status_code == 201
    first, second = proposed.json()["rules"]
    assert (first["kind"], first["state"], second["kind"]) == ("deny_words", "proposed", "ask")
    kept = client.put("/api/v1/rules", {"rules": [first["id"]]}, content_type=JSON).json()["rules"]
    assert [row["state"] for row in kept] == ["confirmed"]
    assert signed_in(cast.felix()).delete(f"/api/v1/rules/{first['id']}").status_code == 404
    assert client.delete(f"/api/v1/rules/{first['id']}").json()["state"] == "removed"
    assert client.get("/api/v1/rules").json() == {"rules": []}
    assert client.post("/api/v1/rules", {"text": "x. " * 30}, content_type=JSON).json()["error"]["code"] == "preference"


def test_grants_go_through_the_api_with_categories_and_denials() -> None:
    olive, felix = cast.olive(), cast.felix()
    client = signed_in(olive)
    body: dict[str, Any] = {"person": "felix", "uses": ["generate"], "categories": ["politics"]}
    assert client.post("/api/v1/grants", body, content_type=JSON).json()["categories"] == ["politics"]
    url = "/api/v1/permissions/check?cameo=olive&category=politics"
    assert signed_in(felix).get(url).json()["answers"][0]["may"] is True
    denied = client.post("/api/v1/grants", body | {"effect": "denial"}, content_type=JSON).json()
    assert (denied["effect"], denied["categories"]) == ("denial", ["politics"])
    assert signed_in(felix).get(url).json()["answers"][0]["reason"] == "not_approved"
    assert client.post("/api/v1/grants", body | {"categories": ["hate"]}, content_type=JSON).status_code == 400
    assert signed_in(felix).get(f"{url}&category=nonsense").status_code == 400
    assert Cameo.objects.get(owner=olive).epoch > 1
