"""What an account begins with: nothing is open to anybody, nothing is shown, nothing is sent that could be left out."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from consent import gate
from consent.accounts import invites, notices
from consent.accounts.kinds import KINDS
from consent.accounts.letterbox import Channel
from consent.accounts.stewardship import Steward
from consent.models import (
    BirthChange,
    Block,
    Cameo,
    Evidence,
    Follow,
    Grant,
    GuardianConsent,
    Guardianship,
    Invite,
    Letter,
    Notice,
    Preference,
    Token,
)
from consent.permit import Use
from tests import cast

pytestmark = pytest.mark.django_db


def test_an_account_begins_closed() -> None:
    nora, sten = cast.person("nora"), cast.sten()
    for nothing in (
        BirthChange, Block, Cameo, Evidence, Follow, Grant, GuardianConsent, Guardianship, Invite, Letter, Notice,
        Preference, Steward, Token,
    ):  # fmt: skip
        assert not nothing.objects.exists(), nothing
    assert (nora.is_staff, nora.is_superuser, nora.is_active) == (False, False, True)
    assert not any(gate.check(sten.pk, ["nora"], use)[0].may for use in Use)


def test_a_likeness_begins_closed() -> None:
    nora, felix = cast.person("nora"), cast.person("felix")
    cast.befriend(nora, felix)
    made = Cameo.objects.create(owner=nora)
    assert (made.state, made.audience) == (Cameo.State.PENDING, Cameo.Audience.ONLY_ME)
    Cameo.objects.filter(pk=made.pk).update(state=Cameo.State.LIVE, enrolled_at=timezone.now())
    for use in Use:
        assert not gate.check(felix.pk, ["nora"], use)[0].may, use


def test_letters_begin_with_what_somebody_would_miss() -> None:
    chosen = notices.preferences(cast.person("nora").pk)
    assert {name for name, ways in chosen.items() if ways[Channel.EMAIL]} == {
        "appearance.often",
        "request.made",
        "cameo.enrolled",
        "cameo.frozen",
        "cameo.retired",
        "protected.decided",
        "guardian.asked",
        "guardian.changed",
        "steward.acted",
        "steward.asked",
        "steward.changed",
        "birthday.asked",
        "birthday.decided",
        "evidence.decided",
        *(name for name, kind in KINDS.items() if kind.is_always_written),
    }
    assert all(ways[Channel.INBOX] for ways in chosen.values())


def test_others_see_a_name_a_handle_and_a_month() -> None:
    nora, client = cast.person("nora"), Client()
    client.force_login(cast.sten(), backend=settings.AUTHENTICATION_BACKENDS[-1])
    assert client.get("/api/v1/people/nora").json() == {
        "handle": "nora",
        "name": "Nora",
        "you_follow": False,
        "follows_you": False,
        "you_block": False,
    }
    page = client.get("/people/nora").content.decode()
    for secret in (nora.email, nora.public_id, f"{nora.birth_date:%Y}"):
        assert secret not in page


def test_invites_are_not_asked_for_unless_the_operator_says_so() -> None:
    assert settings.INVITES_REQUIRED is False
    assert not invites.are_needed()
