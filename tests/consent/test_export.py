"""Olive asks for all of her data: it is gathered once, is hers alone, and is gone after a week."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.http import FileResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from consent.accounts import export, ties
from consent.accounts.export import Export, Piece
from consent.errors import ExportError
from consent.grants import grant, takedown
from consent.models import Notice, Person, Template
from consent.permit import Use
from tests import cast
from tests.consent import videos
from tests.consent.test_appearance_pages import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def olive() -> Person:
    """Return Olive, with something of everything."""
    owner, felix = cast.olive(), cast.felix()
    grant.give(owner, person=felix, uses=[Use.GENERATE])
    videos.make(felix, cast=["olive"], subject="clip")
    ties.block(cast.sten().pk, dst=owner.pk)
    ties.block(owner.pk, dst=cast.person("una").pk)
    return owner


def gathered(owner: Person) -> Export:
    """Ask and let a worker gather."""
    made = export.ask(owner.pk)
    export.gather(made.pk)
    made.refresh_from_db()
    return made


def bag(made: Export) -> zipfile.ZipFile:
    """Open the archive."""
    return zipfile.ZipFile(export.place(made))


def test_everything_of_olives_is_in_it_and_nothing_private_of_others(olive: Person) -> None:
    archive = bag(gathered(olive))
    names = set(archive.namelist())
    assert {"README.txt", "account.json", "people.json", "likeness.json", "grants.json", "requests.json"} <= names
    assert {"appearances.json", "notices.json", "videos.json"} <= names
    assert sum(name.startswith("receipts/") for name in names) == olive.receipts.count()
    people = json.loads(archive.read("people.json"))
    assert people["you_block"] == ["una"]
    everything = b"".join(archive.read(name) for name in names).decode()
    assert "sten" not in everything  # that he blocks her is his
    assert "felix@example.org" not in everything
    assert json.loads(archive.read("appearances.json"))[0]["maker"] == "felix"


def test_no_template_is_ever_in_it(olive: Person) -> None:
    secret = b"the sealed template of a face"
    Template.objects.create(cameo=olive.cameo, modality="face", ciphertext=secret, key_name="k", model_sha256="0" * 64)
    archive = bag(gathered(olive))
    assert all(secret not in archive.read(name) for name in archive.namelist())


def test_it_is_told_and_its_file_is_for_nobody_else_on_disk(olive: Person) -> None:
    made = gathered(olive)
    assert made.state == Export.State.READY
    assert Notice.objects.get(person=olive, kind="export.ready").about == made.public_id
    assert export.place(made).stat().st_mode & 0o077 == 0
    assert export.place(made).stat().st_size == made.size


def test_asking_twice_gathers_once_and_again_only_after_a_day(olive: Person) -> None:
    first = export.ask(olive.pk)
    assert export.ask(olive.pk) == first
    export.gather(first.pk)
    export.gather(first.pk)
    assert Notice.objects.filter(kind="export.ready").count() == 1
    with pytest.raises(ExportError, match="within the last day"):
        export.ask(olive.pk)
    Export.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert export.ask(olive.pk) != first


def test_what_a_dead_worker_left_half_done_is_gathered_by_the_next(
    olive: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_person: int) -> list[Piece]:
        raise MemoryError

    made = export.ask(olive.pk)
    monkeypatch.setitem(export.SECTIONS, "receipts", die)
    with pytest.raises(MemoryError):
        export.gather(made.pk)
    assert list(export.place(made).parent.iterdir()) == []
    monkeypatch.undo()
    export.gather(made.pk)
    made.refresh_from_db()
    assert made.state == Export.State.GATHERING  # the first may still be at it
    Export.objects.update(started_at=timezone.now() - timedelta(minutes=11))
    export.gather(made.pk)
    made.refresh_from_db()
    assert made.state == Export.State.READY


def test_the_sweep_sends_lost_ones_again_gives_up_after_three_and_removes_old_files(
    olive: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(export, "send", sent.append)
    made = export.ask(olive.pk)
    Export.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    export.sweep()
    assert sent == [made.pk]
    export.gather(made.pk)
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    export.sweep()
    assert not export.place(made).exists()
    lost = Export.objects.create(person=cast.felix(), tries=3, created_at=timezone.now() - timedelta(hours=1))
    export.sweep()
    lost.refresh_from_db()
    assert lost.state == Export.State.FAILED


def test_the_page_begins_shows_and_hands_out(
    olive: Person, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = browser(olive)
    assert client.post("/export")["Location"] == "/export"
    page = client.get("/export").content.decode()
    assert "waiting for its turn" in page
    assert "Gather my data" not in page
    made = Export.objects.get()
    export.gather(made.pk)
    assert "Gather my data" in client.get("/export").content.decode()
    answer = client.get(f"/export/{made.public_id}/file")
    assert isinstance(answer, FileResponse)
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer)))
    assert browser(cast.felix()).get(f"/export/{made.public_id}/file").status_code == 404
    assert Client().get(f"/export/{made.public_id}/file").status_code == 302
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"/export/{made.public_id}/file").status_code == 404
    assert "deleted after seven days" in client.get("/export").content.decode()


def test_the_api_begins_and_tells_how_far_it_is(olive: Person) -> None:
    client = browser(olive)
    begun = client.post("/api/v1/exports")
    assert begun.status_code == 202
    made = Export.objects.get()
    assert begun.json()["id"] == made.public_id
    export.gather(made.pk)
    assert client.get(f"/api/v1/exports/{made.public_id}").json()["state"] == "ready"
    assert client.post("/api/v1/exports").json()["error"]["code"] == "export"
    assert browser(cast.felix()).get(f"/api/v1/exports/{made.public_id}").status_code == 404
    assert len(client.get("/api/v1/exports").json()["exports"]) == 1


def test_what_was_taken_down_is_in_it_as_such(olive: Person) -> None:
    takedown.delete(videos.appearance(olive, "clip"), by=olive)
    words = json.loads(bag(gathered(olive)).read("appearances.json"))
    assert words[0]["state"] == "deleted"
