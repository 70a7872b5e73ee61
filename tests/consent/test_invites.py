import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from consent.accounts import invites
from consent.errors import InviteError, OutsideTransactionError
from consent.models import Invite, Notice, Person
from tests import cast
from tests.consent.test_joining_at_once import ADDRESSES, cast_to, complaints, form, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    cache.clear()


def test_a_code_is_told_once_and_kept_as_a_digest() -> None:
    code = invites.make(cast.olive())
    assert len(code.replace("-", "")) == 16
    row = Invite.objects.get()
    assert code not in str(row.__dict__)
    assert row.digest == invites.digest(code.lower().replace("-", " "))


def test_somebody_has_four_and_replaces_those_that_were_not_used() -> None:
    olive = cast.olive()
    codes = [invites.make(olive) for _ in range(4)]
    with pytest.raises(InviteError, match="all 4"):
        invites.make(olive)
    first = Invite.objects.get(slot=1)
    fresh = invites.replace(olive, invite=first.public_id)
    with pytest.raises(InviteError):
        invites.look(codes[0], source="here")
    invites.look(fresh, source="here")
    with pytest.raises(InviteError, match="not yours"):
        invites.replace(cast.sten(), invite=first.public_id)


def test_without_an_invite_nobody_joins_where_they_are_needed(settings: Settings) -> None:
    settings.INVITES_REQUIRED = True
    answer = sign_up(form())
    assert len(complaints(answer)) == 1
    assert not Person.objects.filter(handle="nora").exists()
    code = invites.make(cast.olive())
    assert sign_up(form(invite=code)).status_code == 302
    nora = Person.objects.get(handle="nora")
    assert nora.invite.inviter == cast.olive()
    assert Notice.objects.get(person=cast.olive()).sentence == "@nora has joined with your invite."


def test_a_code_used_twice_is_one_sentence() -> None:
    code = invites.make(cast.olive())
    assert sign_up(form(invite=code)).status_code == 302
    answer = sign_up(form(handle="mina", email="mina@example.org", invite=code))
    assert complaints(answer) == [invites.USED]


def test_an_account_that_is_not_made_uses_up_no_invite() -> None:
    code = invites.make(cast.olive())
    assert sign_up(form(invite=code, handle="olive")).status_code == 200
    invites.look(code, source="here")


def test_guessing_ends_after_ten_tries_from_one_place() -> None:
    code = invites.make(cast.olive())
    for _ in range(invites.TRIES):
        with pytest.raises(InviteError, match="used already"):
            invites.look("AAAA-AAAA-AAAA-AAAA", source="there")
    with pytest.raises(InviteError, match="Too many"):
        invites.look(code, source="there")
    invites.look(code, source="elsewhere")


def test_guesses_are_counted_over_the_form_too() -> None:
    client, address = Client(), next(ADDRESSES)
    for _ in range(invites.TRIES):
        client.post(reverse("account_signup"), form(invite="AAAA-AAAA-AAAA-AAAA"), REMOTE_ADDR=address)
    cached = client.post(reverse("account_signup"), form(invite=invites.make(cast.olive())), REMOTE_ADDR=address)
    assert complaints(cast_to(cached)) == [invites.TOO_OFTEN]


@pytest.mark.django_db(transaction=True)
def test_redeeming_outside_a_transaction_is_refused() -> None:
    code = invites.make(cast.olive())
    with pytest.raises(OutsideTransactionError):
        invites.redeem(code, person=cast.sten())


def test_the_tree_shows_who_brought_whom() -> None:
    olive, felix, sten, ada = cast.olive(), cast.person("felix"), cast.sten(), cast.ada()
    invites.redeem(invites.make(olive), person=felix)
    invites.redeem(invites.make(olive), person=ada)
    invites.redeem(invites.make(felix), person=sten)
    (root,) = invites.tree()
    assert (root.person, root.size) == (olive, 3)
    assert {branch.person.handle: branch.size for branch in root.brought} == {"felix": 1, "ada": 0}
