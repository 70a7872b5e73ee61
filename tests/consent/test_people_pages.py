import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent import gate
from consent.accounts import consents, guardians, invites, notices, stewards
from consent.models import (
    BirthChange,
    Block,
    Cameo,
    Evidence,
    Follow,
    Guardianship,
    Notice,
    Person,
    Preference,
    Steward,
)
from safety.models import Case, Decision
from safety.review.decide import decide
from tests import cast

pytestmark = pytest.mark.django_db
UNTIL = str((timezone.now() + timedelta(days=90)).date())
EVIDENCE = "Certificate of inheritance; I can bring the original."


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", plain)


def press(client: Client, path: str, status: int = 302, /, **fields: object) -> str:
    answer = client.post(path, fields)
    assert answer.status_code == status, (path, answer.status_code, answer.content)
    if status != 302:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return text(client, answer["Location"])


def test_somebodys_page_shows_who_they_are_and_nothing_more() -> None:
    olive, client = cast.olive(), signed_in(cast.sten())
    page = text(client, "/people/olive")
    assert "Olive" in page
    assert "There is nothing between you." in page
    for secret in (olive.email, str(olive.birth_date), str(olive.birth_date.year), "DE ", "live"):
        assert secret not in page.replace("Olive", "").replace("olive", "").replace("likeness", "")
    assert "you, as others see you" in text(signed_in(olive), "/people/olive")


def test_following_blocking_and_back() -> None:
    olive, sten = cast.olive(), cast.sten()
    client = signed_in(sten)
    assert "You follow @olive now." in press(client, "/people/olive/follow")
    assert "no longer follow" in press(client, "/people/olive/unfollow")
    assert "You have blocked @olive." in press(client, "/people/olive/block")
    assert "@olive" in text(client, "/settings")
    assert "no longer block" in press(client, "/people/olive/unblock")
    assert not Follow.objects.exists()
    assert not Block.objects.exists()
    assert Notice.objects.filter(person=olive).count() == 1, "a block is told to nobody"


def test_whoever_is_blocked_sees_the_page_of_nobody() -> None:
    olive, sten = cast.olive(), cast.sten()
    press(signed_in(olive), "/people/sten/block")
    client = signed_in(sten)
    blocked, nobody = client.get("/people/olive"), client.get("/people/nobody")
    assert blocked.status_code == nobody.status_code == 404
    assert text(client, "/people/olive", 404) == text(client, "/people/nobody", 404)
    for act in ("follow", "unfollow", "block", "unblock"):
        assert client.post(f"/people/olive/{act}").status_code == 404


def test_a_family_on_its_page() -> None:
    tess, pat, felix = cast.tess(), cast.pat(), cast.person("felix")
    cast.cameo(pat)
    cast.cameo(tess, audience=Cameo.Audience.APPROVED)
    teen, parent = signed_in(tess), signed_in(pat)
    assert "Nobody looks after you here yet" in text(teen, "/family")
    assert "It begins when @pat confirms it." in press(teen, "/family/propose", person="@pat")
    assert "@tess asks you to be their guardian." in text(parent, "/family")
    found = Guardianship.objects.get()
    press(parent, f"/family/{found.public_id}/confirm")
    page = text(parent, "/family")
    assert "You look after @tess" in page
    assert "has not agreed" in page
    assert "Agreed." in press(parent, f"/family/{found.public_id}/agree")
    assert not guardians.is_missing(tess)
    assert "agrees that others use it" in text(teen, "/family")
    assert "Taken back." in press(parent, f"/family/{found.public_id}/take-back")
    assert gate.check(felix.pk, ["tess"])[0].may is False
    for act in ("confirm", "end", "agree", "take-back"):
        assert signed_in(cast.sten()).post(f"/family/{found.public_id}/{act}").status_code == 404
    assert "Ended." in press(teen, f"/family/{found.public_id}/end")
    assert Guardianship.objects.get().state == "ended"


def test_a_ward_cannot_agree_for_themselves() -> None:
    tess, pat = cast.tess(), cast.pat()
    for person in (tess, pat):
        cast.cameo(person)
    found = guardians.propose(tess, other=pat, as_guardian=False)
    guardians.confirm(pat, guardianship=found.public_id)
    assert signed_in(tess).post(f"/family/{found.public_id}/agree").status_code == 404
    with pytest.raises(Exception, match="no such guardianship"):
        consents.give(tess, ward=tess)


def test_an_adult_without_a_likeness_shows_evidence_first() -> None:
    client = signed_in(cast.pat())
    assert "Before you look after somebody" in text(client, "/family")
    assert "Say what shows who you are" in press(client, "/family/evidence", 400, words="Me.")
    assert "A person looks at it" in press(client, "/family/evidence", words=EVIDENCE)
    assert Evidence.objects.get().state == "waiting"
    assert "A person is looking" in text(client, "/family")


def test_who_is_proposed_to_is_found_or_there_is_nobody_of_that_name() -> None:
    cast.cameo(cast.pat())
    client = signed_in(cast.pat())
    assert "There is nobody of this name." in press(client, "/family/propose", 400, person="nobody")
    assert "Nobody is their own guardian." in press(client, "/family/propose", 400, person="pat")


def test_notices_come_by_day_and_lead_to_their_matter() -> None:
    olive, client = cast.olive(), signed_in(cast.olive())
    assert "Nothing has happened yet" in text(client, "/notices")
    told = notices.tell(olive.pk, "guardian.changed", "@pat is your guardian now.")
    assert told is not None
    assert "1 notice you have not read" in text(client, "/notices")
    assert client.get(f"/notices/{told.public_id}")["Location"] == "/family"
    assert "You have read everything" in text(client, "/notices")
    notices.tell(olive.pk, "follow.made", "@sten follows you.")
    assert "You have read everything" in press(client, "/notices/read")
    assert signed_in(cast.sten()).get(f"/notices/{told.public_id}").status_code == 404


def test_long_inboxes_come_in_pages() -> None:
    olive = cast.olive()
    for number in range(70):
        notices.tell(olive.pk, "follow.made", f"Number {number:03}.")
    client = signed_in(olive)
    first = client.get("/notices").content.decode()
    older = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert older
    second = text(client, older.group(1))
    assert "Number 009." in second
    assert "Number 010." not in second
    assert "Number 010." in first


def test_preferences_are_boxes_and_what_is_always_told_has_none() -> None:
    client = signed_in(cast.olive())
    page = client.get("/notices/preferences").content.decode()
    assert 'value="follow.made:inbox" checked' in page
    assert 'value="request.made:inbox"' not in page
    assert 'value="steward.changed:email"' not in page
    press(client, "/notices/preferences", wanted=["follow.made:email"])
    chosen = dict(Preference.objects.filter(kind="follow.made").values_list("channel", "wanted"))
    assert chosen == {"inbox": False, "email": True}
    assert not Preference.objects.filter(kind="request.made", channel="inbox").exists()


def test_settings_lead_everywhere() -> None:
    client = signed_in(cast.olive())
    page = client.get("/settings").content.decode()
    for name in ("preferences", "family", "stewards", "invites"):
        assert f'href="{reverse("consent:" + name)}"' in page
    assert reverse("consent:invite_tree") not in page


def test_a_birth_date_is_corrected_on_the_settings_page() -> None:
    tess = cast.tess()
    client = signed_in(tess)
    assert "stricter of the two dates" in press(
        client, "/settings/birth-date", birth_date=str(cast.birthday(19)), reason="A slip."
    )
    assert BirthChange.objects.get().state == "waiting"
    assert "A person is looking at the correction" in press(
        client, "/settings/birth-date", 400, birth_date=str(cast.birthday(20))
    )


def test_a_code_is_shown_once_and_the_tree_to_moderators_alone() -> None:
    olive, sten, mo = cast.olive(), cast.sten(), cast.mo()
    client = signed_in(olive)
    page = client.post("/invites").content.decode()
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", page)
    assert code
    assert code.group() not in client.get("/invites").content.decode()
    invites.redeem(code.group(), person=sten)
    assert "@sten" in text(client, "/invites")
    assert client.get("/invites/tree").status_code == 404
    tree = text(signed_in(mo), "/invites/tree")
    assert tree.index("@olive") < tree.index("@sten")


def test_an_estate_on_its_page() -> None:
    olive, sol = cast.olive(), cast.person("sol")
    client = signed_in(sol)
    fields = {"claim-person": "olive", "claim-evidence": EVIDENCE, "claim-until": UNTIL}
    assert "Nothing may be done before a moderator" in press(client, "/stewards/begin/claim", 302, **fields)
    row = Steward.objects.get()
    assert client.post(f"/stewards/{row.public_id}/pause").status_code == 404
    decide(
        Case.objects.get(kind=stewards.KIND).public_id, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="Seen."
    )
    assert "Paused." in press(client, f"/stewards/{row.public_id}/pause")
    assert Cameo.objects.get(owner=olive).state == "paused"
    assert "@sol" in text(signed_in(olive), "/stewards")
    assert EVIDENCE not in text(signed_in(olive), "/stewards")
    assert "Ended." in press(signed_in(olive), f"/stewards/{row.public_id}/end")
    assert client.post(f"/stewards/{row.public_id}/resume").status_code == 404


def test_a_delegate_on_its_page() -> None:
    pat, felix = cast.pat(), cast.person("felix")
    fields = {
        "delegate-person": "felix",
        "delegate-powers": ["pause", "answer"],
        "delegate-evidence": EVIDENCE,
        "delegate-until": UNTIL,
    }
    press(signed_in(pat), "/stewards/begin/delegate", 302, **fields)
    row = Steward.objects.get()
    assert row.powers == ["pause", "answer"]
    assert "A moderator looks at it next." in press(signed_in(felix), f"/stewards/{row.public_id}/accept")


@pytest.mark.parametrize(
    "path", ["/people/olive", "/notices", "/notices/preferences", "/family", "/stewards", "/invites", "/settings"]
)
def test_pages_of_people_are_for_those_who_are_signed_in(path: str) -> None:
    cast.olive()
    answer = Client().get(path)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
