import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consent.accounts import guardians, notices, stewards, ties
from consent.accounts.kinds import KINDS, Group
from consent.models import Block, Cameo, Follow, Guardianship, Invite, Notice, Person
from safety.models import Case, Decision
from safety.review.decide import decide
from tests import cast

pytestmark = pytest.mark.django_db
EVIDENCE = "Certificate of inheritance; I can bring the original."


@pytest.fixture(autouse=True)
def nobody_was_slowed_down() -> None:
    cache.clear()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def ask(client: Client, method: str, path: str, status: int = 200, /, **body: object) -> dict[str, Any]:
    answer = client.generic(method, f"/api/v1/{path}", json.dumps(body, default=str), "application/json")
    assert answer.status_code == status, (method, path, answer.status_code, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def test_following_and_its_end() -> None:
    olive, client = cast.olive(), signed_in(cast.sten())
    assert ask(client, "PUT", "follows/olive")["you_follow"] is True
    assert ask(client, "PUT", "follows/@Olive")["you_follow"] is True
    assert ask(client, "GET", "follows") == {"following": ["olive"], "followers": []}
    assert ask(signed_in(olive), "GET", "follows") == {"following": [], "followers": ["sten"]}
    assert ask(client, "DELETE", "follows/olive")["you_follow"] is False
    assert not Follow.objects.exists()
    assert ask(client, "PUT", "follows/sten", 400)["error"]["code"] == "oneself"


def test_whoever_is_blocked_hears_what_they_would_hear_of_nobody() -> None:
    olive, sten = cast.olive(), cast.sten()
    assert ask(signed_in(olive), "PUT", "blocks/sten")["you_block"] is True
    client = signed_in(sten)
    for method, path in [("GET", "people"), ("PUT", "follows"), ("DELETE", "follows"), ("PUT", "blocks")]:
        there = ask(client, method, f"{path}/olive", 404)
        nobody = ask(client, method, f"{path}/nobody", 404)
        assert there == nobody
    told = {"person": "olive", "i_am": "guardian"}
    elsewhere = {"person": "nobody", "i_am": "guardian"}
    assert ask(client, "POST", "guardianships", 404, **told) == ask(client, "POST", "guardianships", 404, **elsewhere)
    assert ask(signed_in(olive), "GET", "people/sten")["you_block"] is True
    assert ask(signed_in(olive), "GET", "blocks") == {"blocked": ["sten"]}
    assert ask(signed_in(olive), "DELETE", "blocks/sten")["you_block"] is False
    assert not Block.objects.exists()


def test_a_family_over_the_api() -> None:
    tess, pat = cast.tess(), cast.pat()
    for person in (tess, pat):
        cast.cameo(person)
    teen, parent, stranger = signed_in(tess), signed_in(pat), signed_in(cast.sten())
    made = ask(parent, "POST", "guardianships", 201, person="tess", i_am="guardian")
    path = f"guardianships/{made['id']}"
    assert ask(stranger, "POST", f"{path}/confirm", 404) == ask(stranger, "POST", "guardianships/none/confirm", 404)
    assert ask(parent, "POST", f"{path}/confirm", 409)["error"]["code"] == "guardian"
    assert ask(teen, "GET", "guardianships")["guardianships"][0]["waits_for_you"] is True
    assert ask(teen, "POST", f"{path}/confirm")["state"] == "live"
    for client in (stranger, teen):
        ask(client, "PUT", f"{path}/agreement", 404)
    assert ask(parent, "PUT", f"{path}/agreement")["agreed"] is True
    assert not guardians.is_missing(tess)
    assert ask(parent, "DELETE", f"{path}/agreement")["agreed"] is False
    ask(stranger, "DELETE", path, 404)
    assert ask(teen, "DELETE", path)["state"] == "ended"
    assert ask(parent, "GET", "guardianships") == {"guardianships": []}


def test_an_estate_over_the_api() -> None:
    olive, sol = cast.olive(), cast.person("sol")
    client, stranger = signed_in(sol), signed_in(cast.sten())
    until = timezone.now() + timedelta(days=30)
    made = ask(client, "POST", "stewards", 201, person="olive", role="estate", evidence=EVIDENCE, until=until)
    assert "evidence" not in made
    ask(client, "POST", f"stewards/{made['id']}/pause", 404)
    case = Case.objects.get(kind=stewards.KIND)
    decide(case.public_id, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="Seen.")
    assert ask(client, "POST", f"stewards/{made['id']}/pause")["state"] == "paused"
    ask(stranger, "POST", f"stewards/{made['id']}/resume", 404)
    ask(stranger, "DELETE", f"stewards/{made['id']}", 404)
    assert ask(signed_in(olive), "DELETE", f"stewards/{made['id']}")["state"] == "ended"
    ask(client, "POST", f"stewards/{made['id']}/resume", 404)
    assert Cameo.objects.get(owner=olive).state == "paused"


def test_a_delegate_over_the_api() -> None:
    pat, felix = cast.pat(), cast.person("felix")
    until = timezone.now() + timedelta(days=30)
    told = {"person": "felix", "role": "delegate", "evidence": EVIDENCE, "until": until}
    assert ask(signed_in(pat), "POST", "stewards", 409, **told)["error"]["message"].startswith("Tick at least one")
    made = ask(signed_in(pat), "POST", "stewards", 201, **told, powers=["pause"])
    ask(signed_in(pat), "POST", f"stewards/{made['id']}/accept", 409)
    assert ask(signed_in(felix), "POST", f"stewards/{made['id']}/accept")["state"] == "waiting"


def test_invites_over_the_api() -> None:
    client, stranger = signed_in(cast.olive()), signed_in(cast.sten())
    codes = {ask(client, "POST", "invites", 201)["code"] for _ in range(4)}
    assert len(codes) == 4
    assert ask(client, "POST", "invites", 409)["error"]["code"] == "invite"
    listed = ask(client, "GET", "invites")
    assert (listed["left"], len(listed["invites"])) == (0, 4)
    assert not any(code in json.dumps(listed) for code in codes)
    ask(stranger, "POST", f"invites/{listed['invites'][0]['id']}/replace", 404)
    assert ask(client, "POST", f"invites/{listed['invites'][0]['id']}/replace")["code"] not in codes
    assert Invite.objects.count() == 4


def test_notices_over_the_api_are_ones_own() -> None:
    olive, client, stranger = cast.olive(), signed_in(cast.olive()), signed_in(cast.sten())
    told = [notices.tell(olive.pk, "grant.made", f"Sentence {number}.") for number in range(3)]
    assert told[0] is not None
    listed = ask(client, "GET", "notices")
    assert listed["unread"] == 3
    assert [one["sentence"] for one in listed["notices"]] == ["Sentence 2.", "Sentence 1.", "Sentence 0."]
    older = ask(client, "GET", f"notices?before={listed['notices'][1]['id']}")["notices"]
    assert [one["sentence"] for one in older] == ["Sentence 0."]
    ask(stranger, "POST", f"notices/{told[0].public_id}/read", 404)
    assert ask(client, "POST", f"notices/{told[0].public_id}/read")["read_at"]
    assert ask(client, "POST", "notices/read") == {"read": 2}
    assert not Notice.objects.filter(read_at=None).exists()


def test_preferences_over_the_api_leave_what_cannot_be_off() -> None:
    client = signed_in(cast.olive())
    listed = ask(client, "GET", "notice-preferences")["preferences"]
    assert len(listed) == 2 * len(KINDS)
    assert all(one["wanted"] for one in listed if one["locked"])
    for name, kind in KINDS.items():
        status = 200 if kind.group is Group.PEOPLE else 400
        ask(client, "PUT", "notice-preferences", status, kind=name, channel="inbox", wanted=False)
    ask(client, "PUT", "notice-preferences", 400, kind="nothing", channel="inbox", wanted=True)


def test_a_birth_date_over_the_api() -> None:
    client = signed_in(cast.tess())
    assert ask(client, "POST", "birth-date", 202, birth_date=cast.birthday(20))["state"] == "waiting"
    assert ask(client, "POST", "birth-date", 409, birth_date=cast.birthday(21))["error"]["code"] == "birth_date"


@pytest.mark.parametrize(
    "path",
    ["people/olive", "follows", "blocks", "guardianships", "stewards", "invites", "notices", "notice-preferences"],
)
def test_nobody_reads_this_without_signing_in(path: str) -> None:
    cast.olive()
    assert Client().get(f"/api/v1/{path}").status_code in {401, 403}


def test_following_somebody_who_blocks_one_is_following_nobody() -> None:
    olive, sten = cast.olive(), cast.sten()
    ties.block(olive.pk, dst=sten.pk)
    ask(signed_in(sten), "PUT", "follows/olive", 404)
    assert not Follow.objects.exists()
    assert not Guardianship.objects.exists()
