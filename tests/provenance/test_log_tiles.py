"""The public log as others read it: addresses, bytes and headers of C2SP tlog-tiles, and proof files to keep."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from provenance import ledger
from provenance.backends import keys
from provenance.errors import LedgerError, LogFormatError
from provenance.log import checkpoint, proofs, sequencer, tiles, tlogproof, tree
from provenance.log.models import Checkpoint, Entry
from provenance.log.tiles import DATA, Address
from provenance.log.tlogproof import ProofFile, Trust
from provenance.manifests.models import Manifest

ORIGIN = "localhost/countenance-log"


def trust() -> Trust:
    """Believe this log's own key."""
    public = keys.log_public()
    assert public is not None
    return Trust(ORIGIN, public)


def log(count: int) -> list[int]:
    """Log so many facts at once and give them their places."""
    with transaction.atomic():
        made = ledger.append_many([ledger.Fact("permit.minted", {"number": number}) for number in range(count)])
    sequencer.sequence()
    return made


# -- addresses


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("tile/0/x001/x234/067", Address(0, 1234067)),  # the specification's own example
        ("tile/0/000", Address(0, 0)),
        ("tile/0/273.p/112", Address(0, 273, 112)),
        ("tile/2/000.p/1", Address(2, 0, 1)),
        ("tile/entries/x001/000.p/255", Address(DATA, 1000, 255)),
        ("tile/63/999", Address(63, 999)),
    ],
)
def test_an_address_is_written_as_the_specification_has_it(path: str, wanted: Address) -> None:
    assert tiles.address(path) == wanted
    assert str(wanted) == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/0/0000", "tile/0/001/234", "tile/0/x001", "tile/00/000", "tile/64/000", "tile/-1/000",
        "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/data/000",
        "tile/0/000/", "tile/0/\u0660\u0660\u0660", "tile/0/" + "x001/" * 400 + "000", "", "tile/0/000\n",
    ],
)  # fmt: skip
def test_a_second_spelling_of_an_address_is_none(path: str) -> None:
    with pytest.raises(LogFormatError):
        tiles.address(path)


@given(st.integers(-1, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_every_address_reads_back(storey: int, index: int, width: int) -> None:
    assert tiles.address(str(Address(storey, index, width))) == Address(storey, index, width)


def test_a_tree_of_70000_needs_the_tiles_that_the_specification_counts() -> None:
    needed = list(tiles.needed(70_000))
    by_storey = [[each for each in needed if each.storey == storey] for storey in range(4)]
    assert [sum(each.is_whole for each in row) for row in by_storey] == [273, 1, 0, 0]
    assert [[each.width for each in row if not each.is_whole] for row in by_storey] == [[112], [17], [1], []]


@given(st.lists(st.binary(max_size=40)))
def test_a_bundle_reads_back_and_a_torn_one_does_not(entries: list[bytes]) -> None:
    data = tiles.bundle(entries)
    assert tiles.unbundle(data) == entries
    if data:
        with pytest.raises(LogFormatError):
            tiles.unbundle(data[:-1])


# -- served


@pytest.mark.django_db
def test_ada_rebuilds_the_signed_root_from_what_the_log_serves(client: Client) -> None:
    log(600)
    head = checkpoint.read(client.get("/log/checkpoint").content.decode(), origin=ORIGIN, public=trust().public)
    found: dict[tuple[int, int], bytes] = {}
    for wanted in tiles.needed(head.size):
        found[(wanted.storey, wanted.index)] = client.get(f"/log/{wanted}").content
    assert tree.root(head.size, tree.reader(lambda storey, index: found[(storey, index)])) == head.root
    entries = [
        each
        for index, width in ((0, 256), (1, 256), (2, 88))
        for each in tiles.unbundle(client.get(f"/log/{Address(DATA, index, width)}").content)
    ]
    assert [tree.leaf_hash(each) for each in entries] == [
        found[(0, at // 256)][at % 256 * 32 :][:32] for at in range(600)
    ]
    assert entries[7] == bytes(Entry.objects.get(leaf_index=7).commitment)


@pytest.mark.django_db
def test_types_and_caching_are_those_of_the_specification(client: Client) -> None:
    log(300)
    signed, whole, part = (client.get(f"/log/{each}") for each in ("checkpoint", "tile/0/000", "tile/0/001.p/44"))
    assert signed.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert signed.headers["Cache-Control"] == "public, max-age=2"
    for each in (whole, part, client.get("/log/tile/entries/000")):
        assert each.headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in each.headers["Cache-Control"]
        assert "Set-Cookie" not in each.headers
        assert "Cookie" not in each.headers.get("Vary", "")
    assert (len(whole.content), len(part.content)) == (8192, 44 * 32)


@pytest.mark.django_db
def test_partial_tiles_of_older_checkpoints_stay_and_what_is_not_signed_is_not_shown(client: Client) -> None:
    log(10)
    before = client.get("/log/tile/0/000.p/10").content
    log(300)
    assert client.get("/log/tile/0/000.p/10").content == before
    with transaction.atomic():
        ledger.append(ledger.Fact("permit.minted", {}))
    sequencer.place()  # it has its place and nothing says so yet
    for path in ("tile/0/001.p/55", "tile/entries/001.p/55", "tile/0/001", "tile/1/000.p/2", "tile/5/000", "tile/0/1"):
        assert client.get(f"/log/{path}").status_code == 404, path
    assert client.get("/log/tile/0/001.p/54").status_code == 200


@pytest.mark.django_db
def test_an_empty_log_shows_nothing(client: Client) -> None:
    for path in ("checkpoint", "tile/0/000", "entry/0.tlog-proof", "video/urn:x.tlog-proof", "standing/x"):
        assert client.get(f"/log/{path}").status_code == 404, path
    assert client.post("/log/checkpoint").status_code == 405


# -- proof files


@pytest.mark.django_db
def test_a_proof_file_is_checked_without_us(client: Client) -> None:
    log(300)
    text = client.get("/log/entry/277.tlog-proof").content.decode()
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 277\n")
    file = tlogproof.read(text)
    commitment = bytes(Entry.objects.get(leaf_index=277).commitment)
    assert tlogproof.verify(file, trust=trust(), commitment=commitment).head.size == 300
    with pytest.raises(LogFormatError, match="of another entry"):
        tlogproof.verify(file, trust=trust())  # it does not open its leaf, so the reader must know it
    with pytest.raises(LogFormatError, match="not in the log"):
        tlogproof.verify(file, trust=trust(), commitment=bytes(32))


@pytest.mark.django_db
def test_a_videos_proof_says_what_was_logged(client: Client) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("asset.sealed", {"manifest": "urn:c2pa:1", "receipts": [3]}))
        some = {"file_sha256": "a" * 64, "stream_digest": "", "clearance_digest": "", "sealed_at": timezone.now()}
        Manifest.objects.create(render="r", label="urn:c2pa:1", entry_id=entry, **some)
    assert client.get("/log/video/urn:c2pa:1.tlog-proof").status_code == 404  # pending
    log(3)
    answer = client.get("/log/video/urn:c2pa:1.tlog-proof")
    assert "video.tlog-proof" in answer.headers["Content-Disposition"]
    proven = tlogproof.verify(tlogproof.read(answer.content.decode()), trust=trust())
    assert json.loads(proven.body)["fact"]["manifest"] == "urn:c2pa:1"
    assert list(tlogproof.names(proven.body)) == ["urn:c2pa:1"]
    with pytest.raises(LogFormatError, match="of another entry"):  # it opens another leaf than the reader asks about
        tlogproof.verify(tlogproof.read(answer.content.decode()), trust=trust(), commitment=bytes(32))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("index 2", "index 3"),
        lambda text: text.replace("index 2", "index 02"),
        lambda text: text.replace("tlog-proof@v1", "tlog-proof@v2"),
        lambda text: text.replace("\n5\n", "\n6\n"),
        lambda text: text.replace("extra ", "extra A"),
        lambda text: text.replace("\n\n", "\nAAAA\n\n", 1),
        lambda text: text.replace("extra eyJ", "extra eyK"),
        lambda text: text.partition("\n\n")[0],
        lambda _: "c2sp.org/tlog-proof@v1",
        lambda _: "c2sp.org/tlog-proof@v1\n\n",
        lambda text: text + "A" * (1 << 20),
    ],
)
def test_a_proof_file_that_was_changed_is_refused(spoil: Callable[[str], str]) -> None:
    made = log(5)
    proof = ledger.proof(made[2])
    assert proof is not None
    text = ledger.proof_file(proof, is_open=True)
    assert tlogproof.verify(tlogproof.read(text), trust=trust()).index == 2
    with pytest.raises(LogFormatError):
        tlogproof.verify(tlogproof.read(spoil(text)), trust=trust())


@pytest.mark.django_db
def test_other_words_in_a_proof_file_are_not_believed() -> None:
    proof = ledger.proof(log(5)[2])
    assert proof is not None
    file = tlogproof.read(ledger.proof_file(proof, is_open=True))
    for lie in (replace(file, body=file.body.replace("2", "3")), replace(file, salt=bytes(32))):
        with pytest.raises(LogFormatError, match="not in the log"):
            tlogproof.verify(lie, trust=trust())


@pace(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.lists(st.binary(min_size=32, max_size=32), max_size=40), st.binary(), st.text())
def test_every_proof_file_reads_back(index: int, path: list[bytes], salt: bytes, body: str) -> None:
    file = ProofFile(index, tuple(path), "note\n\nsigned\n", salt=salt if body else b"", body=body)
    assert tlogproof.read(tlogproof.write(file)) == file


# -- many at once, and two dates


@pytest.mark.django_db
def test_many_facts_at_once_are_as_facts_one_by_one() -> None:
    made = log(3)
    rows = Entry.objects.in_bulk(made)
    assert [json.loads(rows[each].body)["fact"]["number"] for each in made] == [0, 1, 2]
    assert len({bytes(row.salt) for row in rows.values()}) == 3
    for row in rows.values():
        assert row.is_committed()
        assert json.loads(row.body)["at"] == row.created_at.isoformat()
        assert hashlib.sha256(bytes(row.salt) + row.body.encode()).digest() == bytes(row.commitment)


@pytest.mark.django_db
def test_one_bad_fact_among_many_refuses_them_all() -> None:
    for bad in (ledger.Fact("something.else", {}), ledger.Fact("permit.minted", {"x": float("nan")})):
        with pytest.raises(LedgerError), transaction.atomic():
            ledger.append_many([ledger.Fact("permit.minted", {}), bad])
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_ada_proves_that_nothing_changed_between_two_dates(client: Client) -> None:
    log(10)
    Checkpoint.objects.update(created_at=timezone.now() - timedelta(days=30))
    log(25)
    start, end = ((timezone.now() - timedelta(days=days)).isoformat() for days in (20, 0))
    found = client.get("/api/v1/log/growth", {"start": start, "end": end}).json()
    old, new = (checkpoint.read(found[each], origin=ORIGIN, public=trust().public) for each in ("old", "new"))
    path = [bytes.fromhex(each) for each in found["path"]]
    assert (old.size, new.size) == (10, 35)
    assert tree.is_consistent(old=10, new=35, old_root=old.root, new_root=new.root, path=path)
    before = (timezone.now() - timedelta(days=40)).isoformat()
    assert client.get("/api/v1/log/growth", {"start": before, "end": end}).status_code == 404
    assert client.get("/api/v1/log/growth", {"start": end, "end": start}).status_code == 404
    assert client.get("/api/v1/log/growth", {"start": "yesterday", "end": end}).status_code == 400


@pytest.mark.django_db
def test_only_signed_sizes_are_proven_to_have_grown() -> None:
    log(4)
    log(4)
    assert proofs.grew(4, 8) is not None
    assert proofs.grew(4, 4) is not None
    assert proofs.grew(8, 4) is None
    assert proofs.grew(3, 8) is None
