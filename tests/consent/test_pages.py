import json
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consent import gate
from consent.grants import grant
from consent.models import Cameo, Notice, Person, Receipt
from consent.permit import Use
from consent.receipts.issue import digest
from tests import cast

JOIN = {
    "email": "Nora@example.org",
    "handle": "@Nora",
    "display_name": "Nora",
    "birth_date": "1999-05-01",
    "country": "de",
    "password1": cast.PASSWORD,
    "password2": cast.PASSWORD,
}


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def first_line(client: Client) -> str:
    page = client.get("/").content.decode()
    found = re.search(r"<h1>(.*?)</h1>", page)
    assert found, page
    return found.group(1)


@pytest.mark.django_db
def test_a_newcomer_signs_up_and_sees_that_nobody_may_use_their_likeness() -> None:
    client = Client()
    assert client.get(reverse("account_signup")).status_code == 200
    answer = client.post(reverse("account_signup"), JOIN)
    assert answer.status_code == 302, answer.content.decode()
    nora = Person.objects.get(handle="nora")
    assert (nora.email, nora.country, str(nora.birth_date)) == ("nora@example.org", "DE", "1999-05-01")
    assert first_line(client) == "You have not lent your likeness to anyone."


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["olive", "olive@example.org"])
def test_people_sign_in_with_handle_or_e_mail(login: str) -> None:
    cast.olive()
    client = Client()
    assert client.post("/accounts/login/", {"login": login, "password": cast.PASSWORD}).status_code == 302
    assert first_line(client) == "Nobody may use your face. Nobody may use your voice."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"birth_date": str(cast.birthday(12))}, "Countenance is for people of 13 and older."),
        ({"handle": "olive"}, "Somebody has this handle already,"),
        ({"handle": "no spaces"}, "A handle is 2 to 30 letters a-z, digits or underscores."),
        ({"country": "1"}, "A country is its two letters, like DE."),
    ],
)
def test_signing_up_says_in_one_sentence_what_is_wrong(wrong: dict[str, str], sentence: str) -> None:
    cast.olive()
    answer = Client().post("/accounts/signup/", JOIN | wrong)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Person.objects.filter(handle="nora").exists()


@pytest.mark.django_db
def test_the_first_page_is_an_invitation_to_those_who_are_not_signed_in() -> None:
    page = Client().get("/")
    assert page.status_code == 200
    assert b"Sign in" in page.content


@pytest.mark.django_db
def test_olive_grants_felix_sees_it_in_the_first_line_and_takes_it_back() -> None:
    olive, felix = cast.olive(), cast.felix()
    client = signed_in(olive)
    given = client.post("/grants", {"person": "@felix", "uses": ["generate"]}, follow=True).content.decode()
    assert "1 person may use your face. Nobody may use your voice." in given
    assert "@felix may generate" in given
    assert Notice.objects.get(person=felix).sentence == "@olive lets you generate with their likeness."
    taken = client.post(f"/grants/{olive.cameo.grants.get().public_id}/revoke", follow=True).content.decode()
    assert "Nobody may use your face. Nobody may use your voice." in taken


@pytest.mark.django_db
def test_a_grant_form_that_is_wrong_comes_back_with_a_sentence() -> None:
    client = signed_in(cast.olive())
    answer = client.post("/grants", {"person": "nobody_here", "uses": ["generate"]})
    assert answer.status_code == 400
    assert "Nobody here is called @nobody_here." in answer.content.decode()
    own = client.post("/grants", {"person": "olive", "uses": ["generate"]})
    assert "Your own likeness is yours to use already." in own.content.decode()


@pytest.mark.django_db
def test_everyone_is_said_to_be_everyone() -> None:
    olive = cast.olive()
    client = signed_in(olive)
    client.post("/likeness/audience", {"audience": "everyone"})
    assert first_line(client) == "Everyone may use your face. Nobody may use your voice."
    assert gate.check(cast.sten().pk, ["olive"])[0].may


@pytest.mark.django_db
def test_a_teen_is_not_offered_and_not_given_a_wide_audience() -> None:
    tess = cast.tess()
    cameo = cast.cameo(tess)
    client = signed_in(tess)
    assert "people I follow who follow me" not in client.get("/").content.decode()
    client.post("/likeness/audience", {"audience": "everyone"})
    cameo.refresh_from_db()
    assert cameo.audience == Cameo.Audience.ONLY_ME


@pytest.mark.django_db
def test_pause_everything_says_so_with_the_time_and_stops_what_was_allowed() -> None:
    olive, felix = cast.olive(), cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    client = signed_in(olive)
    page = client.post("/likeness/pause", follow=True).content.decode()
    assert re.search(r"Paused at \d\d:\d\d:\d\d UTC", page)
    assert "Nobody may use your face." in page
    assert not gate.check(felix.pk, ["olive"])[0].may
    client.post("/likeness/resume")
    assert gate.check(felix.pk, ["olive"])[0].may


@pytest.mark.django_db
def test_what_olive_rules_out_is_refused_whoever_asks() -> None:
    olive, felix = cast.olive(), cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["politics", "commercial"])
    signed_in(olive).post("/likeness/ruled-out", {"categories": ["politics"]})
    (answer,) = gate.check(felix.pk, ["olive"], categories=frozenset({"politics"}))
    assert (answer.may, answer.reason) == (False, "category_ruled_out")
    assert gate.check(felix.pk, ["olive"], categories=frozenset({"commercial"}))[0].may


@pytest.mark.django_db
def test_a_receipt_can_be_checked_by_its_holder_and_is_nobody_elses() -> None:
    olive, felix = cast.olive(), cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    receipt = Receipt.objects.get(person=olive)
    told = json.loads(signed_in(olive).get(f"/receipts/{receipt.public_id}/file").content)
    assert digest(told["payload"], salt=told["salt"]) == told["digest"] == receipt.digest
    assert told["attestation"] == "attested by the operator only"
    assert signed_in(felix).get(f"/receipts/{receipt.public_id}/file").status_code == 404


@pytest.mark.django_db
def test_buttons_need_a_token_of_their_page() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olive(), backend=settings.AUTHENTICATION_BACKENDS[-1])
    assert client.post("/likeness/pause").status_code == 403
    assert Cameo.objects.get().state == Cameo.State.LIVE


@pytest.mark.django_db
def test_the_admin_shows_what_people_decided_and_changes_none_of_it() -> None:
    olive = cast.olive()
    given = grant.give(olive, person=cast.felix(), uses=[Use.GENERATE])
    root = Person.objects.create_superuser(
        "root_of_all", email="root@example.org", birth_date="1980-01-01", country="DE", password=cast.PASSWORD
    )
    client = signed_in(root)
    for table in ("person", "cameo", "grant", "permitrecord", "appearance", "receipt", "fact"):
        assert client.get(f"/admin/consent/{table}/").status_code == 200
        assert client.get(f"/admin/consent/{table}/add/").status_code == 403
    page = client.get(f"/admin/consent/receipt/{given.receipt.pk}/change/").content.decode()
    assert given.receipt.salt not in page
    assert client.post(f"/admin/consent/grant/{given.pk}/delete/", {"post": "yes"}).status_code == 403
