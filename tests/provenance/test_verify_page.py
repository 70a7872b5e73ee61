"""The Verify page: it answers at once, looks for the mark afterwards, and keeps a file no longer than that."""

import io
import os
import re
import tempfile
import threading
import time
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from provenance import seal, tasks, verify
from provenance.auditor import opened
from provenance.log import sequencer
from provenance.marks import invisible, waiting
from tests.provenance import material
from tests.provenance.test_seal import sealed

pytestmark = pytest.mark.django_db
TICKET = re.compile(r'name="ticket" value="([\w-]+)"')
FOUND = invisible.Reading(ident=1, pilot=True, render="render-1", log10_fpr=-20.0)


def sent(client: Client, media: bytes, name: str = "clip.mp4", **headers: str) -> str:
    file = io.BytesIO(media)
    file.name = name
    answer = client.post("/verify", {"file": file}, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def ticket_in(text: str) -> str:
    found = TICKET.search(text)
    return found[1] if found else ""


def looks(settings: Settings) -> list[Path]:
    home = Path(settings.LOOK_HOME)
    return list(home.iterdir()) if home.exists() else []


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invisible, "read", lambda _: FOUND)


def test_the_page_answers_without_looking_into_the_pictures(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invisible, "read", lambda _: pytest.fail("the page waited for the search"))
    text = sent(client, material.clip())
    assert "No credentials" in text
    assert ticket_in(text)
    assert "Look for our mark (takes up to 5 seconds)" in text  # the way on without JavaScript


def test_a_stripped_video_is_recognised_once_its_pictures_were_searched(
    client: Client, tmp_path: Path, settings: Settings, marked: None
) -> None:
    done = sealed(tmp_path)
    ticket = ticket_in(sent(client, material.stripped(done.path.read_bytes())))
    assert [path.stat().st_mode & 0o777 for path in looks(settings)] == [0o600]
    assert not any(ticket in path.name for path in looks(settings))
    text = client.post("/verify/look", {"ticket": ticket, "name": "clip.mp4"}).content.decode()
    assert "Ours once; these bytes are not proven" in text
    assert 'data-part="mark" data-code="mark.found"' in text
    assert "<form" in text
    assert "clip.mp4" in text
    assert looks(settings) == []  # gone as soon as it was looked at


def test_htmx_gets_the_answer_alone(client: Client, tmp_path: Path, marked: None) -> None:
    done = sealed(tmp_path)
    ticket = ticket_in(sent(client, material.stripped(done.path.read_bytes())))
    answer = client.post("/verify/look", {"ticket": ticket}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.lstrip().startswith('<article id="answer"')
    assert answer["HX-Retarget"] == "#answer"
    assert 'data-say="Ours once; these bytes are not proven"' in text


def test_a_ticket_is_good_for_one_look_and_a_guess_for_none(client: Client, tmp_path: Path, marked: None) -> None:
    ticket = ticket_in(sent(client, material.clip()))
    assert client.post("/verify/look", {"ticket": ticket}).status_code == 200
    for wrong in (ticket, "", "a" * 43, "../../etc/passwd", "\x00" * 43):
        answer = client.post("/verify/look", {"ticket": wrong})
        assert answer.status_code == 410
        assert "no longer here" in answer.content.decode()
    assert client.get("/verify/look").status_code == 405


def test_while_one_is_looked_at_the_next_waits_its_turn(client: Client, settings: Settings, marked: None) -> None:
    ticket = ticket_in(sent(client, material.clip()))
    with waiting.eyes:
        plain = client.post("/verify/look", {"ticket": ticket, "name": "clip.mp4"}).content.decode()
        answer = client.post("/verify/look", {"ticket": ticket}, headers={"HX-Request": "true"})
    assert "Another video is being looked at" in plain
    assert ticket_in(plain) == ticket
    assert answer["HX-Retarget"] == "#looking"
    assert "load delay:2s" in answer.content.decode()
    assert len(looks(settings)) == 1
    assert client.post("/verify/look", {"ticket": ticket}).status_code == 200


def test_a_search_that_breaks_leaves_no_file_and_no_lock(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ticket_in(sent(client, material.clip()))
    monkeypatch.setattr(verify, "examine", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.post("/verify/look", {"ticket": ticket})
    assert looks(settings) == []
    assert waiting.eyes.acquire(blocking=False)
    waiting.eyes.release()


@pytest.mark.parametrize("kind", ["ours", "picture", "unreadable"])
def test_what_cannot_carry_our_mark_or_needs_none_is_not_kept(
    client: Client, tmp_path: Path, settings: Settings, kind: str
) -> None:
    files = {"ours": sealed(tmp_path).path.read_bytes(), "picture": material.still("PNG"), "unreadable": b"no video"}
    assert ticket_in(sent(client, files[kind])) == ""
    assert looks(settings) == []


def test_what_nobody_came_for_is_deleted_by_the_beat_and_before_the_next(client: Client, settings: Settings) -> None:
    sent(client, material.clip())
    (old,) = looks(settings)
    os.utime(old, (time.time() - waiting.SECONDS - 1,) * 2)
    sent(client, material.clip())
    assert not old.exists()
    (young,) = looks(settings)
    tasks.forget()
    assert young.exists()
    os.utime(young, (time.time() - waiting.SECONDS - 1,) * 2)
    tasks.forget()
    assert looks(settings) == []


def test_no_more_than_so_many_files_wait(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 1)
    assert ticket_in(sent(client, material.clip()))
    assert ticket_in(sent(client, material.clip())) == ""  # answered from the file alone
    assert len(looks(settings)) == 1


def test_a_disk_that_is_full_costs_the_search_and_not_the_answer(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(waiting, "put", full)
    assert "No credentials" in sent(client, material.clip())


def test_a_file_on_another_disk_is_copied(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", elsewhere)
    ticket = waiting.keep(material.saved(tmp_path, b"content"))
    with waiting.taken(ticket) as path:
        assert path is not None
        assert path.read_bytes() == b"content"
    assert looks(settings) == []


def test_of_two_who_come_at_once_with_a_ticket_one_gets_the_file(tmp_path: Path) -> None:
    ticket = waiting.keep(material.saved(tmp_path, b"content"))
    got: list[object] = []
    both = threading.Barrier(2)

    def come() -> None:
        both.wait()
        got.append(waiting.claim(ticket))

    threads = [threading.Thread(target=come) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(each is not None for each in got) == 1


def test_an_upload_is_gone_from_the_temporary_folder(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sent(client, material.clip())
    assert list(tmp_path.iterdir()) == []


def test_hostile_names_are_shown_for_what_they_are(client: Client, marked: None) -> None:
    title = "<script>alert(1)</script>\u202egpj.exe\x1b[2J" + "long" * 200
    media = material.sign(material.still("PNG"), "image/png", material.stranger(), title=title)
    text = sent(client, media, name="\u202e<b>gnp.exe.png")
    assert "<script>alert" not in text
    assert "<b>gnp" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]gpj.exe[U+001B][2J" in text
    assert "&lt;b&gt;gnp.exe.png" in text
    assert not {"\u202e", "\x1b"} & set(text)
    ticket = ticket_in(sent(client, material.clip()))
    text = client.post("/verify/look", {"ticket": ticket, "name": "\u202e<b>gnp.exe"}).content.decode()
    assert "[U+202E]&lt;b&gt;gnp.exe" in text


def test_a_withdrawn_video_says_since_when(client: Client, tmp_path: Path) -> None:
    done = sealed(tmp_path)
    with transaction.atomic():
        seal.withdraw(done.manifest, reason="consent.revoked")
    sequencer.sequence()
    text = sent(client, done.path.read_bytes())
    assert "Ours, and since withdrawn" in text
    assert re.search(r"It was taken back on \d+ \w+ 20\d\d, \d\d:\d\d UTC\.", text.split("<details", maxsplit=1)[0])


def test_everything_that_is_needed_to_repeat_it_can_be_downloaded(client: Client, tmp_path: Path) -> None:
    assert client.get("/verify/anchors.pem").status_code == 404  # no key was made here yet
    assert client.get("/log/key.txt").status_code == 404
    done = sealed(tmp_path)
    address = f"/log/video/{done.label}.tlog-proof"
    assert client.get(address).status_code == 404  # pending
    sequencer.sequence()
    text = sent(client, done.path.read_bytes())
    for one in ("/verify/anchors.pem", "/log/key.txt", address, f"/log/standing/{done.label}"):
        assert f'href="{one}"' in text
        assert client.get(one).headers["Content-Disposition"].startswith("attachment")
    key, file = client.get("/log/key.txt").content.decode(), client.get(address).content.decode()
    entry = opened.prove(opened.read(file), trust=opened.trusted(key))
    assert entry.fact["file_sha256"] == done.file_sha256
    assert "--proof video.tlog-proof --standing standing.txt --log-key" in text
    assert client.get("/log/video/urn:c2pa:nobody.tlog-proof").status_code == 404


def test_a_proof_is_offered_only_where_there_is_one(client: Client, tmp_path: Path) -> None:
    assert ".tlog-proof" not in sent(client, sealed(tmp_path).path.read_bytes())
