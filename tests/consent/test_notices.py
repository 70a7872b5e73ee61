from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from consent.accounts import letters, notices, ties
from consent.accounts.kinds import KINDS, Group
from consent.accounts.letterbox import Channel
from consent.errors import NoticeError, OutsideTransactionError
from consent.grants import grant, switch
from consent.models import Letter, Notice, Person, Preference
from consent.permit import Use
from tests import cast
from tests.consent.threads import together

pytestmark = pytest.mark.django_db
SECRET = "@felix asks to use your likeness in a scene in Lisbon."


def reachable(person: Person) -> Person:
    """The person, with a confirmed address."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def test_a_notice_is_in_the_inbox_and_its_letter_says_only_that_there_is_one() -> None:
    olive = reachable(cast.olive())
    told = notices.tell(olive.pk, "request.made", SECRET, about="abc")
    assert told is not None
    assert letters.post() == 1
    (letter,) = mail.outbox
    assert letter.to == ["olive@example.org"]
    assert letter.subject == "News about your likeness"
    assert f"/notices/{told.public_id}" in letter.body
    for word in ("felix", "Lisbon", "asks", "olive"):
        assert word not in letter.subject + letter.body


def test_a_letter_goes_out_once() -> None:
    olive = reachable(cast.olive())
    notices.tell(olive.pk, "request.made", SECRET)
    assert (letters.post(), letters.post(), len(mail.outbox)) == (1, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_a_letter_once() -> None:
    olive = reachable(cast.olive())
    with transaction.atomic():
        for _ in range(6):
            notices.tell(olive.pk, "request.made", SECRET)
    came = together([letters.post] * 4)
    assert sum(one for one in came if isinstance(one, int)) == 6, came
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 6 == len(mail.outbox)


def test_a_mail_server_that_is_down_is_asked_again_later_and_at_last_no_more() -> None:
    olive = reachable(cast.olive())
    notices.tell(olive.pk, "request.made", SECRET)
    with mock.patch.object(EmailBackend, "send_messages", side_effect=ConnectionRefusedError):
        assert letters.post() == 0
        waiting = Letter.objects.get()
        assert waiting.due_at > timezone.now()
        assert letters.post() == 0
        assert Letter.objects.get().attempts == 1, "it is not due yet"
        for _ in range(letters.TRIES):
            Letter.objects.update(due_at=timezone.now())
            letters.post()
    assert Letter.objects.get().given_up_at is not None
    assert mail.outbox == []


def test_nobody_is_written_to_at_an_address_they_have_not_confirmed() -> None:
    notices.tell(cast.olive().pk, "request.made", SECRET)
    assert letters.post() == 0
    assert Letter.objects.get().given_up_at is not None
    assert mail.outbox == []


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.is_always_told])
def test_what_concerns_a_likeness_or_an_account_cannot_be_kept_out_of_the_inbox(kind: str) -> None:
    olive = cast.olive()
    with pytest.raises(NoticeError, match="cannot be turned off"):
        notices.prefer(olive.pk, name=kind, channel=Channel.INBOX, wanted=False)
    Preference.objects.create(person=olive, kind=kind, channel="inbox", wanted=False)
    assert notices.tell(olive.pk, kind, "Still told.") is not None, "not even when the row is there"


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.group is Group.SECURITY])
def test_a_letter_about_an_account_cannot_be_refused(kind: str) -> None:
    with pytest.raises(NoticeError):
        notices.prefer(cast.olive().pk, name=kind, channel=Channel.EMAIL, wanted=False)


def test_other_notices_are_a_matter_of_taste() -> None:
    olive = cast.olive()
    notices.prefer(olive.pk, name="follow.made", channel=Channel.INBOX, wanted=False)
    assert notices.tell(olive.pk, "follow.made", "@sten follows you.") is None
    notices.prefer(olive.pk, name="follow.made", channel=Channel.INBOX, wanted=True)
    notices.prefer(olive.pk, name="follow.made", channel=Channel.EMAIL, wanted=True)
    assert notices.tell(olive.pk, "follow.made", "@sten follows you.") is not None
    assert Letter.objects.count() == 1
    assert Preference.objects.count() == 2


def test_a_kind_nobody_named_is_told_as_if_it_were_about_a_likeness() -> None:
    olive = cast.olive()
    with pytest.raises(NoticeError, match="no such kind"):
        notices.prefer(olive.pk, name="nothing.known", channel=Channel.EMAIL, wanted=True)
    Preference.objects.create(person=olive, kind="nothing.known", channel="inbox", wanted=False)
    assert notices.tell(olive.pk, "nothing.known", "Told.") is not None


@pytest.mark.django_db(transaction=True)
def test_telling_belongs_to_the_transaction_of_what_is_told() -> None:
    with pytest.raises(OutsideTransactionError):
        notices.tell(cast.olive().pk, "grant.made", "x")


def test_every_change_of_a_grant_and_of_a_likeness_is_told() -> None:
    olive, felix = cast.olive(), cast.person("felix")
    made = grant.give(olive, person=felix, uses=[Use.GENERATE])
    grant.revoke(olive, grant=made.public_id)
    switch.freeze(olive)
    switch.thaw(olive)
    ties.follow(felix.pk, dst=olive.pk)
    assert set(Notice.objects.filter(person=felix).values_list("kind", flat=True)) == {"grant.made", "grant.revoked"}
    mine = list(Notice.objects.filter(person=olive).values_list("kind", flat=True))
    assert mine.count("cameo.frozen") == 2
    assert "follow.made" in mine


def test_reading_one_and_reading_all() -> None:
    olive, sten = cast.olive(), cast.sten()
    first = notices.tell(olive.pk, "grant.made", "One.")
    notices.tell(olive.pk, "grant.made", "Two.")
    theirs = notices.tell(sten.pk, "grant.made", "Three.")
    assert first is not None
    assert theirs is not None
    assert notices.read(olive.pk, notice=theirs.public_id) == 0
    assert notices.read(olive.pk, notice=first.public_id) == 1
    assert (notices.unread(olive.pk), notices.read(olive.pk), notices.unread(olive.pk)) == (1, 1, 0)
    assert notices.unread(sten.pk) == 1
