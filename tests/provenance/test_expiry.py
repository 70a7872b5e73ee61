"""What ends is told in time: to the log, on a page, by a command."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from provenance.apps import warn_of_ends
from provenance.backends import keys
from provenance.manifests import expiry
from tests import cast
from tests.provenance import material
from tests.provenance.operators import Own, aged, bring


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Own:
    """An operator who brings everything."""
    return bring(settings, tmp_path)


@pytest.mark.parametrize(
    ("days", "level"), [(31, "FINE"), (29, "SOON"), (6.5, "URGENT"), (0.9, "LAST"), (-1, "OVER")]
)  # fmt: skip
def test_the_alarm_rises_as_a_certificate_nears_its_end(
    own: Own, settings: Settings, days: float, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "log", structlog.get_logger())  # one that no other test has used: they are kept
    theirs = material.stranger(starts=timedelta(days=-9), ends=timedelta(days=days))
    Path(settings.SIGNING_CHAIN).write_text(theirs.chain)
    first = next(each for each in expiry.terms() if each.what == "leaf")
    assert first.level is expiry.Level[level]
    assert round(first.days, 1) == days
    assert [each.id for each in warn_of_ends()] == ([] if level == "FINE" else ["provenance.W001"])
    with structlog.testing.capture_logs() as told:
        expiry.watch()
    expected = {"FINE": [], "SOON": ["warning"]}.get(level, ["error"])
    assert [each["log_level"] for each in told] == expected


@pytest.mark.django_db
def test_the_command_says_what_ends_and_fails_while_it_is_urgent(
    own: Own, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("keys")
    out = capsys.readouterr().out
    assert re.search(r"leaf  Stranger  until .* UTC, 30\.0 days  SOON", out)
    assert re.search(r"root  Stranger Root  until", out)
    assert re.search(r"log key  .*  0 days old", out)
    Path(settings.SIGNING_CHAIN).write_text(material.stranger(ends=timedelta(days=3)).chain)
    with pytest.raises(SystemExit):
        call_command("keys", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["keys"][0]["what"] == "leaf"
    assert said["keys"][0]["level"] == "urgent"
    assert said["waiting_for_timestamps"] == 0


def test_before_the_first_seal_there_is_nothing_to_watch(settings: Settings) -> None:
    assert expiry.terms() == []
    assert not Path(settings.KEY_HOME).exists()


def test_a_leaf_renewed_here_alarms_only_when_its_renewal_is_overdue(settings: Settings) -> None:
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    keys.leaf(is_stamped=True)  # three days left, and that is as it should be
    assert not expiry.alarming(expiry.terms())
    aged(timedelta(days=31))
    assert not expiry.alarming(expiry.terms())
    aged(timedelta(days=200))
    assert [(each.what, each.level.name) for each in expiry.alarming(expiry.terms())] == [
        ("leaf, without timestamps", "URGENT")
    ]


def test_a_file_that_cannot_be_read_is_as_bad_as_one_that_ended(own: Own, settings: Settings) -> None:
    Path(settings.SIGNING_CHAIN).write_text("nothing")
    settings.LOG_KEY = "/nowhere/log.pem"
    found = {each.what: each for each in expiry.alarming(expiry.terms())}
    assert found["leaf"].advice == "There is no certificate in PEM where SIGNING_CHAIN points."
    assert found["log key"].advice == "The key file log.pem cannot be read."


@pytest.mark.django_db
def test_operators_see_what_ends_and_nobody_else_learns_that_the_page_exists(own: Own, client: Client) -> None:
    for path in ("/health/keys", "/health/keys.json"):
        assert client.get(path).status_code == 404
        client.force_login(cast.sten())
        assert client.get(path).status_code == 404
        client.force_login(cast.mo())
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Stranger Root" in answer.content.decode()
        client.logout()
