"""Every address, role and method: let in, sent to sign in, or told nothing, as ``tests.house.roles`` says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLResolver, get_resolver

from tests.house.roles import ANONYMOUS, ROWS, SIGN_IN, SIGNED_IN, TOKEN, Rule
from tests.house.scene import Scene, set_up

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
CHANGES = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": "[^"]*"')
WORDS = {"action", "handle", "act", "what", "role"}  # parameters that are no ids: everybody may know them
MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SOME = (ANONYMOUS, TOKEN, "sten")  # enough to see that a method does nothing
pytestmark = pytest.mark.django_db


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every route of the URLconf, spelt as it stands there."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        yield from routes(one, route) if isinstance(one, URLResolver) else [route]


ALL = list(routes(get_resolver()))
ACCOUNTS = [route.removeprefix("accounts/") for route in ALL if route.startswith("accounts/")]
ADMIN = [route for route in ALL if route.startswith("admin/")]
OURS = [route for route in ALL if not route.startswith(("accounts/", "admin/"))]


@dataclass(frozen=True)
class Asked:
    """One question: who sends what where."""

    role: str
    method: str
    route: str

    @property
    def is_api(self) -> bool:
        """Whether programs are meant."""
        return self.route.startswith("api/")


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Scene]:  # noqa: ANN401
    """One world for all rows: each question is rolled back, and so is the world at the end."""
    home, before = tmp_path_factory.mktemp("media"), settings.MEDIA_HOME
    with django_db_blocker.unblock(), transaction.atomic():
        settings.MEDIA_HOME = home
        yield set_up()
        transaction.set_rollback(True)
    settings.MEDIA_HOME = before


def address(route: str, ids: dict[str, str]) -> str:
    """A path that this route takes, with these ids."""
    path = PARAMETER.sub(lambda found: ids[found[1] or found[2]], route)
    return "/" + path.replace("^", "").replace("$", "").replace("\\", "")


def strangers(ids: dict[str, str]) -> dict[str, str]:
    """Ids that look the same and never were."""
    return {name: value if name in WORDS else "0" * len(value) for name, value in ids.items()}


def ask(scene: Scene, asked: Asked, rule: Rule | None, *, ids: dict[str, str]) -> tuple[int, bytes, str]:
    """Ask, undo whatever it did, and return status, body (without what changes every time), and where it sends one."""
    client = Client(raise_request_exception=False)
    with transaction.atomic(), override_settings(MEDIA_HOME=scene.media, CACHES=MEMORY):
        cache.clear()
        if asked.role in SIGNED_IN:
            client.force_login(scene.people[asked.role], backend=settings.AUTHENTICATION_BACKENDS[-1])
        weak = scene.tokens["notice" not in asked.route]
        headers = {"Authorization": f"Bearer {weak}"} if asked.role == TOKEN else {}
        path = address(asked.route, ids) + (f"?{rule.query}" if rule and rule.query else "")
        send = partial(getattr(client, asked.method.lower()), path, headers=headers)
        answer = sent(send, asked, dict(rule.body or {}) if rule else {})
        told = answer.status_code, plain(answer, asked.route, ids), answer.headers.get("Location", "")
        transaction.set_rollback(True)
    return told


def sent(send: Any, asked: Asked, body: dict[str, Any]) -> HttpResponseBase:  # noqa: ANN401  (a method of the client)
    """Send it the way a program or a form would."""
    if asked.method == "GET":
        answer: HttpResponseBase = send()
        return answer
    return send(body, content_type="application/json") if asked.is_api else send(body)  # type: ignore[no-any-return]


def plain(answer: HttpResponseBase, route: str, ids: dict[str, str]) -> bytes:
    """The body without the ids of its address, tokens and nonces."""
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    for found in PARAMETER.finditer(route):
        body = body.replace(ids[found[1] or found[2]].encode(), b"ID")
    return CHANGES.sub(b"", body)


def expected(asked: Asked, rule: Rule | None) -> set[int]:
    """The statuses that the table allows."""
    if any(each.is_hidden for each in ROWS[asked.route].values()) and asked.role != "mo":
        return {404}
    unknown = {401} if asked.is_api else {302}
    if rule is None:  # nothing is done by this method, whoever asks
        return {404} if asked.route == "api/v1/" else {405} if asked.role in SIGNED_IN else {405, 403} | unknown
    if asked.role in rule.people:
        return set(rule.ok)
    if asked.role == ANONYMOUS:
        return unknown
    if asked.role == TOKEN:
        return {403} if asked.is_api else {302}
    return {rule.otherwise.get(asked.role, 404)}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert (sorted(set(OURS) - set(ROWS)), sorted(set(ROWS) - set(OURS))) == ([], [])
    assert len(OURS) == len(set(OURS))
    assert set(ACCOUNTS) >= SIGN_IN


@pytest.mark.parametrize("route", sorted(set(ROWS) & set(OURS)))
def test_everybody_gets_their_own_and_no_hint_of_anybody_elses(scene: Scene, route: str) -> None:
    missing, wrong = strangers(scene.ids), []
    for method in METHODS:
        rule = ROWS[route].get(method)
        for role in (ANONYMOUS, TOKEN, *SIGNED_IN) if rule else SOME:
            asked = Asked(role, method, route)
            status, body, to = ask(scene, asked, rule, ids=scene.ids)
            if status not in expected(asked, rule):
                wrong.append(f"{role} {method}: {status}, not {sorted(expected(asked, rule))}")
            if status == 302 and role in {ANONYMOUS, TOKEN} and not to.startswith("/accounts/login/"):
                wrong.append(f"{role} {method}: sent to {to}")
            is_outside = rule is not None and role not in rule.people and role not in rule.otherwise
            if is_outside and address(route, missing) != address(route, scene.ids):
                never = ask(scene, asked, rule, ids=missing)
                if never[:2] != (status, body):
                    wrong.append(f"{role} {method}: can tell what is there from what is not")
    assert not wrong, "; ".join(wrong)


@pytest.mark.parametrize("route", ACCOUNTS)
def test_signing_in_is_for_everybody_and_the_account_for_its_owner(scene: Scene, route: str) -> None:
    ids = {"pk": "1", "key": "x", "uidb36": "1"}
    status, _, to = ask(scene, Asked(ANONYMOUS, "GET", f"accounts/{route}"), None, ids=ids)
    if route in SIGN_IN:
        assert status in {200, 302, 405}
    else:
        assert (status, to.startswith("/accounts/")) == (302, True)


@pytest.mark.parametrize("route", ADMIN)
def test_the_admin_is_for_staff_and_shows_a_moderator_no_table(scene: Scene, route: str) -> None:
    ids = {"object_id": "1", "content_type_id": "1", "app_label": "consent", "url": "x", "id": "1", "user_id": "1"}
    for role in (ANONYMOUS, "olive", "mo"):
        status, body, to = ask(scene, Asked(role, "GET", route), None, ids=ids)
        if role != "mo":
            assert status in {302, 404} or route in {"admin/login/", "admin/jsi18n/"}, role
            assert status != 302 or "/login/" in to or to == "/admin/", (role, to)
        assert b"olive@example.org" not in body, role
        assert status < 500, role
