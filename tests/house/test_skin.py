"""The shared skin: strict headers, pages for every no, nothing from elsewhere, nothing inline without a nonce."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from config.middleware import refuse_oversized
from tests import cast

ERRORS = ["400.html", "403.html", "403_csrf.html", "404.html", "410.html", "413.html", "429.html", "500.html"]


def templates() -> list[str]:
    folders = [settings.ROOT / app for app in ("config", "consent", "generation", "provenance", "safety")]
    return [str(path) for folder in folders for path in folder.rglob("templates/**/*.html")]


@pytest.mark.django_db
def test_every_page_comes_with_a_strict_policy() -> None:
    answer = Client().get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in answer["Permissions-Policy"]


@pytest.mark.parametrize("path", templates())
def test_no_template_reaches_elsewhere_or_carries_anything_inline(path: str) -> None:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a name is a better test id than a Path
        text = re.sub(r"{% comment %}.*?{% endcomment %}", "", file.read(), flags=re.DOTALL)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", text)
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert all("nonce" in tag or "src=" in tag or "json" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert all("nonce" in tag for tag in re.findall(r"<style[^>]*>", text))


@pytest.mark.parametrize("name", ERRORS)
def test_every_no_has_a_page_that_says_what_to_do_and_never_a_number(name: str) -> None:
    text = render_to_string(name)
    assert text.count("<h1>") == 1
    assert name.split(".", maxsplit=1)[0].split("_", maxsplit=1)[0] not in re.sub(r"<[^>]+>", "", text)


@pytest.mark.django_db
def test_an_address_that_is_not_there_gets_our_page() -> None:
    answer = Client().get("/nowhere/at/all")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_body_that_is_too_large_is_refused_unread() -> None:
    def handler(_: HttpRequest) -> HttpResponse:
        return HttpResponse("read")

    small = RequestFactory().post("/verify", b"x", content_type="application/octet-stream")
    large = RequestFactory().post("/verify", b"x", content_type="application/octet-stream")
    large.META["CONTENT_LENGTH"] = str(settings.BODY_MAX_BYTES + 1)
    assert refuse_oversized(handler)(small).status_code == 200
    assert refuse_oversized(handler)(large).status_code == 413


@pytest.mark.django_db
def test_guessing_passwords_is_stopped_and_explained() -> None:
    cast.olive()
    client = Client()
    wrong = {"login": "olive", "password": "wrong wrong wrong"}
    answers = [client.post("/accounts/login/", wrong).status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    answer = client.post("/accounts/login/", {"login": "olive", "password": cast.PASSWORD})
    assert answer.status_code == 429


@pytest.mark.django_db
def test_somebody_signs_in_with_their_handle() -> None:
    cast.olive()
    client = Client()
    answer = client.post("/accounts/login/", {"login": "olive", "password": cast.PASSWORD})
    assert answer.status_code == 302
    assert "@olive" in client.get("/").content.decode()


@pytest.mark.parametrize("file", ["tokens.css", "base.css", "page.js", "mark.svg", "django_htmx/htmx-2.min.js"])
def test_what_the_frame_links_to_is_there(file: str) -> None:
    assert finders.find(file)


def test_every_component_says_what_it_takes() -> None:
    for path in (settings.ROOT / "config" / "templates" / "components").iterdir():
        assert path.read_text(encoding="utf-8").startswith("{% comment %}"), path.name
