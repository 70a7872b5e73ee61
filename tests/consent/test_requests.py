"""Asking an owner for a yes, and what comes of it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from consent import gate
from consent.accounts import consents, guardians, ties
from consent.cameos.models import Cameo
from consent.errors import ConsentError, RequestError
from consent.grants import grant, mint, preferences, requests
from consent.grants import requests as asking
from consent.grants.requests import Wanted, Yes
from consent.models import Block, Grant, Notice, PermitRecord, Person
from consent.models import Request as Asked
from consent.permit import Permit, Reason, Refusal, Request, Use
from tests import cast

DRAFT, OTHER = "ab" * 32, "cd" * 32
State = Asked.State


def wanted(requester: Person, *, draft: str = DRAFT, cameos: tuple[str, ...] = ("olive",), text: str = "") -> Request:
    touched = frozenset({"politics"})
    return Request("job-1", requester.pk, cameos, draft, categories=touched, text=text or "@olive holds a speech")


def ask(requester: Person, *, draft: str = DRAFT, message: str = "") -> Asked:
    answer = gate.ask(wanted(requester, draft=draft), cameo="olive", shots=("4 s, 640x360",), message=message)
    assert isinstance(answer, str), answer
    return Asked.objects.get(public_id=answer)


def make(requester: Person, *, subject: str, draft: str = DRAFT) -> Refusal | None:
    permit = gate.authorize(wanted(requester, draft=draft))
    if isinstance(permit, Refusal):
        return permit
    with transaction.atomic():
        return gate.confirm(permit, subject=subject)


def reason(answer: Permit | Refusal | None) -> Reason:
    assert isinstance(answer, Refusal), answer
    return answer.reason


@pytest.fixture
def olive(db: None) -> Person:
    return cast.olive()


@pytest.fixture
def sten(olive: Person) -> Person:
    return cast.sten()


def test_a_stranger_asks_and_the_owner_sees_exactly_what_would_be_drawn(olive: Person, sten: Person) -> None:
    made = ask(sten, message="for our club")
    (seen,) = requests.to_answer(olive)
    assert (seen.pk, seen.prompt, seen.shots) == (made.pk, "@olive holds a speech", ["4 s, 640x360"])
    assert (seen.draft_digest, seen.message) == (DRAFT, "for our club")
    notice = Notice.objects.get(person=olive)
    assert (notice.kind, notice.about) == ("request.made", made.public_id)
    assert "speech" not in notice.sentence
    assert requests.before(seen) == "@sten has made no video with you before."


def test_asking_gives_nothing_and_asking_again_is_the_same_request(olive: Person, sten: Person) -> None:
    assert ask(sten).pk == ask(sten).pk
    assert Notice.objects.filter(person=olive).count() == 1
    assert reason(make(sten, subject="clip-1")) is Reason.ONLY_ME


def test_a_yes_to_one_video_is_good_for_that_video_once(olive: Person, sten: Person) -> None:
    made = ask(sten)
    found = requests.approve(olive, request=made.public_id, yes=Yes())
    assert (found.state, requests.standing(found)) == (State.APPROVED, State.APPROVED)
    assert Notice.objects.filter(person=sten, kind="request.answered").exists()
    assert reason(make(sten, subject="clip-0", draft=OTHER)) is Reason.ONLY_ME
    assert make(sten, subject="clip-1") is None
    assert gate.standing({"clip-1"}) == {"clip-1"}
    assert reason(make(sten, subject="clip-2")) is Reason.ONLY_ME
    assert gate.standing({"clip-1"}) == {"clip-1"}


def test_two_permits_on_one_yes_let_one_video_out(olive: Person, sten: Person) -> None:
    requests.approve(olive, request=ask(sten).public_id, yes=Yes())
    one, other = gate.authorize(wanted(sten)), gate.authorize(wanted(sten))
    assert isinstance(one, Permit)
    assert isinstance(other, Permit)
    with transaction.atomic():
        assert gate.confirm(one, subject="clip-1") is None
    with transaction.atomic():
        assert reason(gate.confirm(other, subject="clip-2")) is Reason.ONLY_ME
    with transaction.atomic():
        assert gate.confirm(one, subject="clip-1") is None


def test_of_two_that_were_judged_at_once_the_first_to_be_let_out_spends_the_yes(olive: Person, sten: Person) -> None:
    requests.approve(olive, request=ask(sten).public_id, yes=Yes())
    once = Grant.objects.get().pk
    for _ in range(2):
        assert isinstance(gate.authorize(wanted(sten)), Permit)
    one, other = PermitRecord.objects.order_by("pk")
    with transaction.atomic():
        assert mint.use_up(one, grants=[once])
        assert mint.use_up(one, grants=[once])
        assert not mint.use_up(other, grants=[once])


def test_a_spent_yes_that_is_revoked_takes_its_video_down(olive: Person, sten: Person) -> None:
    requests.approve(olive, request=ask(sten).public_id, yes=Yes())
    assert make(sten, subject="clip-1") is None
    grant.revoke(olive, grant=Grant.objects.get().public_id)
    assert gate.standing({"clip-1"}) == set()


def test_a_yes_to_one_video_gives_what_its_prompt_touches_and_nothing_else(olive: Person, sten: Person) -> None:
    requests.approve(olive, request=ask(sten).public_id, yes=Yes())
    given = Grant.objects.get()
    assert given.draft_digest == DRAFT
    assert gate.check(sten.pk, ["olive"])[0].reason is Reason.ONLY_ME


def test_a_yes_for_longer_is_a_grant_like_any_other(olive: Person, sten: Person) -> None:
    until = timezone.now() + timedelta(days=3)
    yes = Yes(
        once=False, uses=frozenset({Use.GENERATE, Use.PUBLISH}), categories=frozenset({"politics"}), expires_at=until
    )
    requests.approve(olive, request=ask(sten).public_id, yes=yes)
    given = Grant.objects.get()
    assert (given.draft_digest, given.expires_at) == ("", until)
    assert make(sten, subject="clip-0", draft=OTHER) is None
    assert make(sten, subject="clip-1") is None


def test_one_may_ask_in_general_and_then_needs_to_hear_until_when(olive: Person, sten: Person) -> None:
    made = requests.ask(sten, cameo=olive.cameo, wanted=Wanted(uses=frozenset({Use.GENERATE, Use.VOICE})))
    with pytest.raises(RequestError, match="until when"):
        requests.approve(olive, request=made.public_id, yes=Yes())
    requests.approve(olive, request=made.public_id, yes=Yes(once=False))
    assert gate.check(sten.pk, ["olive"], Use.VOICE)[0].may


def test_a_decline_is_told_and_gives_nothing(olive: Person, sten: Person) -> None:
    made = ask(sten)
    requests.decline(olive, request=made.public_id)
    made.refresh_from_db()
    assert requests.standing(made) == State.DECLINED
    assert Notice.objects.get(person=sten).sentence == "@olive said no to what you asked for."
    assert list(requests.to_answer(olive)) == []
    with pytest.raises(RequestError):
        requests.approve(olive, request=made.public_id, yes=Yes())


def test_whoever_is_blocked_sees_a_request_that_waits(olive: Person, sten: Person) -> None:
    made = ask(sten)
    requests.decline(olive, request=made.public_id, block=True)
    made.refresh_from_db()
    assert Block.objects.filter(src=olive, dst=sten).exists()
    assert requests.standing(made) == State.OPEN
    assert not Notice.objects.filter(person=sten).exists()
    Asked.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    made.refresh_from_db()
    assert requests.standing(made) == State.EXPIRED


def test_whoever_was_blocked_before_asks_like_anybody_and_is_heard_by_nobody(olive: Person, sten: Person) -> None:
    ties.block(olive.pk, dst=sten.pk)
    made = ask(sten)
    assert requests.standing(made) == State.OPEN
    assert list(requests.to_answer(olive)) == []
    assert not Notice.objects.exists()


def test_a_request_ends_by_itself(olive: Person, sten: Person) -> None:
    made = ask(sten)
    Asked.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    made.refresh_from_db()
    assert requests.standing(made) == State.EXPIRED
    with pytest.raises(RequestError, match="ended"):
        requests.approve(olive, request=made.public_id, yes=Yes())
    assert requests.sweep() == 1
    made.refresh_from_db()
    assert (made.state, requests.sweep()) == (State.EXPIRED, 0)


def test_one_takes_ones_own_request_back_and_nobody_elses(olive: Person, sten: Person) -> None:
    made = ask(sten)
    with pytest.raises(RequestError):
        requests.withdraw(cast.felix(), request=made.public_id)
    assert requests.withdraw(sten, request=made.public_id).state == State.WITHDRAWN
    assert requests.withdraw(sten, request=made.public_id).state == State.WITHDRAWN
    with pytest.raises(RequestError):
        requests.approve(olive, request=made.public_id, yes=Yes())


@pytest.mark.parametrize("who", ["sten", "felix"])
def test_nobody_but_the_owner_answers(olive: Person, sten: Person, who: str) -> None:
    made = ask(sten)
    other = cast.person(who)
    assert not requests.may_answer(other, request=made.public_id)
    with pytest.raises(RequestError, match="no such request"):
        requests.approve(other, request=made.public_id, yes=Yes())
    with pytest.raises(RequestError, match="no such request"):
        requests.decline(other, request=made.public_id)
    assert not Grant.objects.exists()


def test_what_cannot_be_asked_is_refused_in_one_sentence(
    olive: Person, sten: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(gate.ask(wanted(olive), cameo="olive"), Refusal)
    assert isinstance(gate.ask(wanted(sten), cameo="nobody"), Refusal)
    monkeypatch.setattr(asking, "OPEN_AT_ONCE", 1)
    ask(sten)
    refusal = gate.ask(wanted(sten, draft=OTHER), cameo="olive")
    assert isinstance(refusal, Refusal)
    assert refusal.sentence.startswith("You have 1 requests")
    ties.block(sten.pk, dst=olive.pk)
    Asked.objects.all().delete()
    with pytest.raises(RequestError, match="You have blocked"):
        requests.ask(sten, cameo=olive.cameo, wanted=Wanted())
    Cameo.objects.update(state=Cameo.State.WITHDRAWN)
    with pytest.raises(RequestError):
        requests.ask(cast.felix(), cameo=Cameo.objects.get(), wanted=Wanted())


def test_a_yes_does_not_set_aside_ones_own_wishes_and_the_page_says_so(olive: Person, sten: Person) -> None:
    (rule,) = preferences.propose(olive, text="no speeches")
    preferences.confirm(olive, rules=[rule.public_id])
    made = ask(sten)
    assert requests.against(made) == ["no speeches"]
    requests.approve(olive, request=made.public_id, yes=Yes())
    assert reason(make(sten, subject="clip-1")) is Reason.WORDS_RULED_OUT


def test_a_yes_to_one_video_answers_the_wish_to_be_asked(olive: Person, sten: Person) -> None:
    rules = preferences.propose(olive, text="nothing embarrassing. always a red hat")
    preferences.confirm(olive, rules=[rule.public_id for rule in rules])
    grant.give(olive, person=sten, uses=[Use.GENERATE], categories=["politics"])
    assert reason(make(sten, subject="clip-1")) is Reason.ASK_FIRST
    requests.approve(olive, request=ask(sten).public_id, yes=Yes())
    permit = gate.authorize(wanted(sten))
    assert isinstance(permit, Permit)
    assert permit.cameos[0].requires == ()
    assert reason(make(sten, subject="clip-2", draft=OTHER)) is Reason.ASK_FIRST


# -- somebody under 18 does not answer alone


@pytest.fixture
def tess(db: None) -> Person:
    tess, pat = cast.tess(), cast.pat()
    cast.cameo(tess)
    cast.cameo(pat)
    proposed = guardians.propose(pat, other=tess, as_guardian=True)
    guardians.confirm(tess, guardianship=proposed.public_id)
    consents.give(pat, ward=tess)
    return tess


def of_tess(requester: Person) -> Asked:
    asked = Request("job-1", requester.pk, ("tess",), DRAFT, text="@tess waves")
    answer = gate.ask(asked, cameo="tess")
    assert isinstance(answer, str)
    return Asked.objects.get(public_id=answer)


@pytest.mark.parametrize("first", ["tess", "pat"])
def test_a_teen_and_their_guardian_both_say_yes_in_either_order(tess: Person, first: str) -> None:
    sten, pat = cast.sten(), cast.pat()
    made = of_tess(sten)
    assert {notice.person for notice in Notice.objects.filter(kind="request.made")} == {tess, pat}
    one, other = (tess, pat) if first == "tess" else (pat, tess)
    assert requests.approve(one, request=made.public_id, yes=Yes()).state == State.OPEN
    assert not Grant.objects.exists()
    assert list(requests.to_answer(one)) == []
    assert [row.pk for row in requests.to_answer(other)] == [made.pk]
    assert requests.approve(other, request=made.public_id, yes=Yes()).state == State.APPROVED
    assert Grant.objects.get().draft_digest == DRAFT


@pytest.mark.parametrize("who", ["tess", "pat"])
def test_either_of_them_can_say_no_alone(tess: Person, who: str) -> None:
    made = of_tess(cast.sten())
    other = cast.pat() if who == "tess" else tess
    requests.approve(other, request=made.public_id, yes=Yes())
    assert requests.decline(cast.person(who), request=made.public_id).state == State.DECLINED
    assert not Grant.objects.exists()


def test_a_teen_without_a_guardian_cannot_say_yes_alone(db: None) -> None:
    tess = cast.tess()
    cast.cameo(tess)
    made = of_tess(cast.sten())
    assert requests.approve(tess, request=made.public_id, yes=Yes()).state == State.OPEN
    assert not Grant.objects.exists()


def test_a_teen_cannot_give_what_nobody_under_18_may(tess: Person) -> None:
    made = of_tess(cast.sten())
    Asked.objects.update(categories=2)
    requests.approve(tess, request=made.public_id, yes=Yes())
    with pytest.raises(ConsentError, match="Until you are 18"):
        requests.approve(cast.pat(), request=made.public_id, yes=Yes())
    assert not Grant.objects.exists()


def test_sten_asks_from_olives_page_and_what_cannot_be_asked_is_said_beside_what_he_wrote(
    olive: Person, sten: Person, client: Client
) -> None:
    client.force_login(sten)
    assert 'value="olive"' in client.get("/requests?cameo=olive").content.decode()
    asked = {"cameo": "@olive", "uses": ["generate", "publish"], "message": "For my sister's wedding."}
    assert client.post("/requests/ask", asked).status_code == 302
    assert Asked.objects.get(requester=sten, cameo__owner=olive).message == "For my sister's wedding."
    refused = client.post("/requests/ask", {**asked, "cameo": "nobody_here"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "has no likeness that can be used here" in page
    assert "For my sister&#x27;s wedding." in page, "nothing he typed is lost"


def test_somebody_without_a_likeness_is_asked_as_little_as_nobody(olive: Person, sten: Person, client: Client) -> None:
    client.force_login(olive)
    told = {
        handle: client.post("/requests/ask", {"cameo": handle, "uses": ["generate"]}).content.decode()
        for handle in ("sten", "nobody")
    }
    said = {handle: f"@{handle} has no likeness that can be used here." in page for handle, page in told.items()}
    assert said == {"sten": True, "nobody": True}
