import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from consent.cameos import erasure, holds, judgement, keeping, likeness, vault
from consent.cameos.gallery import the_gallery
from consent.errors import CaptureError, ConsentError, OutsideTransactionError, TemplateError
from consent.grants import retirement, switch
from consent.models import Cameo, LegalHold, Notice, Person, Receipt, Template
from provenance.models import Entry
from tests import cast
from tests.consent.booth import Booth, commits
from tests.consent.test_enrolment import declined

pytestmark = pytest.mark.django_db


def dumped(folder: Path) -> Path:
    """The database and every folder of files but the keys, as a backup holds them."""
    with (folder / "database.json").open("w", encoding="utf-8") as out:
        call_command("dumpdata", "consent.person", "consent.cameo", "consent.template", "consent.capture", stdout=out)
    for name in ("MEDIA_HOME", "CAPTURE_HOME", "QUARANTINE_HOME"):
        if Path(getattr(settings, name)).exists():
            shutil.copytree(getattr(settings, name), folder / name)
    return folder


def restored(folder: Path) -> Iterator[Template]:
    """What the backup brings back."""
    call_command("loaddata", folder / "database.json", stdout=io.StringIO())
    yield from Template.objects.select_related("cameo")


def test_after_erasure_nothing_opens_what_a_restored_dump_holds(booth: Booth, tmp_path: Path) -> None:
    sten = cast.sten()
    booth.enrolled(sten)
    backup = dumped(tmp_path)
    with commits():
        switch.withdraw(sten)
    templates = list(restored(backup))
    assert len(templates) == 2, "the dump did hold them"
    vault.seal(b"x", name="somebody_else", binding="x")
    for template in templates:
        with pytest.raises(TemplateError):
            likeness.opened(template)
        for key in vault.names():  # every key that remains
            template.key_name = key
            with pytest.raises(TemplateError):
                likeness.opened(template)
    sealed = [bytes(template.ciphertext) for template in templates]
    for path in tmp_path.rglob("*"):
        assert not (path.is_file() and path.suffix == ".key"), "no backup holds a key"
    assert all(len(one) > 100 for one in sealed)


def test_withdrawing_ends_in_a_certificate_once_the_key_is_gone(booth: Booth) -> None:
    sten = cast.sten()
    booth.enrolled(sten)
    with commits():
        switch.withdraw(sten)
        assert vault.names() == [sten.public_id], "not before the commit"
        assert not Receipt.objects.filter(kind="cameo.erased").exists()
    assert vault.names() == []
    certificate = Receipt.objects.get(kind="cameo.erased")
    assert "unreadable" in certificate.payload
    assert Entry.objects.filter(kind="cameo.erased", pk=certificate.entry).exists()
    erasure.sweep()
    assert Receipt.objects.filter(kind="cameo.erased").count() == 1


def test_a_certificate_lost_between_commit_and_key_is_made_up_for(booth: Booth) -> None:
    sten = cast.sten()
    booth.enrolled(sten)
    switch.withdraw(sten)  # and the process dies: nothing that waits for the commit runs
    assert vault.names() == [sten.public_id]
    erasure.sweep()
    assert vault.names() == []
    assert Receipt.objects.filter(kind="cameo.erased").count() == 1


def test_a_second_likeness_is_certified_anew(booth: Booth) -> None:
    sten = cast.sten()
    for number in range(2):
        booth.enrolled(sten, extra=bytes([number]))
        with commits():
            switch.withdraw(sten)
    assert Receipt.objects.filter(kind="cameo.erased").count() == 2


def test_a_legal_hold_delays_the_key_and_lets_nobody_use_anything(booth: Booth) -> None:
    sten, mo = cast.sten(), cast.mo()
    cameo = booth.enrolled(sten)
    hold = holds.place(cameo, by=mo, reason="Order 4 C 17/26 of the county court.")
    with commits():
        switch.withdraw(sten)
    assert vault.names() == [sten.public_id]
    the_gallery.refresh()
    assert len(the_gallery) == 0, "nobody is recognised by it"
    assert declined(booth.begun(sten)) == "held"
    erasure.sweep()
    assert vault.names() == [sten.public_id]
    with commits():
        holds.lift(hold, by=mo)
    assert vault.names() == []
    assert not Template.objects.exists()
    assert {"cameo.held", "cameo.released", "cameo.erased"} <= set(Entry.objects.values_list("kind", flat=True))
    assert Notice.objects.filter(person=sten, kind__in=["cameo.held", "cameo.released"]).count() == 2


def test_a_hold_is_placed_by_the_house_with_a_reason_and_lifted_once(booth: Booth) -> None:
    cameo = booth.enrolled(cast.sten())
    for who, reason in ((cast.ada(), "I want it."), (cast.mo(), " ")):
        with pytest.raises(CaptureError):
            holds.place(cameo, by=who, reason=reason)
    hold = holds.place(cameo, by=cast.mo(), reason="An order.")
    holds.lift(hold, by=cast.mo())
    holds.lift(hold, by=cast.mo())
    assert Entry.objects.filter(kind="cameo.released").count() == 1
    assert LegalHold.objects.get().lifted_by == cast.mo()


def test_erasing_stands_or_falls_with_the_state() -> None:
    cameo = Cameo(owner=cast.sten())
    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(OutsideTransactionError):
        elsewhere.submit(erasure.erase, cameo).result()  # another thread's connection has no transaction open


def test_who_is_not_here_for_as_long_as_the_strictest_law_allows_is_withdrawn(booth: Booth) -> None:
    sten, ada = cast.sten(), cast.ada()
    booth.enrolled(sten)
    cast.cameo(ada)
    away(sten, days=365)
    away(ada, days=363)
    with commits():
        assert retirement.retire() == 1
    assert dict(Cameo.objects.values_list("owner__handle", "state")) == {"sten": "withdrawn", "ada": "live"}
    assert vault.names() == []


def test_the_strictest_configured_law_decides(settings: Settings) -> None:
    assert keeping.strictest().days == 365
    settings.BIOMETRIC_LAWS = ("BIPA",)
    assert (keeping.strictest().name, keeping.strictest().days) == ("BIPA", 1095)
    for wrong in ((), ("BIPA", "NONE")):
        settings.BIOMETRIC_LAWS = wrong
        with pytest.raises(ConsentError, match=r"laws\.toml"):
            keeping.strictest()


def test_a_template_is_opened_in_no_process_but_the_ml_workers(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    cameo = booth.enrolled(cast.sten())
    for role in ("web", "light"):
        monkeypatch.setenv("COUNTENANCE_ROLE", role)
        with pytest.raises(TemplateError):
            likeness.open(cameo.pk)
    monkeypatch.setenv("COUNTENANCE_ROLE", "ml")
    assert likeness.open(cameo.pk).handle == "sten"


def test_whoever_opens_templates_leaves_no_core_dump() -> None:
    script = (
        "import ctypes, resource; from consent.cameos import seclusion; seclusion.enter(); "
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=settings.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip().startswith("(0, 0)")
    assert sys.platform != "linux" or told.stdout.strip() == "(0, 0) 0"


def test_nothing_of_a_face_reaches_the_log_when_judging_stumbles(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_person: Person, taken: likeness.Taken) -> tuple[()]:
        raise RuntimeError(f"in the middle of it: {taken.vector.tolist()}")

    monkeypatch.setattr(judgement.identity, "doubts", stumble)
    capture = booth.sent(cast.sten())
    assert judgement.judge(capture.pk) == "unsure"
    assert "RuntimeError" in caplog.text
    assert "in the middle of it" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)
    assert "vector" not in repr(likeness.Taken(*([None] * 3), "a", "b"))  # type: ignore[list-item]


def away(person: Person, *, days: int) -> None:
    """Let somebody have joined, enrolled and signed in so many days ago, and not since."""
    when = timezone.now() - timedelta(days=days)
    Person.objects.filter(pk=person.pk).update(last_login=when, joined_at=when)
    Cameo.objects.filter(owner=person).update(enrolled_at=when)


def test_the_house_places_and_lifts_a_hold_by_command_and_errors_are_sentences(booth: Booth) -> None:
    booth.enrolled(cast.sten())
    cast.mo()
    out = io.StringIO()
    call_command("hold", "sten", by="mo", reason="Order 4 C 17/26.", stdout=out)
    for wrong in ({"handle": "sten", "by": "mo", "reason": "again"}, {"handle": "nobody", "by": "mo"}):
        with pytest.raises(CommandError, match=r"\.$"):
            call_command("hold", wrong.pop("handle"), stdout=out, **wrong)
    call_command("hold", "sten", by="mo", lift=True, stdout=out)
    assert out.getvalue().split() == ["@sten:", "held.", "@sten:", "lifted."]
    with pytest.raises(CommandError):
        call_command("hold", "sten", by="mo", lift=True, stdout=out)
