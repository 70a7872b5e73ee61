"""Every refusal of the API has one shape and a word that the schema names; the schema is whole."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from config.codes import CODES
from consent import gate
from consent.errors import SignatureError
from consent.grants import grant
from consent.models import PermitRecord, Person
from consent.permit import Refusal, Request, Use
from generation.models import Job
from generation.pipeline import tickets
from tests import cast

JSON = "application/json"
NAMED = {code for code, _ in CODES}


def signed_in(person: Person, *, checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


# -- the schema


def test_the_schema_is_made_without_one_warning(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def made() -> dict[str, Any]:
    """The schema, as a program gets it."""
    return json.loads(Client().get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"}).content)  # type: ignore[no-any-return]


@pytest.mark.django_db
def test_every_endpoint_of_the_schema_says_how_it_refuses() -> None:
    schema = made()
    answers = [operation["responses"] for path in schema["paths"].values() for operation in path.values()]
    assert len(answers) > 20
    for responses in answers:
        content = responses["4XX"]["content"]["application/json"]["schema"]
        assert content == {"$ref": "#/components/schemas/Refused"}


@pytest.mark.django_db
def test_the_schema_lists_every_word_a_refusal_can_have() -> None:
    schema = made()
    assert schema["components"]["schemas"]["RefusalCode"]["enum"] == [code for code, _ in CODES]
    assert len(NAMED) == len(CODES)


def text(node: ast.expr | None) -> set[str]:
    """The text that this is, if it is one."""
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def words_in(path: Path) -> set[str]:
    """Every literal a file of the API refuses with: word="…", {"code": "…"}, (status, "…", "advice"), refuse("…")."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.keyword(arg="word", value=word):
                found |= text(word)
            case ast.Dict(keys=keys, values=values):
                found |= {
                    word
                    for key, value in zip(keys, values, strict=True)
                    if text(key) == {"code"}
                    for word in text(value)
                }
            case ast.Tuple(elts=[ast.Attribute(attr=status), word, _]) if status.startswith("HTTP_"):
                found |= text(word)
            case ast.Call(func=ast.Name(id="refuse"), args=[word, *_]):
                found |= text(word)
            case _:
                pass
    return found


def test_every_word_in_the_code_is_in_the_list() -> None:
    files = [
        path
        for app in ("provenance", "safety", "consent", "generation")
        for path in (settings.ROOT / app / "api").glob("*.py")
    ]
    found = set().union(*(words_in(path) for path in files), SignatureError.SENTENCES)
    assert {"grant", "cameo_state", "draft", "gone", "no_file", "not_found"} <= found
    assert found - NAMED == set()


# -- one shape


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing/here", 404, "not_found"),
        ("POST", "nothing", 404, "not_found"),
        ("GET", "", 404, "not_found"),
        ("GET", "jobs/unknown", 404, "not_found"),
        ("PATCH", "grants", 405, "method_not_allowed"),
        ("POST", "grants", 400, "invalid"),
    ],
)
def test_every_no_has_the_same_shape(method: str, path: str, status: int, code: str) -> None:
    answer = signed_in(cast.olive()).generic(method, f"/api/v1/{path}", content_type=JSON)
    told = answer.json()
    assert (answer.status_code, told["error"]["code"]) == (status, code)
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message", "advice"}
    assert told["error"]["message"].endswith(".")


@pytest.mark.django_db
def test_what_cannot_be_read_says_so() -> None:
    client = signed_in(cast.olive())
    bad = client.post("/api/v1/grants", "{", content_type=JSON)
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "parse_error")
    odd = client.post("/api/v1/grants", "x", content_type="text/plain")
    assert (odd.status_code, odd.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.django_db
def test_nobody_signed_in_is_401_and_another_sites_form_is_403() -> None:
    nobody = Client().get("/api/v1/grants")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "not_authenticated")
    strange = signed_in(cast.olive(), checks=True).post("/api/v1/cameo/pause")
    assert (strange.status_code, strange.json()["error"]["code"]) == (403, "csrf_failed")


@pytest.mark.django_db
def test_too_much_is_refused_in_the_same_shape_before_it_is_read() -> None:
    with override_settings(BODY_MAX_BYTES=10):
        answer = signed_in(cast.olive()).post("/api/v1/grants", "x" * 11, content_type=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.django_db
def test_a_404_says_nothing_of_what_was_looked_for() -> None:
    client = signed_in(cast.sten())
    bodies = {client.get(f"/api/v1/{path}").content for path in ("jobs/x", "clips/x", "receipts/x", "nothing")}
    assert len(bodies) == 1


# -- a client's own word for consent

CLAIMS = {
    "consent_verified": True, "consent": "granted", "permit": 1, "permit_id": 1, "clearance": 1, "grant": "x",
    "epoch": 10**9, "skip_checks": True, "requester": 1, "owner": "felix", "is_staff": True,
}  # fmt: skip


@pytest.mark.django_db
def test_a_clients_own_word_for_consent_makes_no_job_permitted() -> None:
    cast.olive()
    sten = signed_in(cast.sten())
    asked = {"prompt": "@olive waves on a beach", "seconds": 1, **CLAIMS}
    headers = {"X-Consent-Verified": "true", "X-Permit": "1"}
    answer = sten.post("/api/v1/jobs?consent_verified=true", json.dumps(asked), content_type=JSON, headers=headers)
    assert answer.status_code == 201
    refusal = tickets.permission(Job.objects.get())
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "only_me"
    assert not PermitRecord.objects.exists()


@pytest.mark.django_db
def test_a_clients_own_word_changes_no_answer_of_the_pre_check() -> None:
    cast.olive()
    sten = signed_in(cast.sten())
    claims = "&".join(f"{name}={value}" for name, value in CLAIMS.items())
    plain, claimed = (sten.get(f"/api/v1/permissions/check?cameo=olive{more}").json() for more in ("", f"&{claims}"))
    assert plain == claimed
    assert not plain["answers"][0]["may"]


@pytest.mark.django_db
def test_a_clients_own_word_makes_a_grant_no_wider() -> None:
    olive, sten = cast.olive(), cast.sten()
    body = json.dumps({"person": "sten", "uses": ["generate"], "effect": "denial", "uses_bits": 63, **CLAIMS})
    signed_in(olive).post("/api/v1/grants", body, content_type=JSON)
    asked = Request(job="j", requester=sten.pk, cameos=("olive",), draft_digest="d" * 64, uses=frozenset({Use.TRAIN}))
    assert isinstance(gate.authorize(asked), Refusal)
    other = grant.deny(olive, person=cast.felix())
    answer = signed_in(sten).delete(f"/api/v1/grants/{other.public_id}", json.dumps(CLAIMS), content_type=JSON)
    assert answer.status_code == 404
