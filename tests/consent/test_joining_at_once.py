"""Two people who sign up at the same moment: one account, one sentence, never a 500."""

import re
from functools import partial
from itertools import count

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from consent.accounts import invites
from consent.errors import InviteError
from consent.models import Invite, Person
from tests import cast
from tests.consent.threads import together

AT_ONCE = 4
ADDRESSES = (f"198.51.{part}.{place}" for part in count() for place in range(1, 250))  # each limited by itself


def form(**changed: str) -> dict[str, str]:
    return {
        "email": "nora@example.org",
        "handle": "nora",
        "birth_date": "1999-05-01",
        "country": "DE",
        "password1": cast.PASSWORD,
        "password2": cast.PASSWORD,
        **changed,
    }


def sign_up(fields: dict[str, str]) -> HttpResponse:
    client = Client(raise_request_exception=False)
    return cast_to(client.post(reverse("account_signup"), fields, REMOTE_ADDR=next(ADDRESSES)))


def cast_to(answer: object) -> HttpResponse:
    """Return a test client's answer as what it is."""
    assert isinstance(answer, HttpResponse)
    return answer


def complaints(answer: HttpResponse) -> list[str]:
    return re.findall(r'class="error"[^>]*>(.*?)<', answer.content.decode(), re.DOTALL)


def at_once(forms: list[dict[str, str]]) -> list[HttpResponse]:
    came = together([partial(sign_up, fields) for fields in forms])
    assert all(isinstance(answer, HttpResponse) for answer in came), came
    answers = [answer for answer in came if isinstance(answer, HttpResponse)]
    assert sorted(answer.status_code for answer in answers) == [200] * (len(forms) - 1) + [302]
    assert all(len(complaints(answer)) == 1 for answer in answers if answer.status_code == 200)
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_many_who_want_one_handle_at_once_one_gets_it(round_: int) -> None:
    alike = ["nora", "n0ra", "no_ra", "nora"]
    at_once([form(handle=handle, email=f"{place}@example.org") for place, handle in enumerate(alike)])
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_many_who_use_one_address_at_once_one_gets_it(round_: int) -> None:
    at_once([form(handle=f"nora{'abcd'[place]}") for place in range(AT_ONCE)])
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_a_leaked_invite_lets_in_one(settings: Settings, round_: int) -> None:
    settings.INVITES_REQUIRED = True
    code = invites.make(cast.olive())
    names = ["anna", "bert", "cleo", "dora"]
    answers = at_once([form(handle=name, email=f"{name}@example.org", invite=code) for name in names])
    assert any("used already" in complaint for answer in answers for complaint in complaints(answer))
    assert Person.objects.filter(handle__in=names).count() == 1
    assert Invite.objects.get().redeemed_by == Person.objects.get(handle__in=names)


@pytest.mark.django_db(transaction=True)
def test_nobody_makes_a_fifth_invite_however_many_windows_are_open() -> None:
    olive = cast.olive()
    came = together([partial(invites.make, olive) for _ in range(8)])
    assert all(isinstance(answer, str | InviteError) for answer in came), came
    for _ in range(4):
        if Invite.objects.count() < 4:
            invites.make(olive)
    assert sorted(Invite.objects.values_list("slot", flat=True)) == [1, 2, 3, 4]
    with pytest.raises(InviteError, match="all 4"):
        invites.make(olive)
