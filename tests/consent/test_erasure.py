import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from consent.cameos import erasure, holds, keeping, registry, vault
from consent.cameos.gallery import the_gallery
from consent.errors import CaptureError, ConsentError, OutsideTransactionError
from consent.grants import retirement, switch
from consent.models import Cameo, LegalHold, Notice, Person, Protected, Receipt, Template
from provenance.models import Entry
from tests import cast
from tests.consent.booth import Booth, commits
from tests.consent.test_enrolment import declined

pytestmark = pytest.mark.django_db


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


def test_who_is_withdrawn_for_being_away_is_told_and_gets_the_certificate(booth: Booth) -> None:
    sten = cast.sten()
    booth.enrolled(sten)
    away(sten, days=365)
    with commits():
        retirement.retire()
        assert retirement.retire() == 0
    assert "365 days" in Notice.objects.get(person=sten, kind="cameo.retired").sentence
    assert Receipt.objects.filter(person=sten, kind="cameo.erased").count() == 1


def test_who_comes_back_before_the_lock_is_held_stays(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    sten = cast.sten()
    cameo = booth.enrolled(sten)
    away(sten, days=365)
    due = keeping.overdue()
    Person.objects.filter(pk=sten.pk).update(last_login=timezone.now())
    assert [retirement._withdrawn(row) for row in due] == [False]
    cameo.refresh_from_db()
    assert cameo.state == "live"


def test_one_likeness_that_cannot_be_withdrawn_keeps_no_other(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in (cast.sten(), cast.ada()):
        away(person, days=400)
        cast.cameo(person)
        away(person, days=400)
    real = switch.withdraw

    def unlucky(owner: Person) -> Cameo:
        if owner.handle == "sten":
            raise RuntimeError("no luck")
        return real(owner)

    monkeypatch.setattr(switch, "withdraw", unlucky)
    assert retirement.retire() == 1
    assert Cameo.objects.get(owner=cast.ada()).state == "withdrawn"


def test_a_protected_face_is_kept_as_long_as_a_cameo_and_no_longer() -> None:
    pat, ada = cast.pat(), cast.ada()
    for who in (pat, ada):
        asked = registry.Asked(Protected.Relation.SELF, "A passport.")
        with transaction.atomic():
            registry.enter(who, face=registry.Face(np.eye(1, 128, dtype=np.float32)[0], "0" * 64), asked=asked)
        away(who, days=365 if who is pat else 363)
    Protected.objects.update(created_at=timezone.now() - timedelta(days=365))
    with commits():
        assert retirement.retire() == 1
    gone, stays = Protected.objects.get(asked_by=pat), Protected.objects.get(asked_by=ada)
    assert (gone.state, gone.templates.count(), stays.templates.count()) == ("withdrawn", 0, 1)
    assert vault.names() == [stays.public_id]
    assert Receipt.objects.filter(kind="protected.erased", person=pat).count() == 1
    assert Notice.objects.filter(person=pat, kind="protected.lapsed").count() == 1


def test_the_days_of_each_law_name_where_they_are_written() -> None:
    told = {law.name: (law.days, law.source) for law in keeping.laws().values()}
    assert told["BIPA"] == (3 * 365, "740 ILCS 14/15(a)")
    assert told["CUBI"] == (365, "Tex. Bus. & Com. Code 503.001(c)(3)")
    for name in ("GDPR", "COPPA"):
        assert "the number is the operator's" in told[name][1], "the law gives none"


def test_the_strictest_configured_law_decides(settings: Settings) -> None:
    assert keeping.strictest().days == 365
    settings.BIOMETRIC_LAWS = ("BIPA",)
    assert (keeping.strictest().name, keeping.strictest().days) == ("BIPA", 1095)
    for wrong in ((), ("BIPA", "NONE")):
        settings.BIOMETRIC_LAWS = wrong
        with pytest.raises(ConsentError, match=r"laws\.toml"):
            keeping.strictest()


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
