import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from consent.grants import grant
from consent.models import Cameo, Grant, Person
from consent.permit import Use
from tests import cast
from tests.consent.test_pages import signed_in

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

JSON = "application/json"


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> "_MonkeyPatchedWSGIResponse":
    return client.post(f"/api/v1/{path}", body or {}, content_type=JSON)


@pytest.fixture
def given(db: None) -> Grant:
    return grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE])


@pytest.mark.django_db
def test_a_cameo_is_shown_to_its_owner() -> None:
    answer = signed_in(cast.olive()).get("/api/v1/cameo").json()
    assert {answer["handle"], answer["state"], answer["audience"]} == {"olive", "live", "only_me"}
    none = signed_in(cast.sten()).get("/api/v1/cameo")
    assert (none.status_code, none.json()["error"]["code"]) == (404, "no_cameo")


@pytest.mark.django_db
def test_a_grant_is_made_listed_and_taken_back() -> None:
    cast.felix()
    client = signed_in(cast.olive())
    made = post(client, "grants", {"person": "@Felix", "uses": ["publish", "generate"], "expires_at": None})
    assert made.status_code == 201
    body = made.json()
    assert (body["person"], body["uses"], body["expires_at"]) == ("felix", ["generate", "publish"], None)
    assert [row["id"] for row in client.get("/api/v1/grants").json()["grants"]] == [body["id"]]
    taken = client.delete(f"/api/v1/grants/{body['id']}").json()
    assert taken["revoked_at"]
    assert taken["receipt"] not in {"", body["receipt"]}
    assert client.delete(f"/api/v1/grants/{body['id']}").json() == taken
    assert client.get("/api/v1/grants").json() == {"grants": []}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"person": "nobody_here", "uses": ["generate"]}, "no_such_person"),
        ({"person": "olive", "uses": ["generate"]}, "grant"),
        ({"person": "felix", "uses": []}, "invalid"),
        ({"person": "felix", "uses": ["everything"]}, "invalid"),
        ({"person": "felix", "uses": ["generate"], "expires_at": "2020-01-01T00:00:00Z"}, "grant"),
        ({"person": "felix", "uses": ["generate"], "expires_at": "soon"}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_grant_that_cannot_be_given_is_refused_in_one_sentence(body: dict[str, Any], code: str) -> None:
    cast.olive()
    cast.felix()
    answer = post(signed_in(cast.olive()), "grants", body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert error["message"].endswith(".")
    assert not Grant.objects.exists()


@pytest.mark.django_db
def test_a_clients_own_word_for_consent_is_not_read(given: Grant) -> None:
    sten = cast.sten()
    claims = {"consent_verified": True, "cameo": "olive", "owner": "olive", "audience": "everyone"}
    assert post(signed_in(sten), "grants", claims | {"person": "sten", "uses": ["generate"]}).status_code == 400
    url = "/api/v1/permissions/check?cameo=olive&consent_verified=true&requester=felix"
    (answer,) = signed_in(sten).get(url).json()["answers"]
    assert (answer["may"], answer["reason"]) == (False, "only_me")


@pytest.mark.django_db
def test_a_pre_check_answers_for_the_one_who_asks(given: Grant) -> None:
    yes, no = signed_in(given.person).get("/api/v1/permissions/check?cameo=@olive,pat&use=generate").json()["answers"]
    assert (yes["cameo"], yes["may"], yes["reason"]) == ("olive", True, None)
    assert (no["cameo"], no["may"], no["reason"]) == ("pat", False, "no_such_cameo")
    (voice,) = signed_in(given.person).get("/api/v1/permissions/check?cameo=olive&use=voice").json()["answers"]
    assert voice["reason"] == "use_not_given"


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "cameo=", "cameo=olive&use=anything", "&".join(["cameo=a"] * 17)])
def test_a_pre_check_that_asks_nothing_or_too_much_is_refused(query: str) -> None:
    answer = signed_in(cast.sten()).get(f"/api/v1/permissions/check?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


@pytest.mark.django_db
def test_switches_change_the_state_and_say_when_they_cannot() -> None:
    client = signed_in(cast.olive())
    assert post(client, "cameo/pause").json()["state"] == "paused"
    assert post(client, "cameo/resume").json()["state"] == "live"
    assert post(client, "cameo/audience", {"audience": "mutuals"}).json()["audience"] == "mutuals"
    assert post(client, "cameo/audience", {"audience": "nobody"}).status_code == 400
    assert post(client, "cameo/withdraw").json()["state"] == "withdrawn"
    again = post(client, "cameo/resume")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "cameo_state")
    assert post(client, "cameo/fly").status_code == 404


ROLES: dict[str, Callable[[], Person | None]] = {
    "nobody": lambda: None,
    "owner": cast.olive,
    "grantee": cast.felix,
    "stranger": cast.sten,
    "teen": cast.tess,
    "moderator": cast.mo,
}
OWN = {"nobody": 401, "owner": 200, "grantee": 404, "stranger": 404, "teen": 404, "moderator": 404}
SWITCH = {**OWN, "grantee": 409, "stranger": 409, "teen": 409, "moderator": 409}
ANYBODY = {"nobody": 401, "owner": 200, "grantee": 200, "stranger": 200, "teen": 200, "moderator": 200}
TABLE: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "cameo"): OWN,
    ("POST", "cameo/pause"): SWITCH,
    ("POST", "cameo/resume"): SWITCH,
    ("POST", "cameo/withdraw"): SWITCH,
    ("POST", "cameo/audience"): {**SWITCH},
    ("GET", "grants"): ANYBODY,
    ("POST", "grants"): {**SWITCH, "owner": 201},
    ("DELETE", "grants/{grant}"): OWN,
    ("GET", "permissions/check?cameo=olive"): ANYBODY,
}
BODIES = {"cameo/audience": {"audience": "approved"}, "grants": {"person": "pat", "uses": ["generate"]}}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), TABLE)
def test_every_role_gets_its_own_and_no_hint_of_anybody_elses(given: Grant, role: str, method: str, path: str) -> None:
    cast.pat()
    who = ROLES[role]()
    client = signed_in(who) if who else Client()
    url = f"/api/v1/{path.format(grant=given.public_id)}"
    answer = client.generic(method, url, json.dumps(BODIES.get(path, {})), content_type=JSON)
    assert answer.status_code == TABLE[method, path][role], answer.content
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "advice"}
    given.refresh_from_db()
    assert (given.revoked_at is None) or role == "owner"


@pytest.mark.django_db
def test_a_foreign_grant_looks_like_one_that_never_was(given: Grant) -> None:
    client = signed_in(cast.sten())
    foreign, none = client.delete(f"/api/v1/grants/{given.public_id}"), client.delete("/api/v1/grants/never")
    assert (foreign.status_code, foreign.content) == (none.status_code, none.content)


@pytest.mark.django_db
def test_the_api_needs_a_token_against_forged_requests(given: Grant) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(given.cameo.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/api/v1/cameo/pause").status_code == 403
    assert Cameo.objects.get().state == "live"
