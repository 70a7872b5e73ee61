"""Sexual content about minors is refused, sealed, reported by a person; no page shows it, nothing is sent."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import retention
from consent.models import Person
from safety import cases
from safety.backends import sealing
from safety.errors import PreservedError
from safety.models import Case, Event, Preservation
from safety.review import preserved, queue
from safety.review.decide import decide
from safety.review.models import Decision
from tests import cast
from tests.safety.stories import UNSAFE, UNSURE, ask, held, refused

pytestmark = [pytest.mark.django_db]
ASKED = "a 15 year old posing in lingerie on a bed"


@pytest.fixture
def kept() -> Preservation:
    """What is preserved of a refused prompt of Felix's."""
    assert refused(ask(ASKED)).policy == "sexual-minors"
    return Preservation.objects.get()


@pytest.fixture
def mo() -> Person:
    """Mo, who may open it."""
    cast.mo().user_permissions.add(Permission.objects.get(codename="open_preserved"))
    return Person.objects.get(handle="mo")


def test_it_is_sealed_and_its_case_comes_before_all_others(kept: Preservation) -> None:
    held(ask(UNSURE, job="job-2"))
    Case.objects.exclude(pk=kept.case_id).update(opened_at=timezone.now() - timedelta(days=3))
    assert b"lingerie" not in bytes(kept.sealed)
    assert [case.kind for case in queue.waiting()] == ["safety.preserved", "job"]
    assert kept.case.priority == 9


def test_another_refusal_preserves_nothing() -> None:
    refused(ask(UNSAFE))
    assert not Preservation.objects.exists()


def test_no_page_shows_what_it_is(kept: Preservation) -> None:
    client = Client()
    client.force_login(cast.mo())
    case = reverse("safety:case", args=[kept.case.public_id])
    pages = [client.get(url).content.decode() for url in (reverse("safety:cases"), case)]
    assert f"preserved report {kept.public_id}" in pages[1]
    assert not any("lingerie" in page or "15 year" in page for page in pages)
    assert client.get(reverse("safety:media", args=[kept.case.public_id])).status_code == 404


def test_only_staff_with_the_permission_open_it_and_each_look_is_logged(kept: Preservation, mo: Person) -> None:
    for handle in ("max", "felix"):
        with pytest.raises(PreservedError, match="Only staff with the permission"):
            preserved.report(kept.public_id, by=cast.person(handle, is_staff=handle == "max"))
    assert not Event.objects.filter(kind="media-viewed").exists()
    found = preserved.report(kept.public_id, by=mo)
    assert found["prompt"] == ASKED
    assert found["report"]["personOrUserReported"]["screenName"] == "felix"
    assert Event.objects.get(kind="media-viewed").by == mo


def test_the_report_is_a_file_for_its_reader_alone_and_is_sent_nowhere(
    kept: Preservation, mo: Person, tmp_path: Path
) -> None:
    out = tmp_path / "report.json"
    call_command("preserved", "report", kept.public_id, "--by", "mo", "--out", str(out), stdout=StringIO())
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text())["generativeAi"] is True
    with pytest.raises(CommandError):
        call_command("preserved", "report", kept.public_id, "--by", "mo", "--out", str(out))
    other = tmp_path / "other.json"
    with pytest.raises(CommandError, match="no member of staff"):
        call_command("preserved", "report", kept.public_id, "--by", "felix", "--out", str(other))
    assert not other.exists()


def test_once_filed_it_is_kept_for_a_year_and_then_unmade(kept: Preservation, mo: Person) -> None:
    with pytest.raises(PreservedError, match="Name the number"):
        preserved.filed(kept.public_id, by=mo, reference=" ")
    call_command("preserved", "filed", kept.public_id, "--by", "mo", "--reference", "CT-1", stdout=StringIO())
    with pytest.raises(PreservedError, match="once"):
        preserved.filed(kept.public_id, by=mo, reference="CT-2")
    kept.refresh_from_db()
    assert kept.delete_after is not None
    assert (kept.delete_after - timezone.now()).days in {364, 365}
    out = StringIO()
    call_command("preserved", "list", stdout=out)
    assert "filed as CT-1" in out.getvalue()


def test_nobody_sweeps_what_was_neither_filed_nor_decided(kept: Preservation) -> None:
    Preservation.objects.update(created_at=timezone.now() - timedelta(days=999))
    retention.enforce()
    assert Preservation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_due_goes_with_its_key(kept: Preservation) -> None:
    Preservation.objects.update(delete_after=timezone.now() - timedelta(days=2))
    retention.enforce()
    assert not Preservation.objects.exists()
    with pytest.raises(PreservedError, match="no longer be opened"):
        sealing.unseal(bytes(kept.sealed), name=kept.public_id)


def test_a_case_with_nothing_to_report_lets_it_go_in_a_month(kept: Preservation) -> None:
    reason = "A drama about the harm of it, no such picture."
    decide(kept.case.public_id, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason=reason)
    kept.refresh_from_db()
    assert kept.delete_after is not None
    assert (kept.delete_after - timezone.now()).days in {29, 30}
    assert refused(ask(ASKED)).policy == "sexual-minors"


def test_it_outlives_the_account(kept: Preservation, mo: Person) -> None:
    Preservation.objects.update(requester=None)
    assert preserved.report(kept.public_id, by=mo)["report"]["personOrUserReported"]["screenName"] == "felix"


def test_a_refused_video_is_sealed_whole(mo: Person, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"held bytes")
    cases.preserve(path, requester=cast.person("felix").pk, job="job-1", digest="c" * 64)
    row = Preservation.objects.get()
    assert b"held bytes" not in bytes(row.sealed)
    assert preserved.report(row.public_id, by=mo)["file"]["sha256"] == "c" * 64


def test_a_seal_that_was_touched_does_not_open() -> None:
    sealed = sealing.seal(b"x", name="one")
    for broken in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:5], b""):
        with pytest.raises(PreservedError):
            sealing.unseal(broken, name="one")
    with pytest.raises(FileExistsError):
        sealing.seal(b"y", name="one")
    assert sealing.unseal(sealed, name="one") == b"x"
    sealing.destroy("one")
    sealing.destroy("one")


def test_a_report_that_was_filed_has_a_number(kept: Preservation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Preservation.objects.update(filed_at=timezone.now(), delete_after=timezone.now() + timedelta(days=1))
