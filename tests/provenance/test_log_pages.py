"""The log's pages as Ada the auditor uses them: she believes nothing, and repeats every proof without us."""

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st
from pytest_django import Settings

from provenance import ledger
from provenance.auditor import log as auditor
from provenance.auditor import proofs as repeated
from provenance.auditor.sources import Folder
from provenance.backends import keys
from provenance.errors import LogFormatError
from provenance.log import (
    archive,
    checking,
    checkpoint,
    cosignature,
    growing,
    ours,
    proofs,
    replay,
    sequencer,
    standingproof,
)
from provenance.log.models import Checkpoint, Cosignature, Entry, StandingPage, Tile
from provenance.log.tlogproof import Trust
from provenance.manifests.models import Manifest

YES, NO, NEVER = "a" * 64, "b" * 64, "c" * 64
LABEL = "urn:c2pa:0191"
MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "log-pages"}}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> None:
    """Count every test's requests from nothing."""
    settings.CACHES = MEMORY
    cache.clear()


def log(*facts: tuple[str, dict[str, ledger.JSON]], days_ago: int = 0) -> list[int]:
    """Log these facts and sign, so many days ago."""
    with transaction.atomic():
        made = ledger.append_many([ledger.Fact(kind, body) for kind, body in facts])
    before = set(Checkpoint.objects.values_list("size", flat=True))
    sequencer.sequence()
    fresh_ones = Checkpoint.objects.exclude(size__in=before)
    fresh_ones.update(created_at=timezone.now() - timedelta(days=days_ago))
    return made


def minted(count: int, start: int = 0) -> list[tuple[str, dict[str, ledger.JSON]]]:
    """Return so many facts, each with a receipt."""
    return [("permit.minted", {"receipts": [receipt(number)]}) for number in range(start, start + count)]


def fact(number: int, *, makes: bool) -> tuple[str, dict[str, ledger.JSON]]:
    """Return a fact that makes a receipt, or ends it."""
    return "grant.made", {"receipts" if makes else "ends": [receipt(number)]}


def receipt(number: int) -> str:
    """Return the digest of some receipt."""
    return hashlib.sha256(f"receipt {number}".encode()).hexdigest()


def olives_story() -> None:
    """Olive says yes at place 6, Felix's video is sealed at place 7, she takes the yes back at place 10."""
    log(*minted(6), days_ago=30)
    log(("grant.made", {"receipts": [YES]}), days_ago=20)
    (entry,) = log(("asset.sealed", {"manifest": LABEL}), days_ago=10)
    Manifest.objects.create(
        render="r", label=LABEL, file_sha256="0" * 64, stream_digest="0" * 64, clearance_digest="0" * 64,
        entry_id=entry, sealed_at=timezone.now(),
    )  # fmt: skip
    log(*minted(2, 6), days_ago=5)
    log(("grant.revoked", {"receipts": [NO], "ends": [YES]}), days_ago=2)
    log(*minted(4, 8))


def trust() -> Trust:
    """Believe this log's own key."""
    found = ours.trust()
    assert found is not None
    return found


def headline(client: Client, path: str, status: int = 200) -> str:
    """Return the first words of a page."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return heading(answer.content.decode())


def heading(text: str) -> str:
    """Return the one h1 of a page, which every page has."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    return str(found)


def tampered(sql: str, *values: int) -> None:
    """Change a row as somebody with the database's own password could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE provenance_entry DISABLE TRIGGER provenance_entry_is_final")
        cursor.execute(sql, values)


# -- how it stands


def test_an_empty_log_says_so(client: Client) -> None:
    assert headline(client, "/log") == "The public log is empty"
    assert headline(client, "/log/entry/0", 404) == "Not in the log"
    assert headline(client, "/log/entries") == "0 entries"


def test_ada_sees_at_once_how_the_log_stands_and_that_nobody_but_us_vouches(client: Client) -> None:
    olives_story()
    text = client.get("/log").content.decode()
    assert heading(text) == "The public log has 15 entries"
    assert "begins with 3 earlier checkpoints" in text
    assert "Nobody but us vouches" in text
    assert ours.key() in text.replace("&#x27;", "'")
    assert text.count('data-state="failed"') == 0


def test_a_witness_that_cosigned_is_named_and_one_that_did_not_is_not_believed(
    client: Client, settings: Settings
) -> None:
    log(*minted(3))
    mine, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    key = str(cosignature.Witness("witness.example/w1", mine.public_key().public_bytes_raw()))
    settings.LOG_WITNESSES = f"{key} https://witness.example"
    last = proofs.latest()
    assert last is not None
    assert "No witness has cosigned" in client.get("/log").content.decode()

    def cosigned(by: Ed25519PrivateKey) -> str:
        text = checkpoint.signed(last.note)
        line = cosignature.cosign(text, name="witness.example/w1", key=by, at=int(timezone.now().timestamp()))
        Cosignature.objects.all().delete()
        Cosignature.objects.create(checkpoint=last, witness="witness.example/w1", line=line, cosigned_at=timezone.now())
        return client.get("/log").content.decode()

    assert "1 of 1 witnesses saw this same checkpoint" in cosigned(mine)
    assert "No witness has cosigned" in cosigned(other)
    log(*minted(1, 3))
    assert "No witness has cosigned the newest" in client.get("/log").content.decode()


def test_a_log_that_is_behind_says_since_when(client: Client) -> None:
    log(*minted(2))
    with transaction.atomic():
        waiting = ledger.append(ledger.Fact("permit.minted", {}))
    assert "within seconds" in client.get("/log").content.decode()
    tampered("UPDATE provenance_entry SET created_at = now() - interval '1 hour' WHERE id = %s", waiting)
    assert "The log is behind" in client.get("/log").content.decode()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Tile.objects.filter(storey=0).update(hashes=bytes(32 * 15)),
        lambda: Checkpoint.objects.filter(size=15).update(note=Checkpoint.objects.get(size=10).note),
        lambda: Checkpoint.objects.filter(size=15).update(root=bytes(32)),
        lambda: Checkpoint.objects.filter(size=6).update(root=bytes(32), note="forged"),
        lambda: Tile.objects.all().delete(),
    ],
)
def test_the_first_line_says_it_when_the_log_does_not_hold(client: Client, spoil: Callable[[], object]) -> None:
    olives_story()
    spoil()
    text = client.get("/log").content.decode()
    assert heading(text) == "This log does not hold"
    assert 'data-state="failed"' in text


def test_a_signature_over_something_else_is_none(client: Client) -> None:
    log(*minted(3))
    other = checkpoint.sign(checkpoint.Head(trust().origin, 3, bytes(32)), keys.log_key())
    Checkpoint.objects.update(note=other)
    assert headline(client, "/log") == "This log does not hold"


# -- browse, find, prove one


def test_entries_are_browsed_without_their_words(client: Client) -> None:
    log(*minted(30))
    first = client.get("/log/entries").content.decode()
    assert re.findall(r'/log/entry/(\d+)"', first) == [str(index) for index in range(29, 4, -1)]
    second = client.get("/log/entries?before=5").content.decode()
    assert re.findall(r'/log/entry/(\d+)"', second) == ["4", "3", "2", "1", "0"]
    assert bytes(Entry.objects.get(leaf_index=3).commitment).hex() in second
    for text in (first, second, client.get("/log/entry/3").content.decode()):
        assert "permit.minted" not in text
        assert receipt(3) not in text
    for odd in ("0", "-1", "x", "9" * 40):
        assert client.get("/log/entries", {"before": odd}).status_code == 200


def test_what_is_not_signed_yet_is_not_shown(client: Client) -> None:
    log(*minted(3))
    with transaction.atomic():
        ledger.append(ledger.Fact("permit.minted", {}))
    sequencer.place()
    commitment = bytes(Entry.objects.get(leaf_index=3).commitment).hex()
    assert client.get("/log/entry/3").status_code == 404
    for path in ("/log/entries", "/log/entries?before=4"):
        assert commitment not in client.get(path).content.decode()
    assert client.get("/log/find", {"q": commitment}).status_code == 404


def test_ada_proves_one_entry_here_and_without_us(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    olives_story()
    text = client.get("/log/entry/6").content.decode()
    assert heading(text) == "Entry 6 is in the log"
    file = tmp_path / "entry-6.tlog-proof"
    file.write_bytes(client.get("/log/entry/6.tlog-proof").content)
    commitment = bytes(Entry.objects.get(leaf_index=6).commitment).hex()
    assert f"--commitment {commitment}" in text
    assert repeated.main([str(file), "--key", ours.key(), "--commitment", commitment]) == 0
    assert "Entry 6 is in the log of 15 entries" in capsys.readouterr().out
    assert repeated.main([str(file), "--key", ours.key(), "--commitment", "0" * 64]) == 3
    assert repeated.main([str(file), "--key", ours.key()]) == 3


def test_an_entry_whose_row_was_changed_does_not_pass_for_proven(client: Client) -> None:
    olives_story()
    tampered("UPDATE provenance_entry SET body = body || ' ' WHERE leaf_index = 6")
    assert "does not hold" in headline(client, "/log/entry/6")


def test_an_entry_under_a_tree_that_is_gone_is_not_proven(client: Client) -> None:
    olives_story()
    Tile.objects.all().delete()
    assert headline(client, "/log/entry/6", 404) == "This log does not hold"


@pytest.mark.parametrize(
    ("words", "leads"),
    [
        ("6", "/log/entry/6"),
        (f" {YES.upper()} ", f"/log/life/{YES}"),
        (LABEL, f"/log/life/{LABEL}"),
    ],
)
def test_what_is_looked_for_is_found(client: Client, words: str, leads: str) -> None:
    olives_story()
    assert client.get("/log/find", {"q": words}).headers["Location"] == leads


def test_an_entry_is_found_by_its_commitment_in_hex_and_base64(client: Client) -> None:
    olives_story()
    commitment = bytes(Entry.objects.get(leaf_index=4).commitment)
    for words in (commitment.hex(), commitment.hex().upper(), base64.b64encode(commitment).decode()):
        assert client.get("/log/find", {"q": words}).headers["Location"] == "/log/entry/4"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("99", "numbered 0 to 14; there is no entry 99"),
        (NEVER, "Nothing in the log bears this name"),
        ("a name with spaces\n", "Nothing in the log bears this name"),
        ("\x00\u202e", "Nothing in the log bears this name"),
        ("", "Write what to look for"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(client: Client, words: str, said: str) -> None:
    olives_story()
    answer = client.get("/log/find", {"q": words}, follow=True)
    assert answer.status_code in {400, 404}
    assert said in answer.content.decode()


# -- nothing changed between two days


def day(ago: int) -> str:
    """Return a day, so many days ago, as a form sends it."""
    return (timezone.now() - timedelta(days=ago)).date().isoformat()


def test_ada_proves_that_nothing_changed_between_two_days(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    olives_story()
    text = client.get("/log/growth", {"start": day(15), "end": day(3)}).content.decode()
    assert heading(text) == "Nothing was changed in between"
    assert "/log/growth/7-10.json" in text
    file = tmp_path / "growth-7-10.json"
    file.write_bytes(client.get("/log/growth/7-10.json").content)
    assert repeated.main([str(file), "--key", ours.key()]) == 0
    assert "The log of 10 entries begins with that of 7" in capsys.readouterr().out
    broken = json.loads(file.read_text())
    broken["path"][0] = "00" * 32
    file.write_text(json.dumps(broken))
    assert repeated.main([str(file), "--key", ours.key(), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["holds"] is False


def test_a_day_stands_for_what_was_signed_before_it_began(client: Client) -> None:
    olives_story()
    for start, end, sizes in [(30, 20, "6-7"), (400, 0, "6-15"), (20, 20, "6-7"), (19, 19, "7-7"), (0, 0, "11-15")]:
        text = client.get("/log/growth", {"start": day(start), "end": day(end)}).content.decode()
        assert f"/log/growth/{sizes}.json" in text, (start, end)


@pytest.mark.parametrize(
    ("start", "end", "status", "said"),
    [
        (1, -1, 400, "That day has not come yet."),
        (1, 3, 400, "The first day is after the second."),
        (500, 400, 404, "Nothing was signed by the end of that day"),
    ],
)
def test_days_that_prove_nothing_are_refused(client: Client, start: int, end: int, status: int, said: str) -> None:
    olives_story()
    answer = client.get("/log/growth", {"start": day(start), "end": day(end)})
    assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert "This is not a day" in client.get("/log/growth", {"start": "x", "end": "\x00"}).content.decode()


def test_only_signed_sizes_have_a_proof(client: Client) -> None:
    olives_story()
    assert "/log/growth/6-15.json" in client.get("/log/growth?old=6&new=15").content.decode()
    for old, new in ((6, 14), (15, 6), (3, 15), (6, 2**70)):
        assert client.get(f"/log/growth/{old}-{new}.json").status_code == 404
        assert client.get(f"/log/growth?old={old}&new={new}").status_code in {400, 404}


def test_a_log_that_was_written_anew_cannot_prove_that_it_grew(client: Client) -> None:
    olives_story()
    Tile.objects.filter(storey=0).update(hashes=bytes(32 * 15))
    assert headline(client, "/log/growth?old=6&new=15") == "This log does not hold"
    assert client.get("/log/growth/6-15.json").status_code == 404


# -- one receipt's life


def test_olives_yes_is_replayed_from_before_it_was_given_until_it_ended(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    olives_story()
    text = client.get(f"/log/life/{YES}").content.decode()
    assert heading(text) == "It no longer stands"
    assert re.findall(r"/log/life/a{64}/(\d+).txt\" download aria", text) == ["15", "11", "7", "6"]
    assert text.count('data-state="proven"') == 4
    told = {
        15: "ended by entry 10",
        11: "ended by entry 10",
        10: "stood, made by entry 6",
        7: "stood",
        6: "was not in it",
    }
    for size, said in told.items():
        file = tmp_path / f"standing-{size}.txt"
        file.write_bytes(client.get(f"/log/life/{YES}/{size}.txt").content)
        assert repeated.main([str(file), "--key", ours.key()]) == 0
        assert said in capsys.readouterr().out
    assert client.get(f"/log/life/{YES}/9.txt").status_code == 404  # never signed


def test_a_receipt_that_never_was_is_proven_to_be_absent(client: Client) -> None:
    olives_story()
    assert headline(client, f"/log/life/{NEVER}") == "Not in the log"
    for size in Checkpoint.objects.values_list("size", flat=True):
        text = client.get(f"/log/life/{NEVER}/{size}.txt").content.decode()
        assert not standingproof.verify(standingproof.read(text), trust=trust()).standing.stands


def test_a_seals_life_shows_its_words_to_whoever_knows_its_label(client: Client) -> None:
    olives_story()
    text = client.get(f"/log/life/{LABEL}").content.decode()
    assert heading(text) == "The seal stands"
    assert "asset.sealed" in text
    log(("asset.withdrawn", {"manifest": LABEL, "reason": "consent.revoked"}))
    assert headline(client, f"/log/life/{LABEL}") == "The seal no longer stands"


@pace(max_examples=6, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=6), min_size=1, max_size=4))
def test_how_everything_stood_at_every_checkpoint_is_proven(steps: list[list[tuple[int, bool]]]) -> None:
    with transaction.atomic():
        then: list[tuple[Checkpoint, dict[str, str]]] = []
        seen: set[str] = set()
        for batch in steps:
            log(*[fact(n, makes=makes) for n, makes in batch])
            seen |= {receipt(n) for n, _ in batch}
            last = proofs.latest()
            assert last is not None
            then.append(
                (last, {name: str(found.standing) for name in sorted(seen) if (found := ledger.standing(name))})
            )
        for signed, world in then:
            for name in (*list(world)[:3], NEVER):
                file = replay.at(name, signed)
                assert file is not None
                proven = standingproof.verify(standingproof.read(standingproof.write(file)), trust=trust())
                assert (proven.head.size, str(proven.standing)) == (signed.size, world.get(name, "absent"))
        transaction.set_rollback(True)


def test_a_map_that_was_changed_proves_nothing_of_the_past(client: Client) -> None:
    olives_story()
    key = hashlib.sha256(YES.encode()).hexdigest()[:4]
    page = StandingPage.objects.get(place=key)
    StandingPage.objects.filter(place=key).update(content=bytes(page.content)[:-8] + (9).to_bytes(8, "big"))
    assert client.get(f"/log/life/{YES}/15.txt").status_code == 404
    assert client.get(f"/log/life/{YES}").status_code == 404


def test_what_lies_too_far_back_is_claimed_and_not_proven(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    olives_story()
    monkeypatch.setattr(replay, "QUICK", 3)
    text = client.get(f"/log/life/{YES}").content.decode()
    assert 'data-state="claimed"' in text
    signed = Checkpoint.objects.get(size=6)
    assert replay.at(YES, signed, most=3) is None
    assert replay.at(YES, signed) is not None


# -- something that was kept


def check(client: Client, text: str) -> str:
    """Return what the page says of a text."""
    answer = client.post("/log/check", {"text": text})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_checkpoint_that_ada_kept_is_the_beginning_of_todays_log(client: Client) -> None:
    log(*minted(6))
    kept = client.get("/log/checkpoint").content.decode()
    log(*minted(5, 6))
    text = check(client, kept.replace("\n", "\r\n"))  # as a form sends it
    assert heading(text) == "It holds"
    assert "/log/growth?old=6&amp;new=11" in text


def test_a_checkpoint_of_another_history_is_evidence_against_us(client: Client) -> None:
    log(*minted(6))
    forged = checkpoint.sign(checkpoint.Head(trust().origin, 4, bytes(range(32))), keys.log_key())
    assert heading(check(client, forged)) == "We signed this, and show another log today"
    longer = checkpoint.sign(checkpoint.Head(trust().origin, 40, bytes(range(32))), keys.log_key())
    assert heading(check(client, longer)) == "We signed this, and show another log today"


def test_every_file_that_is_given_out_is_taken_back(client: Client) -> None:
    olives_story()
    files = ["entry/6.tlog-proof", f"video/{LABEL}.tlog-proof", f"standing/{YES}", f"life/{YES}/7.txt"]
    for each in [*files, "growth/6-15.json", "checkpoint"]:
        assert heading(check(client, client.get(f"/log/{each}").content.decode())) == "It holds", each


@pytest.mark.parametrize(
    "text",
    [
        "index 6", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n\n", "countenance.standing@v1\n\n\n", "{}",
        '{"digest": 1}', '{"old": 1, "new": 2, "path": []}', "{" * 50_000, "localhost/countenance-log",
        "localhost/countenance-log\n1\nx\n\n",
        '{"digest": "x", "salt": "zz", "payload": "", "inclusion": {}}', "\x00", "[]",
        '{"digest": "x", "salt": "", "payload": "", "inclusion": null}',
    ],
)  # fmt: skip
def test_a_text_that_proves_nothing_is_told_so(client: Client, text: str) -> None:
    log(*minted(6))
    answer = client.post("/log/check", {"text": text})
    assert answer.status_code in {200, 400}
    assert 'data-holds="yes"' not in answer.content.decode()


@given(st.text(max_size=300))
def test_no_text_makes_the_check_stumble(text: str) -> None:
    believed = Trust("localhost/countenance-log", bytes(32))
    for each in (
        text,
        f"c2sp.org/tlog-proof@v1\n{text}",
        f"countenance.standing@v1\n{text}",
        f"{{{text}",
        f'{{"digest":{text}',
    ):
        with pytest.raises(LogFormatError):
            checking.check(each, trust=believed)


def test_a_file_is_refused_when_it_is_too_long_or_no_text(client: Client) -> None:
    log(*minted(1))
    for content, said in (
        (b"x" * ((1 << 20) + 1), "longer than any proof"),
        (b"\xff\xfe\x00", "not text"),
        (b"", "Choose a file"),
    ):
        answer = client.post("/log/check", {"file": io.BytesIO(content)})
        assert (answer.status_code, said in answer.content.decode()) == (400, True), said


def test_olives_receipt_is_checked_as_she_downloaded_it(client: Client) -> None:
    salt, payload = "0f" * 16, '{"what":"yes"}'
    digest = hashlib.sha256(bytes.fromhex(salt) + payload.encode()).hexdigest()
    (entry,) = log(("grant.made", {"receipts": [digest]}))
    proof = ledger.proof(entry)
    assert proof is not None
    inclusion = {
        "index": proof.index, "size": proof.size, "salt": proof.salt.hex(), "body": proof.body,
        "path": [each.hex() for each in proof.path], "checkpoint": proof.note,
    }  # fmt: skip
    file = {"digest": digest, "salt": salt, "payload": payload, "inclusion": inclusion}
    text = check(client, json.dumps(file))
    assert heading(text) == "It holds"
    assert f"/log/life/{digest}" in text
    for lie in ({"payload": '{"what":"no"}'}, {"digest": YES}, {"inclusion": inclusion | {"body": proof.body + " "}}):
        assert heading(check(client, json.dumps(file | lie))) == "It does not hold", lie
    other = hashlib.sha256(bytes.fromhex(salt) + b"{}").hexdigest()
    assert heading(check(client, json.dumps(file | {"payload": "{}", "digest": other}))) == "It does not hold"


# -- taken away


def test_ada_takes_everything_away_and_audits_it_alone(client: Client, tmp_path: Path) -> None:
    log(*minted(300), days_ago=3)
    log(*minted(20, 300))
    answer = client.get("/log/everything.tar")
    assert "countenance-log-320.tar" in answer.headers["Content-Disposition"]
    packed = b"".join(answer)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(tmp_path, filter="data")
    folder = tmp_path / archive.FOLDER
    done = auditor.audit(Folder(folder), trust=trust())
    assert (done.holds, done.size, done.checkpoints) == (True, 320, 2)
    assert b"permit.minted" not in packed
    path = folder / "tile/entries/000"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    assert not auditor.audit(Folder(folder), trust=trust()).holds


def test_the_key_is_given_as_others_take_it(client: Client) -> None:
    log(*minted(1))
    origin, public = checkpoint.verifying(client.get("/log/key.txt").content.decode())
    assert (origin, public) == (trust().origin, trust().public)


def test_whoever_asks_too_often_is_told_when_to_come_back(client: Client) -> None:
    log(*minted(1))
    statuses = [client.get("/log/everything.tar").status_code for _ in range(7)]
    assert statuses == [200] * 6 + [429]
    answer = client.get("/log/everything.tar")
    assert heading(answer.content.decode()) == "That was too much at once"
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/log/everything.tar", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_pages_show_no_session_and_change_nothing(client: Client) -> None:
    olives_story()
    before = Entry.objects.count()
    for path in ("/log", "/log/entries", "/log/entry/3", f"/log/life/{YES}", "/log/growth?old=6&new=15"):
        assert "Set-Cookie" not in client.get(path).headers, path
        assert client.post(path).status_code == 405
    assert Entry.objects.count() == before


# -- without us


def test_the_command_line_says_in_one_sentence_why_nothing_was_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log(*minted(1))
    there, binary = tmp_path / "there", tmp_path / "binary"
    there.write_text("x")
    binary.write_bytes(b"\xff\xff")
    for words in (
        [str(there), "--key", "nonsense"],
        [str(tmp_path / "gone"), "--key", ours.key()],
        [str(binary), "--key", ours.key()],
        [str(there), "--key", ours.key(), "--commitment", "xyz"],
        [str(there), "--key", ours.key(), "--commitment", "00"],
    ):
        assert repeated.main(words) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert repeated.main([str(there), "--key", ours.key()]) == 3


def test_the_command_needs_neither_django_nor_the_database() -> None:
    code = (
        "import sys\n"
        "import provenance.auditor.proofs\n"
        "found = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(found & {'django', 'psycopg', 'celery', 'rest_framework'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_growth_is_nobodys_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    olives_story()
    found = growing.between_sizes(6, 15)
    assert found is not None
    monkeypatch.setattr(ours, "trust", lambda: None)
    assert not growing.holds(found)
