"""The public log: proofs that hold for exactly what was logged, through crashes and crowds."""

import base64
import functools
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import replace

import celery
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from provenance.backends import keys
from provenance.errors import LedgerError, LogFormatError
from provenance.log import checkpoint, entries, proofs, sequencer, tree
from provenance.log.models import Checkpoint, Entry, Tile
from tests.provenance import material

SIZES = st.integers(1, 700)


def plain_root(leaves: list[bytes]) -> bytes:
    """Return the root by RFC 6962's own recursive words, independent of the code under test."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:middle]) + plain_root(leaves[middle:])).digest()


@functools.cache
def leaves(count: int) -> list[bytes]:
    """Return so many different commitments."""
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


@functools.cache
def grown(*steps: int) -> tree.Read:
    """Return a reader of a tree that grew by these steps."""
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        size = tree.grow(tiles, size, map(tree.leaf_hash, leaves(sum(steps))[size : size + step]))
    return tree.reader(lambda storey, index: tiles.get((storey, index), b""))


# -- the tree


def test_the_root_is_that_of_the_standard() -> None:
    for size in [*range(1, 40), 255, 256, 257, 511, 512, 513, 700]:
        assert tree.root(size, grown(size)) == plain_root(leaves(size))
    assert tree.root(0, grown()) == plain_root([])


@pace(max_examples=60, deadline=None)
@given(SIZES, SIZES)
def test_it_does_not_matter_in_which_steps_a_tree_grew(one: int, other: int) -> None:
    assert tree.root(one + other, grown(one, other)) == plain_root(leaves(one + other))


@pace(max_examples=150, deadline=None)
@given(SIZES, st.data())
def test_every_leaf_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = tree.inclusion(index, size, grown(700)), plain_root(leaves(size))
    leaf = tree.leaf_hash(leaves(size)[index])
    assert tree.is_included(leaf, index=index, size=size, path=path, root=root)
    assert not tree.is_included(tree.leaf_hash(b"forged"), index=index, size=size, path=path, root=root)
    assert not tree.is_included(leaf, index=index, size=size, path=[*path, leaf], root=root)
    other = data.draw(st.integers(0, 700))
    if other != index:
        assert not tree.is_included(leaf, index=other, size=size, path=path, root=root)


@pace(max_examples=150, deadline=None)
@given(st.integers(0, 700), st.integers(0, 700))
def test_a_tree_that_only_grew_is_proven_so_and_no_other(one: int, other: int) -> None:
    old, new = sorted((one, other))
    path = tree.consistency(old, new, grown(700))
    roots = {"old_root": plain_root(leaves(old)), "new_root": plain_root(leaves(new))}
    assert tree.is_consistent(old=old, new=new, path=path, **roots)
    if 0 < old < new:
        forged = {**roots, "old_root": plain_root([*leaves(old)[:-1], b"rewritten"])}
        assert not tree.is_consistent(old=old, new=new, path=path, **forged)
        assert not tree.is_consistent(old=old, new=new, path=path[:-1], **roots)


def test_proofs_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion(5, 5, grown(5))
    with pytest.raises(ValueError, match="not within"):
        tree.consistency(6, 5, grown(5))
    assert not tree.is_included(b"", index=0, size=0, path=[], root=tree.EMPTY)
    assert not tree.is_included(b"", index=-1, size=3, path=[], root=tree.EMPTY)


# -- checkpoints


def head() -> checkpoint.Head:
    """Return what a checkpoint of a small log says."""
    return checkpoint.Head("example.org/log", 3, plain_root(leaves(3)))


def test_a_checkpoint_reads_back_as_what_was_signed() -> None:
    key = Ed25519PrivateKey.generate()
    note = checkpoint.sign(head(), key)
    assert checkpoint.read(note, origin="example.org/log", public=key.public_key().public_bytes_raw()) == head()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n3\n", "\n4\n"),
        lambda note: note.replace("example.org", "example.com"),
        lambda note: note[:-6] + "AAAA=\n",
        lambda note: note.partition("\n\n")[0],
        lambda note: note.replace("\u2014 ", "- "),
        lambda _: "",
        lambda _: "\n\n\n",
        lambda note: note.replace("\n3\n", "\n\u0663\n"),
    ],
)
def test_a_checkpoint_that_was_changed_is_refused(spoil: Callable[[str], str]) -> None:
    key = Ed25519PrivateKey.generate()
    note = spoil(checkpoint.sign(head(), key))
    with pytest.raises(LogFormatError):
        checkpoint.read(note, origin="example.org/log", public=key.public_key().public_bytes_raw())


def test_a_checkpoint_of_another_key_is_refused() -> None:
    note = checkpoint.sign(head(), Ed25519PrivateKey.generate())
    with pytest.raises(LogFormatError):
        checkpoint.read(
            note, origin="example.org/log", public=Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        )


def test_a_signed_number_that_is_no_number_is_refused() -> None:
    key = Ed25519PrivateKey.generate()
    body = head().text().replace("\n3\n", "\n03\n")
    signature = checkpoint.key_id("example.org/log", key.public_key().public_bytes_raw()) + key.sign(body.encode())
    note = f"{body}\n\u2014 example.org/log {base64.b64encode(signature).decode()}\n"
    with pytest.raises(LogFormatError):
        checkpoint.read(note, origin="example.org/log", public=key.public_key().public_bytes_raw())


@pytest.mark.parametrize("more", ["\n", "standing AAAA\n", "standing !\n"])
def test_a_signed_extension_line_that_is_empty_or_no_root_is_refused(more: str) -> None:
    key = Ed25519PrivateKey.generate()
    public, body = key.public_key().public_bytes_raw(), head().text() + more + "other\n"
    signature = base64.b64encode(checkpoint.key_id("example.org/log", public) + key.sign(body.encode())).decode()
    with pytest.raises(LogFormatError):
        checkpoint.read(f"{body}\n\u2014 example.org/log {signature}\n", origin="example.org/log", public=public)


def test_the_key_is_written_as_other_verifiers_expect_it() -> None:
    # the example of golang.org/x/mod/sumdb/note's documentation: name, id, base64 of 1 and the key
    said = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    public = base64.b64decode(said.split("+", 2)[2])[1:]
    assert checkpoint.verifier("PeterNeumann", public) == said


# -- entries


def log(count: int = 1) -> list[int]:
    """Log so many facts, each in a transaction of its own."""
    made = []
    for number in range(count):
        with transaction.atomic():
            made.append(entries.append("permit.minted", {"number": number}).pk)
    return made


@pytest.mark.django_db
def test_the_commitment_opens_with_salt_and_body_alone() -> None:
    entry = Entry.objects.get(pk=log()[0])
    assert hashlib.sha256(bytes(entry.salt) + entry.body.encode()).digest() == bytes(entry.commitment)
    said = json.loads(entry.body)
    assert (said["kind"], said["fact"]) == ("permit.minted", {"number": 0})
    assert said["at"] == entry.created_at.isoformat()


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused() -> None:
    with pytest.raises(LedgerError, match="transaction"):
        entries.append("permit.minted", {})


@pytest.mark.django_db
@pytest.mark.parametrize("body", [{"x": object()}, {"x": float("nan")}, {"x": 2**60}, {"x": "\ud800"}, {1: 2}])
def test_a_fact_that_is_not_plain_json_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="plain JSON"), transaction.atomic():
        entries.append("permit.minted", body)


@pytest.mark.django_db
def test_a_fact_the_log_does_not_know_is_refused() -> None:
    with pytest.raises(LedgerError, match="knows no fact"), transaction.atomic():
        entries.append("something.else", {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE provenance_entry SET body = '{}'",
        "UPDATE provenance_entry SET commitment = decode(repeat('00', 32), 'hex')",
        "UPDATE provenance_entry SET leaf_index = 7",
        "UPDATE provenance_entry SET leaf_index = NULL",
        "DELETE FROM provenance_entry",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(sql: str) -> None:
    log()
    sequencer.sequence()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_an_entry_is_not_saved_or_deleted_again() -> None:
    entry = Entry.objects.get(pk=log()[0])
    with pytest.raises(LedgerError, match="never changed"):
        entry.save()
    with pytest.raises(LedgerError, match="never deleted"):
        entry.delete()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_break_the_callers_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(celery.current_app, "send_task", refuse)
    log()
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_sequencer_is_called_by_name_after_the_commit_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(celery.current_app, "send_task", lambda name, **_: sent.append(name))
    with transaction.atomic():
        entries.append("permit.minted", {})
        assert not sent
    assert sent == ["provenance.tasks.sequence"]


# -- sequencing and proving


@pytest.mark.django_db
def test_an_entry_is_pending_until_it_has_its_place_and_proven_from_then_on() -> None:
    first = log(3)
    assert proofs.prove(first[0]) is None
    assert sequencer.sequence() == 3
    later = log(300)
    assert proofs.prove(later[0]) is None
    sequencer.sequence()
    for entry in [*first, later[0], later[255], later[-1]]:
        proof = proofs.prove(entry)
        assert proof is not None
        assert proofs.holds(proof)
    assert proofs.prove(later[-1] + 1) is None


@pytest.mark.django_db
def test_the_tiles_hold_the_standards_tree() -> None:
    log(520)
    sequencer.sequence()
    found = [bytes(each) for each in Entry.objects.order_by("leaf_index").values_list("commitment", flat=True)]
    last = proofs.latest()
    assert last is not None
    assert bytes(last.root) == plain_root(found)
    assert Tile.objects.filter(storey=1).count() == 1


@pytest.mark.django_db
def test_a_proof_of_something_else_does_not_hold() -> None:
    one, other = log(2)
    sequencer.sequence()
    proof, second = proofs.prove(one), proofs.prove(other)
    assert proof is not None
    assert second is not None
    assert not proofs.holds(replace(proof, body=proof.body + " "))
    assert not proofs.holds(replace(proof, commitment=second.commitment, salt=second.salt, body=second.body))
    assert not proofs.holds(replace(proof, index=1))
    assert not proofs.holds(replace(proof, note=proof.note.replace("\n2\n", "\n3\n"), size=3))
    assert not proofs.holds(replace(proof, path=()))


@pytest.mark.django_db
def test_nothing_is_signed_over_a_tree_that_was_rewritten() -> None:
    log(5)
    sequencer.sequence()
    tile = Tile.objects.get(storey=0)
    tile.hashes = material.flip(bytes(tile.hashes), len(tile.hashes) - 1)
    tile.save()
    log()
    sequencer.place()
    with pytest.raises(LedgerError, match="no longer match"):
        sequencer.seal()
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_a_crash_between_places_and_signature_is_made_good_by_the_next_run() -> None:
    first = log(3)
    assert sequencer.place() == 3  # and then the process dies
    assert proofs.prove(first[0]) is None
    assert sequencer.sequence() == 0
    proof = proofs.prove(first[0])
    assert proof is not None
    assert proofs.holds(proof)


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["number", "keep"])
def test_a_crash_within_placing_leaves_entries_pending(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    first = log(3)
    with monkeypatch.context() as patch:
        patch.setattr(sequencer, line, die)
        with pytest.raises(KeyboardInterrupt):
            sequencer.place()
    assert Entry.objects.filter(leaf_index=None).count() == 3
    assert not Tile.objects.exists()
    assert sequencer.sequence() == 3
    assert proofs.prove(first[0]) is not None


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_with_a_low_id_is_not_left_out() -> None:
    begun, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def late() -> None:
        with transaction.atomic():
            made.append(entries.append("permit.minted", {"late": True}).pk)
            begun.set()
            go_on.wait(10)
        close_old_connections()
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    begun.wait(10)
    second = log()[0]
    sequencer.sequence()
    go_on.set()
    thread.join()
    assert made[0] < second
    sequencer.sequence()
    assert proofs.prove(made[0]) is not None
    assert list(Entry.objects.order_by("leaf_index").values_list("pk", flat=True)) == [second, made[0]]


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_at_once_give_every_entry_one_place() -> None:
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                log(10)
                sequencer.sequence()
        except BaseException as error:  # noqa: BLE001 - told to the test
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
    found = list(Entry.objects.order_by("leaf_index").values_list("leaf_index", flat=True))
    assert found == list(range(150))
    commitments = [bytes(each) for each in Entry.objects.order_by("leaf_index").values_list("commitment", flat=True)]
    for signed in Checkpoint.objects.all():
        assert bytes(signed.root) == plain_root(commitments[: signed.size])


@pytest.mark.django_db(transaction=True)
def test_the_newest_checkpoint_lies_beside_the_keys_and_is_checked_when_read() -> None:
    assert proofs.kept() is None
    log(2)
    sequencer.sequence()
    known = proofs.kept()
    assert known is not None
    assert known.size == 2
    path = keys.place(sequencer.KEPT)
    path.write_text(path.read_text().replace("\\n2\\n", "\\n9\\n"))
    assert proofs.kept() is None


@pytest.mark.django_db
def test_checkpoints_name_the_log() -> None:
    log()
    sequencer.sequence()
    last = proofs.latest()
    assert last is not None
    assert last.note.startswith(f"{settings.LOG_ORIGIN}\n1\n")
