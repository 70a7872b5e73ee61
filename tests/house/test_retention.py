import os
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from config import retention
from consent.models import Notice
from tests import cast


def stored() -> set[str]:
    """Every model that has a table of its own; many-to-many tables go with their owners."""
    return {model._meta.label for model in apps.get_models() if model._meta.managed and not model._meta.proxy}


def test_every_stored_kind_is_named_in_retention_toml() -> None:
    assert stored() - {kind.name for kind in retention.kinds(settings.RETENTION)} == set()


def test_retention_toml_names_nothing_that_is_not_stored() -> None:
    assert {kind.name for kind in retention.kinds(settings.RETENTION)} - stored() == set()


def test_every_kind_says_why_who_and_what_erasure_does() -> None:
    for kind in (*retention.kinds(settings.RETENTION), *retention.folders(settings.RETENTION)):
        assert kind.purpose, kind.name
        assert kind.readers, kind.name
        assert kind.erasure, kind.name


def test_every_kind_with_days_names_a_time_and_conditions_that_exist() -> None:
    for kind in retention.kinds(settings.RETENTION):
        if kind.days:
            model = apps.get_model(kind.name)
            assert model._meta.get_field(kind.age).get_internal_type() == "DateTimeField", kind.name
            str(model._default_manager.filter(**kind.only).query)


def test_every_folder_of_files_is_a_setting() -> None:
    assert all(hasattr(settings, kind.name) for kind in retention.folders(settings.RETENTION))


@pytest.mark.django_db
def test_what_is_too_old_goes_and_what_is_not_stays() -> None:
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(days=2))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(days=2))
    person = cast.olive()
    Notice.objects.create(person=person, kind="k", sentence="s", read_at=now - timedelta(days=181))
    unread = Notice.objects.create(person=person, kind="k", sentence="s")
    gone = retention.enforce()
    assert gone == {"sessions.Session": 1, "consent.Notice": 1}
    assert [row.session_key for row in Session.objects.all()] == ["new"]
    assert list(Notice.objects.all()) == [unread]


@pytest.mark.django_db
def test_old_recordings_go_and_new_ones_stay() -> None:
    folder = settings.CAPTURE_HOME
    folder.mkdir(parents=True)
    (folder / "new.webm").write_bytes(b"x")
    (folder / "old.webm").write_bytes(b"x")
    past = time.time() - 31 * retention.DAY
    os.utime(folder / "old.webm", (past, past))
    assert retention.enforce() == {"CAPTURE_HOME": 1}
    assert [path.name for path in folder.iterdir()] == ["new.webm"]
