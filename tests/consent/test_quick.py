"""The short road to a pre-check recognises nobody whom the long one would not, and says the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from consent import gate
from consent.accounts import tokens
from consent.accounts.tokens import Scope
from consent.api import quick
from consent.grants import known
from consent.models import Cameo, Person, Token
from tests import cast

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/permissions/check"


@pytest.fixture(autouse=True)
def afresh() -> None:
    quick.LEFT.clear()
    quick.CAME.clear()
    quick.SIGNED.clear()
    known.CAMEOS.clear()
    cache.clear()


def ask(client: Client, cameos: str = "olive", **headers: Any) -> Any:  # noqa: ANN401 - the test client's
    return client.get(WHERE, {"cameo": cameos}, **headers)


def recognised(client: Client, person: Person, *, bearer: str = "") -> bool:
    """Say whether the short road takes this request, once it was noted who came by it."""
    request = RequestFactory().get(WHERE, headers={"Authorization": bearer} if bearer else {})
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    quick.LEFT[person.pk] = 9
    quick.remember(request, person=person.pk)
    known.learn(["olive"])
    found = quick.answers(request, handles=["olive"], uses=1, categories=frozenset(), scope=Scope.PERMISSIONS_READ)
    return found is not None


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_both_roads_say_the_same() -> None:
    cast.olive()
    client = signed_in(cast.felix())
    cast.cameo(cast.felix())
    long = ask(client, "olive,@Felix,olive")
    with CaptureQueriesContext(connection) as queries:
        short = ask(client, "olive,@Felix,olive")
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 1
    assert short.json() == long.json()
    assert short.headers["Vary"] == "Accept, Authorization, Cookie"
    assert [answer["cameo"] for answer in short.json()["answers"]] == ["olive", "felix"]


def test_what_is_asked_wrongly_is_refused_on_the_long_road() -> None:
    client = signed_in(cast.felix())
    ask(client)
    answer = ask(client, ",".join(f"p{n}" for n in range(17)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_a_session_is_recognised_until_it_ends() -> None:
    cast.olive()
    felix = cast.felix()
    client = signed_in(felix)
    assert recognised(client, felix)
    assert not recognised(client, cast.sten()), "a note that is wrong is not believed"
    store = client.session
    store.set_expiry(-1)
    store.save()
    assert not recognised(client, felix)


@pytest.mark.parametrize(
    "ending", ["sign out", "new password", "closed account", "unknown backend", "no hash", "other key", "forged"]
)
def test_nobody_is_recognised_by_a_session_that_django_would_not_take(ending: str) -> None:
    cast.olive()
    felix = cast.felix()
    client = signed_in(felix)
    assert recognised(client, felix)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    match ending:
        case "sign out":
            client.logout()
            client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        case "new password":
            felix.set_password("another long passphrase")
            felix.save()
        case "closed account":
            Person.objects.filter(pk=felix.pk).update(is_active=False)
        case "unknown backend":
            store = client.session
            store[BACKEND_SESSION_KEY] = "somewhere.Else"
            store.save()
        case "no hash":
            store = client.session
            del store[HASH_SESSION_KEY]
            store.save()
        case "other key":
            row = Session.objects.get(session_key=cookie)
            salt = SessionStore().key_salt
            Session.objects.update(session_data=signing.dumps(row.get_decoded(), key="not ours", salt=salt))
        case _:
            client.cookies[settings.SESSION_COOKIE_NAME] = cookie[::-1]
    assert not recognised(client, felix)
    assert ask(client).status_code == 401


def test_a_token_is_recognised_until_it_ends_and_for_its_scope_alone() -> None:
    cast.olive()
    felix = cast.felix()
    made, text = tokens.make(felix, name="x", scopes=[Scope.PERMISSIONS_READ], days=2)
    rows = Token.objects.filter(pk=made.pk)
    rows.update(last_used_at=timezone.now())
    assert recognised(Client(), felix, bearer=f"Bearer {text}")
    assert not recognised(Client(), cast.sten(), bearer=f"Bearer {text}")
    for wrong in (f"Basic {text}", f"Bearer {text[:-1]}x", "Bearer", "Bearer cnt_x"):
        assert not recognised(signed_in(felix), felix, bearer=wrong), "a session does not stand in for a wrong token"
    rows.update(last_used_at=timezone.now() - timedelta(minutes=2))
    assert not recognised(Client(), felix, bearer=f"Bearer {text}"), "the long road notes that it is used"
    rows.update(last_used_at=timezone.now(), scopes=[Scope.JOBS_READ.value])
    assert not recognised(Client(), felix, bearer=f"Bearer {text}")
    rows.update(scopes=[Scope.PERMISSIONS_READ.value])
    tokens.revoke(felix, token=made.public_id)
    assert not recognised(Client(), felix, bearer=f"Bearer {text}")


def test_a_token_is_not_recognised_once_it_has_run_out_or_its_account_is_closed() -> None:
    cast.olive()
    felix = cast.felix()
    made, text = tokens.make(felix, name="x", scopes=[Scope.PERMISSIONS_READ], days=2)
    now = timezone.now()
    Token.objects.filter(pk=made.pk).update(last_used_at=now, created_at=now - timedelta(days=2))
    assert recognised(Client(), felix, bearer=f"Bearer {text}")
    Token.objects.filter(pk=made.pk).update(expires_at=now - timedelta(seconds=1))
    assert not recognised(Client(), felix, bearer=f"Bearer {text}")
    Token.objects.filter(pk=made.pk).update(expires_at=now + timedelta(days=1))
    assert recognised(Client(), felix, bearer=f"Bearer {text}")
    Person.objects.filter(pk=felix.pk).update(is_active=False)
    assert not recognised(Client(), felix, bearer=f"Bearer {text}")
    assert ask(Client(), headers={"Authorization": f"Bearer {text}"}).status_code == 401


def test_a_session_that_changes_hands_is_looked_at_again() -> None:
    """The same cookie, noted for Felix, by now signs in Sten; that their password's row is the same does not help."""
    cast.olive()
    felix, sten = cast.felix(), cast.sten()
    sten.password = felix.password
    sten.save()
    client = signed_in(felix)
    assert recognised(client, felix)
    store = client.session
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(sten.pk), sten.get_session_auth_hash()
    store.save()
    assert not recognised(client, felix)
    assert recognised(client, sten)


def test_nothing_but_a_plain_question_takes_the_short_road(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.olive()
    client = signed_in(cast.felix())
    ask(client)
    short: list[bool] = []
    real = quick.answers

    def answers(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - the real one's
        found = real(*args, **named)
        short.append(found is not None)
        return found

    monkeypatch.setattr(quick, "answers", answers)
    assert ask(client).status_code == 200
    assert client.head(WHERE, {"cameo": "olive"}).status_code == 200
    assert client.post(f"{WHERE}?cameo=olive").status_code == 405
    assert ask(client, headers={"Accept": "text/html"}).headers["Content-Type"].startswith("text/html")
    assert short == [True, False, False, False]


def test_the_short_road_lies_behind_every_rule_for_requests(settings: Settings) -> None:
    """The house's host, its headers, nothing to keep for others: as on the long road."""
    cast.olive()
    client = signed_in(cast.felix())
    long, short = ask(client), ask(client)
    volatile = {"Vary", "Allow", "Content-Length"}
    rules = [{k: v for k, v in answer.headers.items() if k not in volatile} for answer in (long, short)]
    assert rules[0] == rules[1]
    assert set(short.headers["Vary"].split(", ")) >= {"Accept", "Cookie", "Authorization"}
    settings.ALLOWED_HOSTS = ["countenance.example"]
    assert ask(client, headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "{1,2}", "'; --", "é" * 40])
def test_what_a_cookie_or_a_header_holds_is_never_more_than_a_value(odd: str) -> None:
    cast.olive()
    felix = cast.felix()
    client = signed_in(felix)
    client.cookies[settings.SESSION_COOKIE_NAME] = odd
    assert not recognised(client, felix)
    assert not recognised(Client(), felix, bearer=f"Bearer {odd}")
    assert known.remembered([odd]) == {}


def test_a_question_costs_the_same_person_one_try_however_they_come() -> None:
    cast.olive()
    felix = cast.felix()
    client = signed_in(felix)
    _, text = tokens.make(felix, name="x", scopes=[Scope.PERMISSIONS_READ], days=2)
    answers = [ask(client).status_code for _ in range(150)]
    answers += [ask(Client(), headers={"Authorization": f"Bearer {text}"}).status_code for _ in range(151)]
    assert answers == [200] * 300 + [429]


def test_three_hundred_questions_a_minute_are_answered_and_the_next_is_not() -> None:
    cast.olive()
    client = signed_in(cast.felix())
    answers = [ask(client).status_code for _ in range(301)]
    assert answers == [200] * 300 + [429]


def test_a_handle_that_names_somebody_else_by_now_is_looked_up_again() -> None:
    olive, felix = cast.olive(), cast.felix()
    cast.cameo(felix, audience=Cameo.Audience.EVERYONE)
    sten = cast.sten()
    known.CAMEOS["olive"] = felix.cameo.pk
    (answer,) = gate.check(sten.pk, ["olive"])
    assert (answer.handle, answer.may) == ("olive", False)
    assert known.CAMEOS["olive"] == olive.cameo.pk


def test_an_error_on_the_short_road_leads_to_the_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.olive()
    client = signed_in(cast.felix())
    before = ask(client).json()
    monkeypatch.setattr(quick, "SESSION", "SELECT broken")
    assert ask(client).json() == before
