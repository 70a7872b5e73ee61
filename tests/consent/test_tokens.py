"""Tokens: shown once, scoped, ended by themselves, and never in a log."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from config import logs
from consent.accounts import tokens
from consent.accounts.tokens import Scope
from consent.errors import TokenError
from consent.models import Cameo, Notice, Person, Token
from tests import cast
from tests.consent.test_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def olive() -> Person:
    return cast.olive()


def make(person: Person, *scopes: Scope, days: int = 7) -> tuple[Token, str]:
    return tokens.make(person, name="backup", scopes=scopes or [Scope.CAMEO_READ], days=days)


def get(path: str, text: str) -> tuple[int, str]:
    """Ask with a token; the status and the refusal's code."""
    answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {text}"})
    return answer.status_code, answer.json().get("error", {}).get("code", "") if answer.status_code >= 400 else ""


def test_a_token_does_what_its_scopes_name_and_nothing_else(olive: Person) -> None:
    _, text = make(olive, Scope.CAMEO_READ)
    assert get("cameo", text) == (200, "")
    assert get("grants", text) == (403, "scope_missing")
    assert get("receipts", text) == (403, "scope_missing")


def test_a_token_changes_nothing_it_may_only_read(olive: Person) -> None:
    _, text = make(olive, Scope.CAMEO_READ)
    answer = Client().post("/api/v1/cameo/pause", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 403
    assert Cameo.objects.get().state == Cameo.State.LIVE


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "captures"), ("GET", "captures/x"), ("PUT", "captures/x/recording"), ("POST", "cameo/withdraw"),
        ("GET", "tokens"), ("POST", "tokens"), ("DELETE", "tokens/x"),
        ("POST", "receipts/x/signature"), ("POST", "receipts/x/signature/options"),
    ],
)  # fmt: skip
def test_biometrics_signatures_and_tokens_are_for_sessions_alone(olive: Person, method: str, path: str) -> None:
    _, text = make(olive, *Scope)
    answer = Client().generic(method, f"/api/v1/{path}", headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "session_only")


def test_only_a_digest_is_kept(olive: Person) -> None:
    made, text = make(olive)
    secret = text.partition(".")[2]
    kept = Token.objects.filter(pk=made.pk).values().get()
    assert secret not in str(kept)
    assert kept["secret_sha256"] == tokens.digest(secret)
    assert len(secret) == 43


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("cnt_", "cnt-"),
        lambda text: "cnt_" + "0" * 16 + text[20:],
        lambda text: text.upper(),
        lambda _text: "",
        lambda _text: "x" * 5000,
    ],
)
def test_a_token_that_is_not_quite_one_is_401_with_a_sentence(olive: Person, spoil: object) -> None:
    _, text = make(olive)
    assert callable(spoil)
    assert get("cameo", spoil(text)) == (401, "token_invalid")
    answer = Client().get("/api/v1/cameo", headers={"Authorization": f"Bearer {spoil(text)}"})
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends_when_it_is_revoked_when_its_time_is_up_and_with_its_account(olive: Person) -> None:
    revoked, one = make(olive)
    tokens.revoke(olive, token=revoked.public_id)
    ended, two = make(olive)
    Token.objects.filter(pk=ended.pk).update(
        created_at=timezone.now() - timedelta(days=8), expires_at=timezone.now() - timedelta(seconds=1)
    )
    sten = cast.sten()
    _, three = make(sten)
    Person.objects.filter(pk=sten.pk).update(is_active=False)
    assert [get("cameo", text)[0] for text in (one, two, three)] == [401, 401, 401]


def test_somebody_elses_token_cannot_be_revoked(olive: Person) -> None:
    made, text = make(olive)
    with pytest.raises(TokenError):
        tokens.revoke(cast.felix(), token=made.public_id)
    assert get("cameo", text)[0] == 200


def test_a_token_is_noted_as_used_once_a_minute(olive: Person) -> None:
    made, text = make(olive)
    get("cameo", text)
    made.refresh_from_db()
    first = made.last_used_at
    get("cameo", text)
    made.refresh_from_db()
    assert first is not None
    assert made.last_used_at == first


def test_making_and_revoking_are_told_to_the_person_whatever_they_prefer(olive: Person) -> None:
    made, _ = make(olive)
    tokens.revoke(olive, token=made.public_id)
    tokens.revoke(olive, token=made.public_id)
    assert list(Notice.objects.filter(person=olive).values_list("kind", flat=True)) == ["security.token"] * 2


@pytest.mark.parametrize(("scopes", "days"), [([], 7), ([Scope.CAMEO_READ], 0), ([Scope.CAMEO_READ], 366)])
def test_a_token_needs_a_scope_and_an_end_within_a_year(olive: Person, scopes: list[Scope], days: int) -> None:
    with pytest.raises(TokenError):
        tokens.make(olive, name="x", scopes=scopes, days=days)


def test_nobody_has_more_than_twenty_tokens(olive: Person) -> None:
    for _ in range(tokens.MOST):
        make(olive)
    with pytest.raises(TokenError, match="Revoke one"):
        make(olive)


def test_the_table_takes_no_unknown_scope_and_no_longer_life(olive: Person) -> None:
    made, _ = make(olive)
    rows = Token.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError, match="token_scopes_known"), transaction.atomic():
        rows.update(scopes=["everything"])
    with pytest.raises(IntegrityError, match="token_scopes_known"), transaction.atomic():
        rows.update(scopes=[])
    with pytest.raises(IntegrityError, match="token_lives"), transaction.atomic():
        rows.update(expires_at=made.created_at + timedelta(days=400))


def test_guessing_is_slowed_down_and_right_tokens_are_not(olive: Person) -> None:
    cache.clear()
    _, text = make(olive)
    answers = [get("cameo", "cnt_wrong") for _ in range(32)]
    assert answers[-1] == (429, "throttled")
    assert get("cameo", text) == (200, "")
    cache.clear()


def test_no_token_is_ever_logged(olive: Person, caplog: pytest.LogCaptureFixture) -> None:
    _, text = make(olive)
    with caplog.at_level(logging.DEBUG):
        get("cameo", text)
        get("cameo", text[:-1])
        get("grants", text)
    secret = text.partition(".")[2]
    assert secret[:-1] not in caplog.text
    assert logs.harmless(text) == "(withheld)"
    assert logs.harmless(f"Bearer:{text}") == "(withheld)"


def test_the_page_shows_a_new_token_once(olive: Person) -> None:
    client = signed_in(olive)
    body = {"name": "my phone", "scopes": ["jobs:write", "jobs:read"], "days": 30}
    made = client.post("/settings/tokens", body).content.decode()
    token = Token.objects.get()
    shown = f"cnt_{token.public_id}."
    assert (token.name, token.scopes) == ("my phone", ["jobs:read", "jobs:write"])
    assert shown in made
    assert shown not in client.get("/settings/tokens").content.decode()
    assert client.post(f"/settings/tokens/{token.public_id}/revoke").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at
    assert signed_in(cast.felix()).post(f"/settings/tokens/{token.public_id}/revoke").status_code == 404


def test_the_page_says_what_is_wrong(olive: Person) -> None:
    answer = signed_in(olive).post("/settings/tokens", {"name": "x", "days": 30})
    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_over_the_api_a_token_is_made_listed_and_ended_in_a_session(olive: Person) -> None:
    cache.clear()
    client = signed_in(olive)
    body = {"name": "backup", "scopes": ["receipts:read"], "days": 1}
    made = client.post("/api/v1/tokens", body, content_type="application/json")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    told = made.json()
    assert get("receipts", told["token"]) == (200, "")
    (listed,) = client.get("/api/v1/tokens").json()["tokens"]
    assert "token" not in listed
    assert client.delete(f"/api/v1/tokens/{told['id']}").json()["revoked_at"]
    assert get("receipts", told["token"]) == (401, "token_invalid")
    wrong = client.post("/api/v1/tokens", {**body, "scopes": ["all"]}, content_type="application/json")
    assert wrong.json()["error"]["code"] == "invalid"


def test_every_scope_has_words_for_the_page() -> None:
    from consent.views.tokens import SCOPES  # noqa: PLC0415

    assert set(SCOPES) == set(Scope)


def test_the_page_has_one_form_whose_fields_are_there_once(olive: Person) -> None:
    page = signed_in(olive).get("/settings/tokens").content.decode()
    assert page.count('name="name"') == 1
    assert page.count('value="receipts:read"') == 1
