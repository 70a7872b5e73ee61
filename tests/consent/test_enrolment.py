import re
import secrets
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from consent.cameos import agreement, enrolment, erasure, judgement, likeness, trying, vault
from consent.cameos.enrolment import Declined
from consent.cameos.observation import Observation
from consent.errors import TemplateError
from consent.grants import switch
from consent.models import Cameo, Capture, Fact, Person, Receipt, Template
from safety.review import decide
from safety.review.models import Decision
from tests import cast
from tests.consent import films
from tests.consent.booth import BROWSER, Booth, commits, reasons
from tests.consent.test_pages import signed_in

pytestmark = pytest.mark.django_db


def test_a_recording_sent_over_the_api_makes_a_live_cameo(film: Path) -> None:
    sten = cast.sten()
    client = signed_in(sten)
    opened = client.post("/api/v1/captures").json()
    assert set(opened) == {"id", "challenge", "expires_at"}
    Capture.objects.filter(public_id=opened["id"]).update(
        challenge={"poses": list(films.POSES), "digits": films.DIGITS, "max_seconds": 20}
    )
    with film.open("rb") as recording:
        body, kind = multipart(recording.read())
    sent = client.put(f"/api/v1/captures/{opened['id']}/recording", body, content_type=kind)
    assert (sent.status_code, sent.json()["state"]) == (202, "judging")
    judgement.judge(Capture.objects.get(public_id=opened["id"]).pk)  # the real engines, as the worker runs them
    told = client.get(f"/api/v1/captures/{opened['id']}").json()
    assert told == {"id": opened["id"], "state": "live", "reasons": [], "cameo": {"handle": "sten", "state": "live"}}
    assert "enrolled" in client.get(f"/enrol/{opened['id']}").content.decode()


def test_a_live_cameo_is_for_its_owner_alone_with_a_receipt_and_a_fact(booth: Booth) -> None:
    sten = cast.sten()
    cameo = booth.enrolled(sten)
    assert (cameo.state, cameo.audience, cameo.epoch) == ("live", "only_me", 2)
    assert Receipt.objects.get(person=sten, kind="cameo.enrolled").entry
    assert Fact.objects.get(kind="cameo_enrolled").body == {"cameo": cameo.pk, "owner": sten.pk}


def test_what_is_kept_opens_as_a_portrait_with_its_face_in_it(booth: Booth) -> None:
    cameo = booth.enrolled(cast.sten())
    drawn = likeness.open(cameo.pk)
    assert (drawn.portrait.shape, drawn.portrait.dtype) == ((512, 512, 3), np.uint8)
    assert (drawn.landmarks.shape, drawn.landmarks.dtype) == ((478, 3), np.float32)
    assert np.abs(drawn.landmarks[:, :2].mean(axis=0) - 256).max() < 60
    assert drawn.handle == "sten"
    assert "array" not in repr(drawn)


def test_templates_are_encrypted_and_the_key_lies_outside_the_database(booth: Booth) -> None:
    sten = cast.sten()
    cameo = booth.enrolled(sten)
    key = Path(settings.KEY_HOME) / "people" / f"{sten.public_id}.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    face, portrait = Template.objects.filter(cameo=cameo).order_by("modality")
    assert b"PK" not in bytes(face.ciphertext)[:64]
    face.cameo = cameo
    face.modality = portrait.modality
    with pytest.raises(TemplateError):
        likeness.opened(face)


def test_the_recording_is_deleted_once_judged(booth: Booth) -> None:
    capture = booth.sent(cast.sten())
    path = Path(settings.CAPTURE_HOME) / capture_name(capture)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with commits():
        judgement.judge(capture.pk)
    assert not path.exists()
    assert capture_name(capture) == ""


def test_after_withdrawal_no_key_opens_what_an_old_dump_holds(booth: Booth) -> None:
    sten = cast.sten()
    cameo = booth.enrolled(sten)
    dumped = list(Template.objects.filter(cameo=cameo).select_related("cameo"))
    with commits():
        switch.withdraw(sten)
    assert not Template.objects.filter(cameo=cameo).exists()
    assert vault.names() == []
    for template in dumped:
        with pytest.raises(TemplateError):
            likeness.opened(template)
    booth.enrolled(sten, extra=b"another recording")
    for template in dumped:
        with pytest.raises(TemplateError):
            likeness.opened(template)


def test_enrolling_again_after_withdrawal_begins_with_nobody_let_in(booth: Booth) -> None:
    sten = cast.sten()
    booth.enrolled(sten)
    switch.withdraw(sten)
    again = booth.enrolled(sten, extra=b"x")
    assert (again.state, again.audience) == ("live", "only_me")


def test_wrong_digits_enrol_nobody_and_say_so(booth: Booth) -> None:
    capture = booth.sent(cast.sten(), digits="000001")
    assert judgement.judge(capture.pk) == "spoof"
    assert reasons(capture) == ["The digits we heard are not the ones we asked for."]
    assert not Template.objects.exists()
    assert not Cameo.objects.filter(owner__handle="sten", state="live").exists()


def test_a_recording_is_good_once_even_for_the_right_challenge(booth: Booth) -> None:
    booth.enrolled(cast.sten())
    again = booth.sent(cast.sten())
    assert judgement.judge(again.pk) == "spoof"
    assert reasons(again) == ["This recording was sent before: a challenge is answered live."]


def test_a_face_that_somebody_else_enrolled_goes_to_a_person(booth: Booth) -> None:
    booth.enrolled(cast.sten())
    capture = booth.sent(cast.ada(), extra=b"x")
    assert judgement.judge(capture.pk) == "unsure"
    assert "another account" in reasons(capture)[0]
    assert capture.case
    assert not Template.objects.filter(cameo__owner__handle="ada").exists()
    assert capture_name(capture), "a case holds the recording"


def test_what_a_person_clears_is_enrolled_and_what_they_refuse_is_deleted(booth: Booth) -> None:
    booth.enrolled(cast.sten())
    for person, decision, state in (
        (cast.ada(), Decision.Answer.CLEAR, "live"),
        (cast.pat(), Decision.Answer.REFUSE, "spoof"),
    ):
        capture = booth.sent(person, extra=person.handle.encode())
        assert judgement.judge(capture.pk) == "unsure"
        capture.refresh_from_db()
        with commits():
            decide.decide(capture.case, by=cast.mo().pk, decision=decision, reason="Seen it.")
        with commits():
            assert judgement.judge(capture.pk) == state
        assert capture_name(capture) == ""


def test_an_engine_that_is_missing_closes_and_a_person_decides(film: Path, settings: Settings) -> None:
    settings.WEIGHTS = settings.WEIGHTS | {"face_recognition_sface.onnx": None}
    capture = Booth(film).sent(cast.sten())
    assert judgement.judge(capture.pk) == "unsure"
    assert "could not run" in reasons(capture)[0]
    assert not Template.objects.exists()


def test_an_engine_that_stumbles_closes(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_path: Path, **_: object) -> Observation:
        raise FloatingPointError

    monkeypatch.setattr(judgement, "observe", stumble)
    assert judgement.judge(booth.sent(cast.sten()).pk) == "unsure"


def test_a_capture_delivered_twice_is_judged_once(booth: Booth) -> None:
    capture = booth.sent(cast.sten())
    assert judgement.judge(capture.pk) == "live"
    assert judgement.judge(capture.pk) == "live"
    assert Receipt.objects.filter(kind="cameo.enrolled").count() == 1


def test_two_workers_at_once_enrol_once(booth: Booth, seen: Observation, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = booth.sent(cast.sten())

    def meanwhile(_path: Path, **_: object) -> Observation:
        monkeypatch.setattr(judgement, "observe", lambda _path, **_: seen)
        assert judgement.judge(capture.pk) == "judging", "the first one holds the lease"
        Capture.objects.filter(pk=capture.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
        assert judgement.judge(capture.pk) == "live", "whose lease ran out has lost it"
        return seen

    monkeypatch.setattr(judgement, "observe", meanwhile)
    assert judgement.judge(capture.pk) == "live"
    assert Receipt.objects.filter(kind="cameo.enrolled").count() == 1


def test_an_interrupted_judgement_is_sent_again_and_given_up_after_three(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(enrolment, "send", sent.append)
    capture = booth.sent(cast.sten())
    dead = {"leased_until": timezone.now() - timedelta(seconds=1), "attempts": 3}
    Capture.objects.filter(pk=capture.pk).update(**dead)
    assert enrolment.sweep() == 1
    assert sent == [capture.pk]
    assert judgement.judge(capture.pk) == "spoof"
    assert reasons(capture) == ["This recording could not be judged: record it again."]


def test_a_challenge_is_good_for_one_recording_and_two_minutes(booth: Booth) -> None:
    answered = booth.sent(cast.sten())
    answered.refresh_from_db()
    assert declined(enrolment.receive(answered, chunks=[b"x"], browser=BROWSER)) == "expired"
    late = booth.opened(cast.sten())
    Capture.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    late.refresh_from_db()
    assert declined(enrolment.receive(late, chunks=[b"x"], browser=BROWSER)) == "expired"
    assert enrolment.find(late.public_id, person=cast.sten()).state == "expired"  # type: ignore[union-attr]


def test_two_uploads_that_race_are_one(booth: Booth) -> None:
    capture = booth.opened(cast.sten())
    twin = Capture.objects.get(pk=capture.pk)
    assert enrolment.receive(capture, chunks=[b"first"], browser=BROWSER) is None
    assert declined(enrolment.receive(twin, chunks=[b"second"], browser=BROWSER)) == "expired"
    assert len(list(Path(settings.CAPTURE_HOME).iterdir())) == 1


def test_a_recording_past_the_limit_stops_arriving_and_leaves_nothing(booth: Booth) -> None:
    capture = booth.opened(cast.sten())
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"\0" * 2**20

    assert declined(enrolment.receive(capture, chunks=endless(), browser=BROWSER)) == "too_large"
    assert len(taken) < 60
    assert list(Path(settings.CAPTURE_HOME).iterdir()) == []


def test_five_failures_in_three_minutes_make_a_pause(booth: Booth) -> None:
    for number in range(5):
        capture = booth.sent(cast.sten(), digits="000001", extra=bytes([number]))
        assert judgement.judge(capture.pk) == "spoof"
    assert declined(enrolment.begin(cast.sten(), browser=BROWSER)) == "too_often"
    other = enrolment.begin(cast.sten(), browser=enrolment.browser_of("another"), path="alternative")
    assert declined(other) == "too_often", "neither another browser nor the alternative path is a way round"


def test_the_pause_grows_and_ends() -> None:
    sten, now = cast.sten(), timezone.now()
    fail(sten, ago=[61, 60.9, 60.8, 60.7, 60.6, 2, 1.9, 1.8, 1.7, 1.6])
    assert timedelta(minutes=4) < trying.pause(sten.pk) < timedelta(minutes=5)
    Capture.objects.update(judged_at=F("judged_at") - timedelta(minutes=5))
    assert trying.pause(sten.pk) <= timedelta(0)
    Capture.objects.update(judged_at=now)
    assert trying.pause(sten.pk) > timedelta(minutes=5)
    assert "6 minutes" in refusal(enrolment.begin(sten, browser=BROWSER)).advice


def test_four_failures_are_no_pause_and_slow_ones_neither() -> None:
    sten = cast.sten()
    fail(sten, ago=[2.5, 2, 1.5, 1])
    assert trying.pause(sten.pk) <= timedelta(0)
    fail(sten, ago=[9])
    assert trying.pause(sten.pk) <= timedelta(0)
    fail(sten, ago=[0.5])
    assert trying.pause(sten.pk) > timedelta(0)


def test_recordings_not_yet_judged_count_so_that_many_at_once_gain_nothing(booth: Booth) -> None:
    for number in range(5):
        booth.sent(cast.sten(), extra=bytes([number]))
    assert declined(enrolment.begin(cast.sten(), browser=BROWSER)) == "too_often"


def test_two_recordings_wait_for_a_person_and_no_third() -> None:
    sten = cast.sten()
    fail(sten, ago=[60, 50], state=Capture.State.UNSURE)
    assert declined(enrolment.begin(sten, browser=BROWSER)) == "waiting"


def test_a_challenge_is_answered_from_the_browser_it_was_given_to(booth: Booth) -> None:
    capture = booth.opened(cast.sten())
    stolen = enrolment.receive(capture, chunks=[b"x"], browser=enrolment.browser_of("another"))
    assert declined(stolen) == "other_browser"
    assert enrolment.receive(capture, chunks=[b"x"], browser=BROWSER) is None


def test_another_session_of_the_same_person_cannot_answer_over_the_api(booth: Booth) -> None:
    one, other = signed_in(cast.sten()), signed_in(cast.sten())
    opened = one.post("/api/v1/captures").json()
    body, kind = multipart(b"x")
    place = f"/api/v1/captures/{opened['id']}/recording"
    told = other.put(place, body, content_type=kind)
    assert (told.status_code, told.json()["error"]["code"]) == (403, "other_browser")
    assert one.put(place, body, content_type=kind).status_code == 202


def test_a_session_without_a_key_binds_to_nothing() -> None:
    assert enrolment.browser_of(None) != enrolment.browser_of(None)
    assert enrolment.browser_of("one") == enrolment.browser_of("one") != "one"


def test_a_new_challenge_ends_the_one_before(booth: Booth) -> None:
    first, second = booth.opened(cast.sten()), booth.opened(cast.sten())
    first.refresh_from_db()
    assert (first.state, second.state) == ("expired", "open")


def test_who_was_shown_an_older_text_is_asked_again() -> None:
    assert declined(enrolment.begin(cast.sten(), browser=BROWSER, agreed="2020-01-01")) == "agreement_changed"
    assert not Capture.objects.exists()


def test_the_alternative_path_is_longer_and_shows_no_colours() -> None:
    told = signed_in(cast.sten()).post("/api/v1/captures", {"path": "alternative"}).json()["challenge"]
    assert (told["path"], len(told["poses"]), len(told["digits"]), told["lights"]) == ("alternative", 8, 10, [])
    assert len(told["phrase"].split()) == 5


def test_nobody_sees_or_answers_another_persons_capture(booth: Booth) -> None:
    capture = booth.opened(cast.sten())
    ada = signed_in(cast.ada())
    assert ada.get(f"/api/v1/captures/{capture.public_id}").status_code == 404
    body, kind = multipart(b"x")
    assert ada.put(f"/api/v1/captures/{capture.public_id}/recording", body, content_type=kind).status_code == 404
    assert ada.get(f"/enrol/{capture.public_id}").status_code == 404


def test_the_page_leads_from_consent_to_a_challenge_and_takes_a_file(booth: Booth) -> None:
    client = signed_in(cast.sten())
    assert "What we keep" in client.get("/enrol").content.decode()
    place = client.post("/enrol", {"agreement": agreement.VERSION}).headers["Location"]
    page = client.get(place).content.decode()
    capture = Capture.objects.get()
    assert all(words in page for words in (" ".join(capture.challenge["digits"]), "enrol.js", "Send a recording"))
    with booth.film.open("rb") as file:
        assert client.post(f"{place}/recording", {"recording": file}).headers["Location"] == place
    assert "looking at your recording" in client.get(place).content.decode()


def test_the_sweep_takes_keys_and_recordings_nobody_names(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    booth.enrolled(cast.sten())
    vault.seal(b"x", name="nobody_at_all", binding="x")
    (Path(settings.CAPTURE_HOME) / "lost").write_bytes(b"x")
    assert erasure.sweep() == 0, "what is young may still be claimed"
    monkeypatch.setattr(erasure, "ORPHAN", -1)
    erasure.sweep()
    assert vault.names() == [cast.sten().public_id]
    assert not (Path(settings.CAPTURE_HOME) / "lost").exists()


def capture_name(capture: Capture) -> str:
    capture.refresh_from_db()
    return capture.recording


def declined(answer: object) -> str:
    return refusal(answer).code


def refusal(answer: object) -> Declined:
    assert isinstance(answer, Declined), answer
    assert answer.sentence.endswith(".")
    return answer


def fail(person: Person, *, ago: list[float], state: Capture.State = Capture.State.SPOOF) -> None:
    """Let attempts have failed so many minutes ago."""
    for minutes in ago:
        when = timezone.now() - timedelta(minutes=minutes)
        Capture.objects.create(
            person=person, browser=BROWSER, challenge={}, state=state, received_at=when, judged_at=when, expires_at=when
        )


def multipart(content: bytes) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)  # long: a short one does occur in a film
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="recording"; filename="a.mp4"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def test_trying_again_takes_the_same_path_and_the_same_text(booth: Booth) -> None:
    client = signed_in(cast.sten())
    place = client.post("/enrol", {"agreement": agreement.VERSION, "path": "alternative"}).headers["Location"]
    Capture.objects.update(state=Capture.State.EXPIRED)
    page = client.get(place).content.decode()
    sent = dict(re.findall(r'name="(agreement|path)" value="([^"]*)"', page))
    assert sent == {"agreement": agreement.VERSION, "path": "alternative"}
    assert client.post("/enrol", sent).headers["Location"] != "/enrol"
    assert Capture.objects.get(state="open").challenge["path"] == "alternative"


def test_without_agreeing_nothing_begins(booth: Booth) -> None:
    answer = signed_in(cast.sten()).post("/enrol", {}, follow=True)
    assert "has changed" in answer.content.decode()
    assert not Capture.objects.exists()
