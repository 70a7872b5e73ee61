"""Asking on a page, or by the API, that a face is left alone; a person decides, the picture goes, the key goes last."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from consent.cameos import agreement, judgement, registry, vault
from consent.errors import CaptureError
from consent.models import Capture, Notice, Protected, Receipt, Template
from provenance.models import Entry
from safety.review import decide, desk
from safety.review.models import Case, Decision
from tests import cast
from tests.consent import films
from tests.consent.booth import commits, reasons
from tests.consent.test_pages import signed_in

pytestmark = pytest.mark.django_db
if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


def photograph(shown: films.Pixels | None = None) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(films.astronaut() if shown is None else shown).save(buffer, "JPEG")
    return buffer.getvalue()


def asked(client: Client, picture: bytes, **changed: str) -> "Answer":
    told = {"relation": "estate", "proof": "A court's letter.", "agreement": agreement.VERSION, **changed}
    return client.post("/protect", {**told, "picture": SimpleUploadedFile("a.jpg", picture)})


def judged(client: Client, picture: bytes) -> Capture:
    with commits():
        assert asked(client, picture).status_code == 302
    capture = Capture.objects.latest("pk")
    with commits():
        judgement.judge(capture.pk)
    capture.refresh_from_db()
    return capture


def decided(case: str, answer: Decision.Answer) -> None:
    with commits():
        decide.decide(case, by=cast.mo().pk, decision=answer, reason="I have seen the letter.")


def test_a_face_is_protected_after_a_person_looked_and_the_picture_is_deleted() -> None:
    client = signed_in(cast.pat())
    capture = judged(client, photograph())
    entry = Protected.objects.get()
    assert (capture.state, capture.case, entry.state) == ("unsure", entry.case, "pending")
    held = desk.media(Case.objects.get(public_id=entry.case), by=cast.mo().pk)
    assert held == Path(settings.CAPTURE_HOME) / capture.recording, "the moderator sees the picture beside the proof"
    decided(entry.case, Decision.Answer.CLEAR)
    entry.refresh_from_db()
    capture.refresh_from_db()
    assert (entry.state, capture.state, capture.recording) == ("in_force", "live", "")
    assert list(Path(settings.CAPTURE_HOME).iterdir()) == []
    assert Notice.objects.filter(person=entry.asked_by, kind="protected.decided").count() == 1
    assert "The face is protected" in client.get(f"/enrol/{capture.public_id}").content.decode()
    assert "in force" in client.get("/protect").content.decode()


def test_the_receipt_names_the_text_and_taking_it_back_certifies_the_end_of_the_key() -> None:
    pat = cast.pat()
    client = signed_in(pat)
    judged(client, photograph())
    entry = Protected.objects.get()
    receipt = Receipt.objects.get(person=pat, kind="protected.asked")
    assert agreement.VERSION in receipt.payload
    assert entry.agreement_sha256 in receipt.payload
    assert "handed over" in receipt.payload
    assert vault.names() == [entry.public_id]
    assert signed_in(cast.sten()).post(f"/protect/{entry.public_id}/take-back").status_code == 404
    with commits():
        assert client.post(f"/protect/{entry.public_id}/take-back").status_code == 302
    entry.refresh_from_db()
    assert (entry.state, vault.names(), Template.objects.count()) == ("withdrawn", [], 0)
    assert entry.erased_at is not None
    assert Receipt.objects.filter(person=pat, kind="protected.erased").count() == 1
    assert Entry.objects.filter(kind="protected.erased").count() == 1
    assert list(Path(settings.CAPTURE_HOME).iterdir()) == []


def test_an_erasure_that_was_interrupted_is_finished_by_the_sweep() -> None:
    judged(signed_in(cast.pat()), photograph())
    registry.withdraw(Protected.objects.get())  # no commit: nothing after it ran
    assert vault.names() != []
    registry.sweep()
    registry.sweep()
    assert vault.names() == []
    assert Receipt.objects.filter(kind="protected.erased").count() == 1


def test_what_a_person_refused_leaves_nothing_and_is_said() -> None:
    client = signed_in(cast.pat())
    capture = judged(client, photograph())
    decided(capture.case, Decision.Answer.REFUSE)
    capture.refresh_from_db()
    assert (capture.state, Template.objects.count(), vault.names()) == ("spoof", 0, [])
    assert registry.REFUSED in client.get(f"/enrol/{capture.public_id}").content.decode()


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (photograph(films.company()), registry.ONE_FACE),
        (photograph()[:2000], "cannot be read"),
        (b"GIF89a" + bytes(50), "."),
        (b"", ""),
    ],
    ids=["two", "cut", "foreign", "empty"],
)
def test_a_picture_that_will_not_do_is_refused_in_a_sentence(picture: bytes, sentence: str) -> None:
    client = signed_in(cast.pat())
    if not picture:
        assert asked(client, picture).status_code == 400
        return
    capture = judged(client, picture)
    assert capture.state == "spoof"
    assert sentence in reasons(capture)[0]
    assert not Protected.objects.exists()
    assert list(Path(settings.CAPTURE_HOME).iterdir()) == []


@pytest.mark.parametrize("side", [7_000, 30_000], ids=["large", "bomb"])
def test_a_picture_bomb_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (side, side)).save(path)
    with pytest.raises(CaptureError, match="40 million"):
        registry.look(path)


def test_staff_nobody_without_proof_and_nobody_unread_may_ask() -> None:
    for who, changed, told in (
        (cast.mo(), {}, "works here"),
        (cast.pat(), {"agreement": "2020-01-01"}, "has changed"),
        (cast.pat(), {"proof": " "}, "required"),
    ):
        answer = asked(signed_in(who), photograph(), **changed)
        assert answer.status_code in {400, 409}
        assert told in answer.content.decode()
    assert not Capture.objects.exists()


def test_the_api_asks_lists_and_takes_back() -> None:
    client = signed_in(cast.pat())
    told = {"relation": "self", "proof": "It is me.", "agreement": agreement.VERSION}
    with commits():
        answer = client.post("/api/v1/protected", {**told, "picture": SimpleUploadedFile("a.jpg", photograph())})
    assert (answer.status_code, answer.json()["state"]) == (202, "judging")
    judgement.judge(Capture.objects.get().pk)
    (listed,) = client.get("/api/v1/protected").json()["protected"]
    assert listed["state"] == "pending"
    assert signed_in(cast.sten()).delete(f"/api/v1/protected/{listed['id']}").status_code == 404
    assert client.delete(f"/api/v1/protected/{listed['id']}").status_code == 204
    assert client.get("/api/v1/protected").json()["protected"][0]["state"] == "withdrawn"
