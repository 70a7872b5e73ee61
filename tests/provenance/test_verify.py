"""Verifying: the report of issue and command, with and without a database, for every file there is."""

import io
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.test import Client
from pytest_django import Settings

from provenance import ledger, seal, verify
from provenance.backends import keys
from provenance.log import sequencer
from provenance.log.models import Checkpoint, Entry, Tile
from provenance.manifests import credentials, findings, reading, record
from provenance.manifests.claim import CONSENT
from provenance.manifests.models import Manifest
from provenance.marks import invisible
from provenance.marks.models import Mark
from tests.provenance import material
from tests.provenance.test_seal import sealed
from tests.vectors.build import ours, remote

KEYS = {"verdict", "signer", "manifest", "ingredients", "consent", "ledger", "standing", "marks", "problems"}
MORE = {"headline", "sentence", "parts", "withdrawn_at"}


def command(path: Path, *options: str) -> tuple[int, str]:
    """Return the command's exit status and what it wrote."""
    out = io.StringIO()
    try:
        call_command("verify", str(path), *options, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.django_db
def test_a_sealed_file_is_ours_included_and_standing(tmp_path: Path) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": "c" * 64}))
    done = sealed(tmp_path, receipts=(seal.ReceiptRef("c" * 64, entry),))
    sequencer.sequence()
    status, out = command(done.path, "--json")
    said = json.loads(out)
    assert status == 0
    assert set(said) == KEYS | MORE
    assert (said["verdict"], said["ledger"], said["standing"]) == ("ours", "included", "standing")
    assert said["manifest"]["label"] == done.label
    assert said["problems"] == []
    named = {"receipt": "c" * 64, "entry": entry, "leaf_index": None, "attested_by": "operator"}
    assert said["consent"] == [{**named, "ledger": "included", "index": 0}]


@pytest.mark.django_db
def test_a_receipt_that_the_log_does_not_show_is_not_proven(tmp_path: Path) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": "d" * 64}))
    receipts = (seal.ReceiptRef("c" * 64, entry), seal.ReceiptRef("d" * 64, entry), seal.ReceiptRef("d" * 64, 10**9))
    done = sealed(tmp_path, receipts=receipts)
    assert [each["ledger"] for each in verify.examine(done.path).data()["consent"]] == ["pending"] * 3
    sequencer.sequence()
    found = [each["ledger"] for each in verify.examine(done.path).data()["consent"]]
    assert found == ["unknown", "included", "pending"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attested", "told", "sentence"),
    [
        (("passkey", "passkey"), ["passkey", "passkey"], "Each was signed with the person's own passkey."),
        (("passkey", "operator"), ["passkey", "operator"], "1 of 2 were signed"),
        (("operator", "the owner, truly"), ["operator", "operator"], "We alone attest them so far."),
    ],
)
def test_a_seal_says_who_attested_each_yes(
    tmp_path: Path, attested: tuple[str, str], told: list[str], sentence: str
) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("permit.minted", {"receipts": ["c" * 64, "d" * 64]}))
    receipts = tuple(seal.ReceiptRef(digest * 64, entry, by) for digest, by in zip("cd", attested, strict=True))
    done = sealed(tmp_path, receipts=receipts)
    sequencer.sequence()
    report = verify.examine(done.path)
    assert [each["attested_by"] for each in report.data()["consent"]] == told
    told_of = report.data()["parts"]["consent"]
    assert sentence in told_of["sentence"]
    assert told_of["state"] == ("proven" if set(told) == {"passkey"} else "claimed")


@pytest.mark.django_db
def test_a_seal_is_pending_until_the_log_has_it(tmp_path: Path) -> None:
    report = verify.examine(sealed(tmp_path).path).data()
    assert (report["verdict"], report["ledger"], report["standing"]) == ("ours", "pending", "standing")


@pytest.mark.django_db
def test_a_withdrawn_file_is_ours_withdrawn(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    with transaction.atomic():
        seal.withdraw(done.manifest, reason="consent.revoked")
    sequencer.sequence()
    status, out = command(done.path, "--json")
    assert status == 3
    assert (json.loads(out)["verdict"], json.loads(out)["standing"]) == ("ours-withdrawn", "withdrawn")


@pytest.mark.django_db
def test_a_log_that_was_tampered_with_does_not_count_as_included(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    sealed(tmp_path, render="render-2")
    sequencer.sequence()
    tile = Tile.objects.get()
    tile.hashes = bytes(32) + bytes(tile.hashes)[32:]
    tile.save()
    other = verify.examine(tmp_path / "render-2.mp4").data()
    assert other["ledger"] == "unknown"
    assert "the log's proof does not hold" in other["problems"]
    tile.hashes = b""
    tile.save()
    assert verify.examine(done.path).data()["ledger"] == "unknown"
    Checkpoint.objects.all().delete()
    assert verify.examine(done.path).data()["ledger"] == "pending"


@pytest.mark.django_db
def test_a_checkpoint_signed_by_another_key_proves_nothing(tmp_path: Path, settings: Settings) -> None:
    done = sealed(tmp_path)
    sequencer.sequence()
    (Path(settings.KEY_HOME) / "log-ed25519").write_bytes(secrets.token_bytes(32))
    assert verify.examine(done.path).data()["ledger"] == "unknown"


@pytest.mark.django_db
def test_a_seal_without_a_record_is_ours_and_absent(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    Mark.objects.update(manifest=None)
    Manifest.objects.all().delete()
    report = verify.examine(done.path).data()
    assert (report["verdict"], report["ledger"]) == ("ours", "absent")
    assert report["standing"].startswith("unknown since")


@pytest.mark.django_db
def test_padding_that_the_seal_does_not_cover_is_noticed_by_the_record(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    media = done.path.read_bytes()
    path = material.saved(tmp_path, media.replace(b"isomiso2avc1mp41", b"isomiso2avc1mp42", 1), "brand.mp4")
    report = verify.examine(path).data()
    assert report["verdict"] == "ours"
    assert record.DIFFERS in report["problems"]


@pytest.mark.django_db
def test_a_stripped_file_has_no_credentials_and_its_mark_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = sealed(tmp_path)
    path = material.saved(tmp_path, material.stripped(done.path.read_bytes()))
    found = invisible.Reading(ident=1, pilot=True, render="render-1", log10_fpr=-20.0)
    monkeypatch.setattr(invisible, "read", lambda _: found)
    report = verify.examine(path).data()
    assert report["verdict"] == "no-credentials"
    assert report["marks"] == {
        "invisible": "found",
        "render": "render-1",
        "manifest": done.label,
        "transplanted": None,
    }


@pytest.mark.django_db
def test_a_marked_clip_is_found_again_after_its_manifest_is_gone(tmp_path: Path) -> None:
    sealing = seal.begin(render="render-1", width=640, height=360, handle="felix")
    rng = np.random.default_rng(5)
    base = rng.integers(60, 190, (23, 40), np.uint8).repeat(16, 0).repeat(16, 1)[:360, :640]
    path = tmp_path / "marked.mp4"
    with av.open(path, "w") as file:
        stream = file.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for index in range(60):
            frame = av.VideoFrame(640, 360, "yuv420p")
            y = np.ascontiguousarray(np.roll(base, index, 1))
            sealing.mark(y, index / 24)
            for plane, content in zip(frame.planes, (y, *[np.full((180, 320), 128, np.uint8)] * 2), strict=True):
                padded = np.zeros((content.shape[0], plane.line_size), np.uint8)
                padded[:, : content.shape[1]] = content
                plane.update(padded.tobytes())
            frame.pts = index
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    report = verify.examine(path).data()
    assert report["verdict"] == "no-credentials"
    assert report["marks"]["render"] == "render-1"


@pytest.mark.django_db
def test_an_unmarked_clip_has_no_mark(tmp_path: Path) -> None:
    seal.begin(render="render-1", width=320, height=240, handle="felix")
    assert verify.examine(material.saved(tmp_path, material.clip())).data()["marks"]["invisible"] in {
        "none",
        "not read",
    }


def test_a_stranger_who_claims_consent_proves_none(tmp_path: Path) -> None:
    claimed = {"label": CONSENT, "data": {"receipts": [{"sha256": "c" * 64, "entry": 1}]}}
    media = material.sign(material.clip(), "video/mp4", material.stranger(), extra=[claimed])
    assert credentials.read(material.saved(tmp_path, media)).consent == ()


# -- the command


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"", "unreadable"),
        (b"not a video", "unreadable"),
        (b"\x00" * 9999, "unreadable"),
        (b"\xff\xd8\xff", "unreadable"),
    ],
)
def test_what_is_no_media_is_unreadable_and_exits_3(tmp_path: Path, content: bytes, verdict: str) -> None:
    status, out = command(material.saved(tmp_path, content), "--json")
    assert status == 3
    assert json.loads(out)["verdict"] == verdict
    assert set(json.loads(out)) == KEYS | MORE


@pytest.mark.django_db
def test_a_missing_file_a_folder_and_a_pipe_are_unreadable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe", Path("/dev/zero"), Path("a\0b")):
        status, out = command(path, "--json")
        assert (status, json.loads(out)["verdict"]) == (3, "unreadable")
    assert json.loads(command(tmp_path / "pipe", "--json")[1])["problems"] == ["This is not a file."]


@pytest.mark.django_db
def test_the_text_answer_cannot_steer_a_terminal(tmp_path: Path) -> None:
    theirs = material.sign(material.still("PNG"), "image/png", material.stranger())
    theirs = theirs.replace(b"Stranger", b"\x1b[2J\x07abc")
    status, out = command(material.saved(tmp_path, theirs))
    assert status == 3
    assert "\x1b" not in out
    assert out.startswith("verdict")


def alone(
    path: Path, *, home: Path, url: str = "postgresql://nobody@127.0.0.1:1/none"
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, where no database answers."""
    env = {"PATH": os.environ["PATH"], "COUNTENANCE_HOME": str(home), "DATABASE_URL": url}
    run = [sys.executable, "manage.py", "verify", str(path), "--json"]
    return subprocess.run(run, env=env, capture_output=True, text=True, check=False, cwd=reading.ROOT)


@pytest.mark.django_db
def test_the_command_works_where_there_is_no_database(tmp_path: Path, settings: Settings) -> None:
    done = sealed(tmp_path)
    sequencer.sequence()
    sequencer.publish(Checkpoint.objects.get().note, Checkpoint.objects.get().created_at)
    Path(settings.KEY_HOME).rename(tmp_path / "keys")
    ended = alone(done.path, home=tmp_path)
    said = json.loads(ended.stdout)
    assert ended.returncode == 0, ended.stderr
    assert (said["verdict"], said["ledger"]) == ("ours", "unknown")
    assert said["standing"].startswith("unknown since checkpoint 1 of 20")


def test_the_command_leaves_nothing_behind_on_a_fresh_machine(tmp_path: Path) -> None:
    path = material.saved(tmp_path, material.sign(material.still("PNG"), "image/png", material.stranger()))
    ended = alone(path, home=tmp_path / "home")
    assert ended.returncode == 3
    assert json.loads(ended.stdout)["verdict"] == "valid-unknown-signer"
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "home" / "keys").exists()


@pytest.mark.django_db
def test_a_database_that_fails_while_asked_leaves_the_standing_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = sealed(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(Manifest.objects, "select_related", fail)
    report = verify.examine(done.path).data()
    assert (report["verdict"], report["ledger"]) == ("ours", "unknown")
    assert report["standing"].startswith("unknown since")


# -- the child


def test_a_reader_that_hangs_is_stopped(tmp_path: Path) -> None:
    path = material.saved(tmp_path, material.clip())
    found = reading.read(path, anchors="", seconds=0.0)
    assert found.outcome is reading.Outcome.UNREADABLE
    assert "seconds" in found.note


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"outcome": "ours"}',
        b"[" * 100_000,
        b'{"outcome":"read","note":"","mime":"","remote":"","report":[]}',
    ],
)
def test_a_reader_that_babbles_read_nothing(answer: bytes) -> None:
    assert reading.understand(answer, 0).outcome is reading.Outcome.UNREADABLE


def test_a_reader_that_dies_read_nothing() -> None:
    good = b'{"outcome":"none","note":"","mime":"","remote":"","report":{}}'
    assert reading.understand(good, 0).outcome is reading.Outcome.NONE
    assert reading.understand(good, -9).outcome is reading.Outcome.UNREADABLE


def test_reading_limits_memory_and_time(tmp_path: Path) -> None:
    code = (
        "import resource; from provenance.manifests import reading; reading.limit();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=reading.ROOT)
    memory, seconds = map(int, ended.stdout.split())
    assert seconds == reading.SECONDS
    assert memory == reading.MEMORY or sys.platform == "darwin"


def test_a_named_address_is_not_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/secret"
        found = credentials.read(material.saved(tmp_path, remote(url)))
        with pytest.raises(TimeoutError):
            server.accept()
    assert found.verdict == "no-credentials"
    assert url in found.problems[0]


def test_random_changes_never_crash_and_never_leave_changed_media_ours(tmp_path: Path) -> None:
    """Seeded, in process for speed: the child runs these very functions."""
    media = ours(material.clip(), "video/mp4")
    _, end = material.box(media, b"uuid")
    anchors, rng = keys.anchors(), np.random.default_rng(11)
    for _ in range(300):
        place = int(rng.integers(len(media)))
        match int(rng.integers(4)):
            case 0:
                changed = material.flip(media, place, int(rng.integers(8)))
            case 1:
                changed = media[:place]
            case 2:
                changed = media[:place] + rng.bytes(int(rng.integers(1, 40))) + media[place:]
            case _:
                changed = media[:place] + media[place + int(rng.integers(1, 200)) :]
        answer = reading.report(io.BytesIO(changed), anchors)
        found = findings.interpret(reading.understand(json.dumps(answer).encode(), 0))
        is_same = len(changed) == len(media) and changed[end:] == media[end:]
        assert found.verdict != "ours" or is_same, place


# -- page and endpoint


@pytest.mark.django_db
def test_the_page_answers_in_words_with_three_lines(client: Client, tmp_path: Path) -> None:
    done = sealed(tmp_path)
    sequencer.sequence()
    with done.path.open("rb") as file:
        page = client.post("/verify", {"file": file})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Ours, and unaltered" in text
    assert text.split("<details", maxsplit=1)[0].count('data-state="proven"') == 2
    assert "Made without anybody" in text


@pytest.mark.django_db
def test_the_page_escapes_what_a_file_says(client: Client, tmp_path: Path) -> None:
    media = material.sign(material.still("PNG"), "image/png", material.stranger(), title="<script>alert(1)</script>")
    with material.saved(tmp_path, media).open("rb") as file:
        text = client.post("/verify", {"file": file}).content.decode()
    assert "Signed by someone we do not know" in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.django_db
def test_the_page_says_what_to_do_without_a_file_and_with_too_large_a_one(client: Client, settings: Settings) -> None:
    assert "Verify a file" in client.get("/verify").content.decode()
    assert "Choose a file first" in client.post("/verify").content.decode()
    settings.VERIFY_MAX_BYTES = 10
    page = client.post("/verify", {"file": io.BytesIO(b"x" * 100_000)})
    assert page.status_code == 413
    assert "larger than" in page.content.decode()


@pytest.mark.django_db
def test_the_endpoint_needs_no_sign_in_and_answers_as_the_command(
    client: Client, tmp_path: Path, settings: Settings
) -> None:
    done = sealed(tmp_path)
    with done.path.open("rb") as file:
        answer = client.post("/api/v1/verify", {"file": file})
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(verify.examine(done.path).data()))
    assert client.post("/api/v1/verify").json()["error"]["code"] == "no_file"
    settings.VERIFY_MAX_BYTES = 10
    refused = client.post("/api/v1/verify", {"file": io.BytesIO(b"x" * 100_000)})
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.django_db
def test_nothing_of_an_upload_is_kept(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client.post("/verify", {"file": io.BytesIO(material.clip())})
    assert list(tmp_path.iterdir()) == []
    assert not Entry.objects.exists()
