"""A witness that runs apart: it cosigns what only grew, remembers it through kill -9, and can be asked by the log."""

import contextlib
import hashlib
import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st
from pytest_django import Settings

from provenance import ledger, tasks
from provenance.auditor import cosigning
from provenance.auditor import witness as program
from provenance.auditor.cosigning import Cosigner, Memory
from provenance.backends import keys, witnesses
from provenance.errors import LedgerError, LogFormatError
from provenance.log import checkpoint, cosignature, sequencer, tlogproof, tree, witnessing
from provenance.log.cosignature import Witness
from provenance.log.models import Cosignature, Entry
from provenance.log.tlogproof import Trust, encoded

ORIGIN, NAME = "example.org/log", "witness.example/w1"
LOG, KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)), Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
PUBLIC = LOG.public_key().public_bytes_raw()
ME = Witness(NAME, KEY.public_key().public_bytes_raw())
NOW = 1_700_000_000
ROOT = Path(__file__).parents[2]


def grown(size: int, *, fork: int = 0) -> tree.Read:
    """Return a reader of a tree; from ``fork`` on (where it is not 0) with other leaves."""
    tiles: dict[tuple[int, int], bytes] = {}
    leaves = (tree.leaf_hash(b"other %d" % n if fork and n >= fork else b"%d" % n) for n in range(size))
    tree.grow(tiles, 0, leaves)
    return tree.reader(lambda storey, index: tiles.get((storey, index), b""))


def note(size: int, *, key: Ed25519PrivateKey = LOG, fork: int = 0) -> str:
    """Return the log's checkpoint of a size."""
    return checkpoint.sign(checkpoint.Head(ORIGIN, size, tree.root(size, grown(size, fork=fork))), key)


def request(old: int, size: int, *, key: Ed25519PrivateKey = LOG, fork: int = 0) -> str:
    """Return an honest log's request, or that of one which forks."""
    path = [] if old > size else tree.consistency(old, size, grown(size, fork=fork))
    return "\n".join([f"old {old}", *map(encoded, path), "", note(size, key=key, fork=fork)])


@pytest.fixture
def felix(tmp_path: Path) -> Cosigner:
    """Have Felix run a witness for the log."""
    return Cosigner(NAME, KEY, {ORIGIN: PUBLIC}, Memory(tmp_path / "seen.json"))


# -- the format


def test_a_cosignature_is_the_specifications() -> None:
    line = cosignature.cosign(checkpoint.signed(note(3)), name=NAME, key=KEY, at=NOW)
    name, _, rest = line.removeprefix("\u2014 ").rstrip("\n").partition(" ")
    raw = checkpoint.decode(rest)
    said = b"cosignature/v1\ntime 1700000000\n" + checkpoint.signed(note(3)).encode()
    KEY.public_key().verify(raw[12:], said)  # written out from c2sp.org/tlog-cosignature; raises when it is another
    assert (name, raw[:4], int.from_bytes(raw[4:12], "big"), len(raw)) == (NAME, ME.id, NOW, 76)


def test_the_example_of_the_specification_names_its_witness_as_we_compute_it() -> None:
    # c2sp.org/signed-note, "verifier keys": type 4 is part of what the id is made of
    assert cosignature.witness(str(ME)) == ME
    assert Witness(NAME, ME.public).id != checkpoint.key_id(NAME, ME.public)


@pytest.mark.parametrize(
    "key", ["", "x", f"{NAME}+00000000+{str(ME).split('+', 2)[2]}", checkpoint.verifier(NAME, PUBLIC)]
)
def test_a_key_that_is_no_witnesss_is_refused(key: str) -> None:
    with pytest.raises(LogFormatError):
        cosignature.witness(key)


def test_who_cosigned_is_read_from_the_note_and_a_false_line_spoils_it() -> None:
    line = cosignature.cosign(checkpoint.signed(note(3)), name=NAME, key=KEY, at=NOW)
    other = Witness("witness.example/w2", ME.public)
    assert cosignature.seen(note(3) + line, by=[ME, other]) == {NAME: NOW}
    assert cosignature.seen(note(3), by=[ME]) == {}
    assert cosignature.seen(note(3) + line, by=[Witness(NAME, PUBLIC)]) == {}  # its namesake's line is nobody's
    with pytest.raises(LogFormatError):
        cosignature.seen(note(4) + line, by=[ME])


# -- what it decides


def test_it_cosigns_a_log_that_grows(felix: Cosigner) -> None:
    for old, size in [(0, 3), (3, 3), (3, 300), (300, 517)]:
        answer = felix.add(request(old, size), now=NOW)
        assert answer.status == 200
        assert cosignature.when(answer.text, checkpoint.signed(note(size)), by=ME) == NOW
    assert felix.memory.of(ORIGIN).size == 517


def test_it_refuses_as_the_specification_says(felix: Cosigner) -> None:
    stranger = Ed25519PrivateKey.generate()
    felix.add(request(0, 5), now=NOW)
    for body, status in [
        ("", 400),
        ("old 5\n", 400),
        (request(5, 7).replace("old 5", "old 05"), 400),
        (request(5, 7).replace("old 5", "new 5"), 400),
        (request(8, 7), 400),
        (request(5, 7).replace("\n\n", "\n" + "\n".join([encoded(bytes(32))] * 64) + "\n\n", 1), 400),
        (request(5, 7).replace(ORIGIN, "example.org/other"), 404),
        (request(5, 7, key=stranger), 403),
        (request(5, 7).replace("\n7\n", "\n8\n"), 403),
        (request(0, 7), 409),
        (request(4, 7), 409),
        (request(6, 7), 409),
        (request(5, 7, fork=3), 422),
        (request(5, 5, fork=3), 422),
        (request(5, 7).replace("old 5\n", f"old 5\n{encoded(bytes(32))}\n"), 422),
    ]:
        assert felix.add(body, now=NOW).status == status, body
    assert felix.memory.of(ORIGIN).size == 5


def test_a_stale_log_is_told_what_the_witness_saw(felix: Cosigner) -> None:
    felix.add(request(0, 5), now=NOW)
    answer = felix.add(request(0, 7), now=NOW)
    assert (answer.status, answer.kind, answer.text) == (409, "text/x.tlog.size", "5\n")


def test_an_empty_tree_has_the_root_of_nothing_and_no_other(felix: Cosigner) -> None:
    assert felix.add(request(0, 0), now=NOW).status == 200
    false = checkpoint.sign(checkpoint.Head(ORIGIN, 0, bytes(32)), LOG)
    assert felix.add(f"old 0\n\n{false}", now=NOW).status == 422


@pace(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0, 7])), max_size=8))
def test_it_never_cosigns_two_trees_of_which_neither_begins_the_other(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int, int]]
) -> None:
    felix = Cosigner(NAME, KEY, {ORIGIN: PUBLIC}, Memory(tmp_path_factory.mktemp("w") / "seen.json"))
    cosigned: list[bytes] = []
    for old, size, fork in asked:
        before = felix.memory.of(ORIGIN)
        if felix.add(request(old, size, fork=fork), now=NOW).status == 200:
            root = tree.root(size, grown(size, fork=fork))
            assert size >= before.size
            assert before.root == tree.root(before.size, grown(size, fork=fork))
            cosigned.append(root)
    assert not cosigned or felix.memory.of(ORIGIN).root == cosigned[-1]


def test_a_witness_whose_memory_is_damaged_cosigns_nothing(felix: Cosigner) -> None:
    felix.add(request(0, 5), now=NOW)
    for damaged in ("{", "[]", '{"example.org/log": {"size": "x"}}', '{"example.org/log": 3}'):
        felix.memory.path.write_text(damaged)
        assert felix.add(request(0, 7), now=NOW).status in {500, 409}, damaged
        assert felix.memory.path.read_text() == damaged


def test_it_has_written_down_what_it_cosigns_before_it_says_so(
    felix: Cosigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cosigning.Memory, "keep", die)
    with pytest.raises(KeyboardInterrupt):
        felix.add(request(0, 5), now=NOW)
    assert felix.memory.of(ORIGIN).size == 0  # and nothing was answered


# -- the program


@contextlib.contextmanager
def running(home: Path, *, log: str, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run a witness in a process of its own; give it, its key and its address."""
    words = ["--name", NAME, "--key", str(home / "key.pem"), "--state", str(home / "seen.json"), "--log", log]
    command = [sys.executable, "-m", "provenance.auditor.witness", *words, "--listen", f"127.0.0.1:{port}"]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}  # neither settings nor a database
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=bare) as process:
        assert process.stdout is not None
        key, address = process.stdout.readline().strip(), process.stdout.readline().strip()
        try:
            yield process, key, address
        finally:
            process.kill()


def asked(address: str, method: str, path: str, body: bytes | None) -> tuple[int, str]:
    """Ask the program for anything; only the length of what is too long is sent."""
    with contextlib.closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)) as line:
        line.putrequest(method, path)
        line.putheader("Content-Length", str(len(body or b"")))
        line.endheaders(body if body and len(body) < 1000 else None)
        with line.getresponse() as answer:
            return answer.status, answer.read().decode()


def test_killed_at_any_moment_it_has_not_forgotten_what_it_cosigned(tmp_path: Path) -> None:
    mine = checkpoint.verifier(ORIGIN, PUBLIC)
    told = 0
    for turn in range(3):
        with running(tmp_path, log=mine) as (process, key, address):
            for size in range(told + 1, told + 4):
                answer = witnesses.submit(address, request(told, size).encode(), seconds=10)
                assert answer is not None
                assert answer[0] == 200, (turn, answer)
                assert (
                    cosignature.when(answer[1], checkpoint.signed(note(size)), by=cosignature.witness(key)) is not None
                )
                told = size
            late = threading.Thread(
                target=witnesses.submit, args=(address, request(told, told + 9).encode()), kwargs={"seconds": 5}
            )
            late.start()
            os.kill(process.pid, signal.SIGKILL)
            late.join()
        remembered = Memory(tmp_path / "seen.json").of(ORIGIN).size
        assert remembered in {told, told + 9}
        told = remembered


def test_it_serves_what_it_cosigned_and_refuses_what_is_no_request(tmp_path: Path) -> None:
    with running(tmp_path, log=checkpoint.verifier(ORIGIN, PUBLIC)) as (_, key, address):
        witnesses.submit(address, request(0, 5).encode(), seconds=10)
        _, shown = asked(address, "GET", f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint", None)
        assert list(cosignature.seen(shown, by=[cosignature.witness(key)])) == [NAME]
        assert checkpoint.read(shown, origin=ORIGIN, public=PUBLIC).size == 5
        for method, path, body, status in [
            ("GET", "/", None, 404),
            ("POST", "/", b"x", 404),
            ("POST", "/add-checkpoint", b"\xff", 400),
            ("PUT", "/add-checkpoint", b"", 501),
            ("POST", "/add-checkpoint", b"x" * 65_537, 413),
        ]:
            assert asked(address, method, path, body)[0] == status, (method, path)


@pytest.mark.parametrize("words", [["--log", "nonsense"], ["--listen", "nowhere"], ["--key", "/"]])
def test_a_witness_that_cannot_begin_says_why_in_one_sentence(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"--name": NAME, "--key": str(tmp_path / "k"), "--state": str(tmp_path / "s"), "--listen": "127.0.0.1:0"}
    said |= {"--log": checkpoint.verifier(ORIGIN, PUBLIC)} | {words[0]: words[1]}
    assert program.main([each for pair in said.items() for each in pair]) == 2
    assert capsys.readouterr().err.startswith("witness: ")


def test_a_witness_that_lost_its_memory_does_not_go_on_with_the_same_key(tmp_path: Path) -> None:
    with running(tmp_path, log=checkpoint.verifier(ORIGIN, PUBLIC)) as (process, _, address):
        witnesses.submit(address, request(0, 5).encode(), seconds=10)
        again = [str(each) for each in process.args]  # type: ignore[union-attr]  # it was begun with a list
    (tmp_path / "seen.json").unlink()
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    refused = subprocess.run(again, capture_output=True, text=True, timeout=30, env=bare, check=False)
    assert refused.returncode == 2
    assert "needs a new key" in refused.stderr


# -- the log's side


def log(count: int) -> None:
    """Log so many facts."""
    with transaction.atomic():
        ledger.append_many([ledger.Fact("permit.minted", {"number": number}) for number in range(count)])


@pytest.fixture
def our_key() -> str:
    """Return the key of the log under test, made now."""
    keys.log_key()
    public = keys.log_public()
    assert public is not None
    return checkpoint.verifier("localhost/countenance-log", public)


@pytest.mark.django_db
def test_a_checkpoint_is_cosigned_after_it_was_signed_and_shown_so(
    tmp_path: Path, settings: Settings, our_key: str
) -> None:
    with running(tmp_path, log=our_key) as (_, key, address):
        settings.LOG_WITNESSES = f"{key} {address}"
        for count in (3, 300):
            log(count)
            tasks.sequence()
            assert witnessing.ask() == 0  # once for each checkpoint
        Cosignature.objects.all().delete()  # the log forgets; the witness says where it was
        log(5)
        tasks.sequence()
    trust = Trust("localhost/countenance-log", keys.log_public() or b"", [cosignature.witness(key)], quorum=1)
    proof = ledger.proof(Entry.objects.get(leaf_index=7).pk)
    assert proof is not None
    proven = tlogproof.verify(tlogproof.read(ledger.proof_file(proof, is_open=True)), trust=trust)
    assert (proven.head.size, [name for name, _ in proven.cosigned]) == (308, [NAME])
    assert ledger.holds(proof)


@pytest.mark.django_db
def test_a_proof_without_the_witness_that_is_asked_for_is_refused(our_key: str) -> None:
    log(3)
    sequencer.sequence()
    proof = ledger.proof(Entry.objects.get(leaf_index=1).pk)
    assert proof is not None
    trust = Trust("localhost/countenance-log", keys.log_public() or b"", [ME], quorum=1)
    with pytest.raises(LogFormatError, match="Only 0 of the 1"):
        tlogproof.verify(tlogproof.read(ledger.proof_file(proof, is_open=True)), trust=trust)
    assert our_key


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer",
    [None, (500, ""), (403, ""), (409, "9999\n"), (409, "x"), (200, ""), (200, "\u2014 other AAAA\n"),
     (200, f"\u2014 {NAME} {encoded(ME.id + bytes(72))}\n"), (200, f"\u2014 {NAME} !\n")],
)  # fmt: skip
def test_a_witness_that_is_away_or_answers_nonsense_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str] | None
) -> None:
    settings.LOG_WITNESSES = f"{ME} http://127.0.0.1:1"
    monkeypatch.setattr(witnesses, "submit", lambda *_, **__: answer)
    log(3)
    tasks.sequence()
    assert not Cosignature.objects.exists()
    assert ledger.checkpoint() is not None


@pytest.mark.django_db
def test_nobody_answering_is_no_answer() -> None:
    assert witnesses.submit("http://127.0.0.1:1", b"", seconds=1) is None
    assert witnesses.submit("http://127.0.0.1:notaport", b"", seconds=1) is None


@pytest.mark.parametrize("written", ["nonsense https://x.example", str(ME), f"{ME} ftp://x.example"])
def test_a_witness_written_wrongly_is_named(settings: Settings, written: str) -> None:
    settings.LOG_WITNESSES = written
    with pytest.raises(LedgerError, match="LOG_WITNESSES"):
        witnessing.places()
