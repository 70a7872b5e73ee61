import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core import checks
from pytest_django import Settings

from consent.cameos import gallery, identity, judgement, likeness, portrait, registry, vault
from consent.cameos.observation import Observation
from consent.errors import CaptureError, TemplateError
from consent.models import Capture, Protected, Receipt, Template
from safety import screen
from safety.errors import PolicyError
from safety.review import decide, subjects
from safety.review.models import Decision
from tests import cast
from tests.consent import films, stories
from tests.consent.booth import Booth, commits, reasons
from tests.consent.test_enrolment import declined

pytestmark = pytest.mark.django_db

ESTATE = Protected.Relation.ESTATE


def picture(folder: Path) -> Path:
    """A one-second film of the face that the actor has too."""
    return films.silent_film(folder / "face.mp4", films.still(films.astronaut(), seconds=1), seconds=1)


def protected(folder: Path, *, decision: Decision.Answer | None = Decision.Answer.CLEAR) -> Protected:
    entry = registry.ask(cast.pat(), picture=picture(folder), relation=ESTATE, proof="A court's letter.")
    if decision:
        with commits():
            decide.decide(entry.case, by=cast.mo().pk, decision=decision, reason="The letter is genuine.")
    entry.refresh_from_db()
    return entry


def test_a_protected_face_cannot_be_enrolled_by_anybody_without_a_person_looking(booth: Booth, tmp_path: Path) -> None:
    protected(tmp_path)
    capture = booth.sent(cast.sten())
    assert judgement.judge(capture.pk) == "unsure"
    assert any("protected at somebody's request" in reason for reason in reasons(capture))


def test_a_request_counts_only_once_its_proof_was_looked_at(booth: Booth, tmp_path: Path) -> None:
    assert protected(tmp_path, decision=None).state == "pending"
    assert booth.enrolled(cast.sten()).state == "live"


def test_a_request_that_is_refused_leaves_no_template_and_no_key(tmp_path: Path) -> None:
    entry = protected(tmp_path, decision=Decision.Answer.REFUSE)
    assert (entry.state, Template.objects.count(), vault.names()) == ("withdrawn", 0, [])


def test_an_entry_withdrawn_compares_with_nobody_and_opens_no_more(booth: Booth, tmp_path: Path) -> None:
    entry = protected(tmp_path)
    kept = Template.objects.select_related("protected").get()
    with commits():
        registry.withdraw(entry)
    with pytest.raises(TemplateError):
        likeness.opened(kept)
    assert booth.enrolled(cast.sten()).state == "live"


def test_an_entry_withdrawn_since_the_gallery_opened_it_does_not_count(
    booth: Booth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = protected(tmp_path)
    gallery.the_gallery.refresh()
    registry.withdraw(entry)
    monkeypatch.setattr(gallery.Gallery, "refresh", lambda _self: None)
    assert booth.enrolled(cast.sten()).state == "live", "the hit is read again in PostgreSQL"


def test_staff_put_nobody_on_the_registry_and_proof_is_needed(tmp_path: Path) -> None:
    for who, proof in ((cast.mo(), "Seen on the web."), (cast.pat(), " ")):
        with pytest.raises(CaptureError, match=r"\.$"):
            registry.ask(who, picture=picture(tmp_path), relation=ESTATE, proof=proof)
    assert not Protected.objects.exists()


def test_a_picture_of_two_or_of_nobody_protects_nobody(tmp_path: Path) -> None:
    for name, shown in (("two", films.company()), ("none", np.full((360, 480, 3), 90, np.uint8))):
        path = films.silent_film(tmp_path / f"{name}.mp4", films.still(shown, seconds=1), seconds=1)
        with pytest.raises(CaptureError, match="one face"):
            registry.ask(cast.pat(), picture=path, relation=ESTATE, proof="A letter.")


def test_a_later_enrolment_must_be_the_face_of_the_first(
    booth: Booth, seen: Observation, monkeypatch: pytest.MonkeyPatch
) -> None:
    booth.enrolled(cast.sten())
    taken = portrait.taken(seen)
    stranger = replace(taken, vector=np.roll(taken.vector, 31))
    monkeypatch.setattr(portrait, "taken", lambda _seen: stranger)
    capture = booth.sent(cast.sten(), extra=b"x")
    assert judgement.judge(capture.pk) == "unsure"
    assert "not be the face you enrolled before" in reasons(capture)[0]


def test_a_gallery_that_cannot_be_opened_enrols_nobody(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_self: gallery.Gallery) -> None:
        raise TemplateError

    monkeypatch.setattr(gallery.Gallery, "refresh", closed)
    assert judgement.judge(booth.sent(cast.sten()).pk) == "unsure"


def test_what_nobody_checks_is_said_on_page_receipt_and_case(booth: Booth) -> None:
    booth.enrolled(cast.sten())
    receipt = Receipt.objects.get(kind="cameo.enrolled").payload
    shown = booth.page(cast.ada())
    assert all("apparent age not checked" in text for text in (receipt, shown))
    assert "no passive check for shown faces" in receipt
    capture = booth.sent(cast.ada(), extra=b"x")
    judgement.judge(capture.pk)
    capture.refresh_from_db()
    lines = subjects.handlers("capture").show(capture.public_id).lines
    assert "Apparent age not checked." in lines


def test_the_receipt_names_the_text_that_was_agreed_to_and_the_law_that_ends_it(booth: Booth) -> None:
    booth.enrolled(cast.sten())
    capture, receipt = Capture.objects.get(), Receipt.objects.get(kind="cameo.enrolled").payload
    assert capture.agreement_sha256 in receipt
    assert '"idle_days":365' in receipt


def test_production_may_only_tighten_what_an_absence_means(booth: Booth, settings: Settings) -> None:
    settings.ABSENCES_TIGHTENED = {"pad": "hold"}
    capture = booth.sent(cast.sten())
    assert judgement.judge(capture.pk) == "unsure"
    settings.ABSENCES_TIGHTENED = {"face": "continue"}
    with pytest.raises(PolicyError):
        screen.unchecked("face")
    with pytest.raises(PolicyError):
        screen.unchecked("a check nobody thought of")
    settings.ABSENCES_TIGHTENED = {"padd": "hold"}
    with pytest.raises(PolicyError, match="padd"):
        screen.unchecked("pad")


def test_what_an_operator_set_wrongly_is_a_sentence_before_anything_starts(settings: Settings) -> None:
    assert checks.run_checks() == []
    settings.ABSENCES_TIGHTENED = {"face": "continue", "padd": "hold", "voice": "refuse"}
    settings.BIOMETRIC_LAWS, settings.PERSON_KEYS = ("CCPA",), "nowhere.Kms"
    told = sorted(f"{found.id} {found.msg}" for found in checks.run_checks())
    assert [line.split()[0] for line in told] == ["consent.E001", "consent.E002", "safety.E001", "safety.E001"]
    assert all(line.endswith((".", "face=continue.")) for line in told)
    assert "padd" in told[3] or "padd" in told[2]


def test_settings_of_the_environment_are_read(tmp_path: Path, settings: Settings) -> None:
    script = "from django.conf import settings as s; print(s.ABSENCES_TIGHTENED, s.BIOMETRIC_LAWS)"
    set_ = {"ABSENCES_TIGHTENED": "pad=hold, voice = refuse,", "BIOMETRIC_LAWS": "GDPR, BIPA"}
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.ROOT,
        env={**os.environ, **set_, "DJANGO_SETTINGS_MODULE": "config.settings", "COUNTENANCE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip() == "{'pad': 'hold', 'voice': 'refuse'} ('GDPR', 'BIPA')"


def test_without_a_passive_engine_the_active_checks_decide_unless_the_operator_is_stricter(
    booth: Booth, settings: Settings
) -> None:
    assert settings.WEIGHTS["minifasnet_v2.onnx"] is None, "as where it was not fetched"
    assert screen.unchecked("pad")[0].then == "continue"
    assert booth.enrolled(cast.sten()).state == "live"
    settings.ABSENCES_TIGHTENED = {"pad": "refuse"}
    assert judgement.judge(booth.sent(cast.ada(), extra=b"x").pk) == "spoof"


def test_whatever_is_absent_somebody_under_18_needs_a_guardian(booth: Booth) -> None:
    assert declined(booth.begun(cast.tess())) == "guardian_needed"
    stories.look_after("pat", "tess")
    assert booth.enrolled(cast.tess()).state == "live"
    assert "13 to 17, by birth date" in Receipt.objects.get(kind="cameo.enrolled").payload


def test_no_engine_here_speaks_with_a_voice_that_could_be_enrolled() -> None:
    assert screen.unchecked("voice")[0].say == "voice not compared"
    assert set(Template.Modality.values) == {"face", "portrait"}


def test_an_absence_that_refuses_enrols_nobody(booth: Booth, settings: Settings) -> None:
    settings.ABSENCES_TIGHTENED = {"voice": "refuse"}
    assert judgement.judge(booth.sent(cast.sten()).pk) == "spoof"


def test_the_face_is_whom_it_resembles_even_when_two_reasons_apply(booth: Booth, tmp_path: Path) -> None:
    protected(tmp_path)
    Capture.objects.all().delete()
    capture = booth.sent(cast.sten())
    judgement.judge(capture.pk)
    assert len(reasons(capture)) == len(set(reasons(capture)))
    assert identity.PROTECTED.sentence in reasons(capture)
