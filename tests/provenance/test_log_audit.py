"""The auditor's check of the log: who edits, deletes or reorders a row in PostgreSQL is found, and the entry named."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from provenance import ledger
from provenance.auditor import log as auditor
from provenance.auditor.findings import Audit
from provenance.auditor.log import audit
from provenance.auditor.sources import Folder, Site
from provenance.backends import keys
from provenance.log import checkpoint, exporting, proofs, sequencer, tree
from provenance.log.models import Checkpoint, Entry, StandingPage, Tile
from provenance.log.tlogproof import Trust
from tests.provenance import intruder

ROOT = Path(__file__).parents[2]
SIZE = 300
pytestmark = pytest.mark.django_db


def trust() -> Trust:
    """Believe this log's own key."""
    public = keys.log_public()
    assert public is not None
    return Trust("localhost/countenance-log", public)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Log in three steps, a checkpoint after each; Ada keeps what was exported after the second."""
    for step in (40, 160, 100):
        with transaction.atomic():
            ledger.append_many(
                [ledger.Fact("grant.made", {"receipts": [f"{n + step * 1000:064x}"]}) for n in range(step)]
            )
        sequencer.sequence()
        if step == 160:
            exporting.export(tmp_path / "kept")
    return tmp_path / "kept"


def looked_at(home: Path, *, known: Path | None = None) -> Audit:
    """Export the log as it is now, and audit it."""
    exporting.export(home / "now")
    return audit(Folder(home / "now"), trust=trust(), known=Folder(known) if known else None)


def entry(place: int) -> int:
    """Return the entry at a place."""
    return int(Entry.objects.get(leaf_index=place).pk)


def test_an_honest_log_holds(kept: Path, tmp_path: Path) -> None:
    done = looked_at(tmp_path, known=kept)
    assert (done.problems, done.size, done.checkpoints, done.words) == ([], SIZE, 3, SIZE)


ZEROS = "decode(repeat('00', 32), 'hex')"
OTHER_SALT = f"salt = {ZEROS}, commitment = sha256({ZEROS} || convert_to(body, 'UTF8'))"


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("body = replace(body, 'grant.made', 'grant.make')", "was edited"),
        ("kind = 'grant.revoked'", "was edited"),
        (f"salt = {ZEROS}", "was edited"),
        (f"commitment = {ZEROS}", "was edited"),
        (OTHER_SALT, "is not the one that was logged there"),
    ],
)
def test_an_edited_row_is_named(tmp_path: Path, change: str, sentence: str) -> None:
    assert intruder.change(17, change) == 1
    done = looked_at(tmp_path)
    named = [each for each in done.problems if sentence in each.sentence]
    assert [(each.place, each.entry) for each in named] == [(17, entry(17))]


@pytest.mark.usefixtures("kept")
def test_a_deleted_row_is_named(tmp_path: Path) -> None:
    intruder.run("DELETE FROM provenance_entry WHERE leaf_index = 17")
    sentences = [each.sentence for each in looked_at(tmp_path).problems]
    assert "The entry of place 17 is gone." in sentences
    assert any("serves no entry" in each for each in sentences)


@pytest.mark.usefixtures("kept")
def test_reordered_rows_are_named(tmp_path: Path) -> None:
    one, other = entry(17), entry(203)
    for sql in (
        "UPDATE provenance_entry SET leaf_index = 9999 WHERE leaf_index = 17",
        "UPDATE provenance_entry SET leaf_index = 17 WHERE leaf_index = 203",
        "UPDATE provenance_entry SET leaf_index = 203 WHERE leaf_index = 9999",
    ):
        intruder.run(sql)
    sentences = [each.sentence for each in looked_at(tmp_path).problems]
    assert f"Entry {other} at place 17 was moved: it belongs at place 203." in sentences
    assert f"Entry {one} at place 203 was moved: it belongs at place 17." in sentences


def rewritten() -> None:
    """Change one entry, and make all tiles anew from what is there then: what is left is the signature."""
    intruder.change(77, OTHER_SALT)
    tiles: dict[tuple[int, int], bytes] = {}
    rows = Entry.objects.order_by("leaf_index").values_list("commitment", flat=True)
    tree.grow(tiles, 0, (tree.leaf_hash(bytes(each)) for each in rows))
    for (storey, index), found in tiles.items():
        Tile.objects.filter(storey=storey, index=index).update(hashes=found)


@pytest.mark.usefixtures("kept")
def test_a_log_rewritten_with_its_tree_is_found_by_older_checkpoints(tmp_path: Path) -> None:
    rewritten()
    sentences = [each.sentence for each in looked_at(tmp_path).problems]
    assert "The tree is not the one that was signed: its root is another." in sentences
    assert "What was signed at size 200 is not the beginning of this tree: see places 40 to 199." in sentences


def test_a_log_rewritten_and_signed_anew_is_found_by_whoever_kept_it(kept: Path, tmp_path: Path) -> None:
    rewritten()
    Checkpoint.objects.all().delete()
    StandingPage.objects.all().delete()
    sequencer.sequence()
    assert looked_at(tmp_path).holds  # whoever has the log's key and the database can lie to newcomers
    done = looked_at(tmp_path, known=kept)
    assert [each.sentence for each in done.problems] == ["Place 77 holds another entry than when the log was kept."]


def test_a_log_that_was_cut_back_is_found_by_whoever_kept_it(kept: Path, tmp_path: Path) -> None:
    intruder.run("DELETE FROM provenance_entry WHERE leaf_index >= 150")
    tiles: dict[tuple[int, int], bytes] = {}
    rows = Entry.objects.order_by("leaf_index").values_list("commitment", flat=True)
    tree.grow(tiles, 0, (tree.leaf_hash(bytes(each)) for each in rows))
    for model in (Checkpoint, StandingPage, Tile):
        model.objects.all().delete()
    sequencer.keep(tiles)
    sequencer.sequence()
    done = looked_at(tmp_path, known=kept)
    assert [each.sentence for each in done.problems] == ["The log had 200 entries when it was kept, and has 150 now."]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda: Tile.objects.filter(storey=0, index=1).update(hashes=bytes(44 * 32)), "tile is missing or holds"),
        (lambda: Tile.objects.filter(storey=1).update(hashes=bytes(32)), "tile/1/000.p/1 is not what lies beneath it"),
        (lambda: Tile.objects.filter(storey=0, index=0).delete(), "at places 0 to 255"),
        (lambda: StandingPage.objects.all().delete(), ""),
        (lambda: Checkpoint.objects.filter(size=300).update(note="x"), "not a checkpoint"),
        (lambda: Checkpoint.objects.filter(size=40).update(note="x"), "not a checkpoint"),
    ],
)  # fmt: skip
def test_damage_beside_the_entries_is_found_too(tmp_path: Path, spoil: Callable[[], object], sentence: str) -> None:
    spoil()
    found = [each.sentence for each in looked_at(tmp_path).problems]
    assert any(sentence in each for each in found) if sentence else not found


@pytest.mark.usefixtures("kept")
def test_a_map_that_says_otherwise_than_the_entries_is_found(tmp_path: Path) -> None:
    with transaction.atomic():
        ledger.append(ledger.Fact("grant.revoked", {"receipts": ["e" * 64], "ends": [f"{40_001:064x}"]}))
    sequencer.place()
    sequencer.note_standings()
    StandingPage.objects.filter(place="").update(content=bytes(256 * 33))  # as if nobody had agreed to anything
    sequencer.sign()
    sentences = [each.sentence for each in looked_at(tmp_path).problems]
    assert sentences == ["The map of standings that was signed is not what follows from the entries."]


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"index": -1}', '{"index": "x"}', '{"index": true}', '{"index": 0}']
)
def test_lines_that_are_none_are_a_finding_and_no_traceback(kept: Path, line: str) -> None:
    (kept / "entries.jsonl").write_text(line)
    done = audit(Folder(kept), trust=trust())
    assert not done.holds
    assert all(each.sentence for each in done.problems)


def test_an_empty_folder_is_a_finding(tmp_path: Path) -> None:
    keys.log_key()
    assert [each.sentence for each in audit(Folder(tmp_path), trust=trust()).problems] == [
        "There is no checkpoint here."
    ]
    (tmp_path / "checkpoint").write_bytes(b"\xff")
    assert [each.sentence for each in audit(Folder(tmp_path), trust=trust()).problems] == [
        "The checkpoint is not text."
    ]


# -- as commands


def alone(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the auditor in a process that has neither settings nor a database."""
    command = [sys.executable, "-m", "provenance.auditor.log", *map(str, words)]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=bare, check=False)


def test_ada_runs_it_alone_on_what_the_operator_gave_her(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("log", "export", str(tmp_path / "now"))
    assert "300 entries; check them with" in capsys.readouterr().out
    call_command("log", "key")
    key = capsys.readouterr().out.strip()
    good = alone(tmp_path / "now", "--key", key, "--known", kept)
    assert (good.returncode, good.stdout.splitlines()[-1], good.stderr) == (0, "Everything holds.", "")
    intruder.run("UPDATE provenance_entry SET body = '{}' WHERE leaf_index = 17")
    call_command("log", "export", str(tmp_path / "then"))
    bad = alone(tmp_path / "then", "--key", key, "--json")
    assert bad.returncode == 3
    assert {"place": 17, "entry": entry(17)}.items() <= json.loads(bad.stdout)["problems"][0].items()
    assert alone(tmp_path / "now", "--key", "nonsense").returncode == 2


@pytest.mark.usefixtures("kept")
def test_without_words_the_tree_alone_is_looked_at(tmp_path: Path) -> None:
    call_command("log", "export", str(tmp_path / "now"), "--without-words")
    assert not (tmp_path / "now/entries.jsonl").exists()
    done = audit(Folder(tmp_path / "now"), trust=trust())
    assert (done.holds, done.words) == (True, 0)
    assert "The entries' words were not given, so they were not looked at." in list(auditor.told(done))


def test_there_is_nothing_to_give_before_anything_was_signed(tmp_path: Path) -> None:
    for words, sentence in [
        (["export", str(tmp_path)], "Nothing was signed yet"),
        (["key"], "No log was begun"),
        (["standing", "x"], "There is no checkpoint yet"),
    ]:
        with pytest.raises(CommandError, match=sentence):
            call_command("log", *words)


@pytest.mark.usefixtures("kept")
def test_a_standing_is_given_as_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("log", "standing", f"{40_001:064x}")
    assert capsys.readouterr().out.startswith(f"countenance.standing@v1\nname {40_001:064x}\nstanding stands 1\n")


@pytest.mark.django_db(transaction=True)
def test_the_public_part_is_audited_at_its_address(kept: Path, live_server: LiveServer) -> None:
    done = audit(Site(f"{live_server.url}/log"), trust=trust(), known=Folder(kept))
    assert (done.problems, done.size, done.words) == ([], SIZE, 0)


def test_nobody_at_an_address_is_a_finding() -> None:
    keys.log_key()
    for address in ("http://127.0.0.1:1/log", "ftp://x", "http://127.0.0.1:port"):
        assert not audit(Site(address), trust=trust()).holds


def test_a_log_named_otherwise_or_signed_by_another_is_refused(kept: Path) -> None:
    key = checkpoint.verifier("example.org/other", trust().public)
    assert auditor.main([str(kept), "--key", key]) == 3
    last = proofs.latest()
    assert last is not None
    assert not audit(Folder(kept), trust=Trust("localhost/countenance-log", bytes(32))).holds
