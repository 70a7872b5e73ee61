"""The map of standings: what was agreed to and taken back has a proof at every checkpoint, and nothing else has."""

import hashlib
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from provenance import ledger
from provenance.backends import keys
from provenance.errors import LogFormatError
from provenance.log import proofs, sequencer, sparse, standing, standingproof, tlogproof
from provenance.log.models import Entry, StandingPage
from provenance.log.sparse import Path, Standing
from provenance.log.tlogproof import Trust

DIGESTS = st.integers(0, 40).map(lambda n: f"{n:064x}")
PLACES = st.integers(0, 10_000)
STANDINGS = st.builds(Standing, st.none() | PLACES, st.none() | PLACES).filter(lambda each: each != Standing())
WORLDS = st.dictionaries(DIGESTS, STANDINGS, max_size=40)


def trust() -> Trust:
    """Believe this log's own key."""
    public = keys.log_public()
    assert public is not None
    return Trust("localhost/countenance-log", public)


def log(kind: str, **fact: ledger.JSON) -> int:
    """Log one fact."""
    with transaction.atomic():
        return ledger.append(ledger.Fact(kind, fact))


def file(name: str) -> standingproof.StandingFile:
    """Return the proof of a standing as Ada reads it from the file she was given."""
    found = ledger.standing(name)
    assert found is not None
    return standingproof.read(ledger.standing_file(found))


def by_hand(world: dict[str, Standing]) -> bytes:
    """Return a map's root by the words of its description, one bit at a time, independent of the code under test."""

    def under(leaves: list[tuple[str, bytes]], depth: int) -> bytes:
        if not leaves:
            return bytes(32)
        if len(leaves) == 1:
            return hashlib.sha256(b"\x02" + int(leaves[0][0], 2).to_bytes(32, "big") + leaves[0][1]).digest()
        left = [each for each in leaves if each[0][depth] == "0"]
        right = [each for each in leaves if each[0][depth] == "1"]
        return hashlib.sha256(b"\x03" + under(left, depth + 1) + under(right, depth + 1)).digest()

    return under([(f"{int.from_bytes(sparse.key_of(n), 'big'):0256b}", s.packed()) for n, s in world.items()], 0)


def load(world: dict[str, Standing]) -> None:
    """Keep a map of these standings in pages."""
    steps = {}
    for name, each in world.items():
        made = [] if each.made is None else [(each.made, True)]
        steps[name] = made + ([] if each.ended is None else [(each.ended, False)])
    standing.write(standing.apply(steps), size=1)


# -- the map


@pace(max_examples=40, deadline=None)
@given(WORLDS)
def test_the_root_is_what_its_description_says(world: dict[str, Standing]) -> None:
    assert sparse.root(world) == by_hand(world)


@pytest.mark.django_db
@pace(max_examples=25, deadline=None)
@given(WORLDS, WORLDS, DIGESTS, STANDINGS)
def test_every_standing_is_proven_and_no_other(
    first: dict[str, Standing], then: dict[str, Standing], name: str, lie: Standing
) -> None:
    StandingPage.objects.all().delete()
    load(first)
    load({each: then[each] for each in then.keys() - first.keys()})
    world = {**then, **first}
    root = standing.root()
    assert root == sparse.root(world)
    found, path = standing.look_up(name)
    assert found == world.get(name, Standing())
    assert sparse.is_proven(name, found, path=path, root=root)
    if lie != found:
        assert not sparse.is_proven(name, lie, path=path, root=root)
        assert not sparse.is_proven(name, lie, path=replace(path, other=None), root=root)
    if found != Standing():
        assert not sparse.is_proven(name, Standing(), path=replace(path, other=None), root=root)
        mine = (sparse.key_of(name), found.packed())
        assert not sparse.is_proven(name, Standing(), path=Path(path.siblings, mine), root=root)


@pytest.mark.django_db
def test_a_large_map_is_proven_too() -> None:
    world = {f"{n:064x}": Standing(n) for n in range(3000)}
    load(world)
    assert standing.root() == sparse.root(world)
    for name in [f"{n:064x}" for n in (0, 17, 2999, 3000, 4000, 5000)]:
        found, path = standing.look_up(name)
        assert sparse.is_proven(name, found, path=path, root=standing.root())
        assert found == world.get(name, Standing())


@pytest.mark.django_db
def test_a_name_is_not_its_own_proof_of_being_absent() -> None:
    world = {f"{n:064x}": Standing(n, n + 100) for n in range(50)}
    load(world)
    for name, each in world.items():
        _, path = standing.look_up(name)
        mine = Path(path.siblings, (sparse.key_of(name), each.packed()))
        assert sparse.is_proven(name, each, path=path, root=standing.root())
        assert not sparse.is_proven(name, Standing(), path=mine, root=standing.root())
        assert not sparse.is_proven(name, each, path=mine, root=standing.root())


def test_a_path_longer_than_a_key_proves_nothing() -> None:
    assert not sparse.is_proven("x", Standing(), path=Path((bytes(32),) * 257), root=bytes(32))


def test_what_was_said_first_stays_said() -> None:
    before = sparse.changed(sparse.changed(Standing(), 3, makes=True), 5, makes=False)
    assert sparse.changed(before, 9, makes=True) == sparse.changed(before, 9, makes=False) == Standing(3, 5)


# -- the story


@pytest.mark.django_db
def test_olives_yes_stands_until_she_takes_it_back_and_ada_can_prove_both() -> None:
    yes, no = "a" * 64, "b" * 64
    log("grant.made", receipts=[yes])
    sequencer.sequence()
    then = file(yes)
    assert str(standingproof.verify(then, trust=trust()).standing) == "stands 0"
    log("grant.revoked", receipts=[no], ends=[yes])
    sequencer.sequence()
    assert str(standingproof.verify(file(yes), trust=trust()).standing) == "ended 0 1"
    assert str(standingproof.verify(file(no), trust=trust()).standing) == "stands 1"
    assert standingproof.verify(then, trust=trust()).head.size == 1  # it stood at checkpoint 1: that stays provable


@pytest.mark.django_db
def test_a_seal_stands_until_it_is_withdrawn() -> None:
    label = "urn:c2pa:0191"
    log("asset.sealed", manifest=label, receipts=[1, 2])
    sequencer.sequence()
    assert standingproof.verify(file(label), trust=trust()).standing.stands
    log("asset.withdrawn", manifest=label, reason="consent.revoked")
    sequencer.sequence()
    assert not standingproof.verify(file(label), trust=trust()).standing.stands


@pytest.mark.django_db
def test_what_nobody_made_is_proven_to_be_absent() -> None:
    log("grant.made", receipts=["a" * 64])
    sequencer.sequence()
    found = standingproof.verify(file("c" * 64), trust=trust()).standing
    assert str(found) == "absent"
    assert not found.stands


@pytest.mark.django_db
def test_there_is_no_proof_of_standing_before_anything_is_signed_or_while_the_map_is_ahead() -> None:
    assert ledger.standing("a" * 64) is None
    log("grant.made", receipts=["a" * 64])
    sequencer.place()
    sequencer.note_standings()
    assert ledger.standing("a" * 64) is None
    sequencer.sign()
    assert str(standingproof.verify(file("a" * 64), trust=trust()).standing) == "stands 0"
    log("grant.revoked", ends=["a" * 64])
    sequencer.place()
    sequencer.note_standings()
    assert ledger.standing("a" * 64) is None  # the map knows already, and nothing signed says so


@pytest.mark.django_db
def test_what_is_signed_goes_no_further_than_the_map() -> None:
    log("grant.made", receipts=["a" * 64])
    sequencer.place()
    sequencer.note_standings()
    log("grant.revoked", ends=["a" * 64])
    sequencer.place()  # another sequencer, between two steps of the first
    signed = sequencer.sign()
    assert signed is not None
    assert signed.size == 1
    assert standingproof.verify(file("a" * 64), trust=trust()).standing.stands


@pytest.mark.django_db
def test_a_standing_is_not_proven_by_a_changed_file() -> None:
    log("grant.made", receipts=["a" * 64, "b" * 64])
    log("grant.revoked", ends=["a" * 64])
    sequencer.sequence()
    text = standingproof.write(file("a" * 64))
    for old, new in [
        ("ended 0 1", "stands 0"),
        ("ended 0 1", "absent"),
        ("name " + "a" * 64, "name " + "b" * 64),
        ("standing ", "standing  "),
        ("countenance.standing@v1", "countenance.standing@v2"),
        ("\n2\n", "\n3\n"),
    ]:
        with pytest.raises(LogFormatError):
            standingproof.verify(standingproof.read(text.replace(old, new, 1)), trust=trust())


@pytest.mark.django_db
def test_whoever_has_the_bodies_computes_the_root_that_was_signed() -> None:
    for number in range(40):
        log("grant.made", receipts=[f"{number:064x}"])
    log("grant.revoked", receipts=["f" * 64], ends=[f"{7:064x}"])
    sequencer.sequence()
    world: dict[str, Standing] = {}
    for place, (kind, body) in enumerate(Entry.objects.order_by("leaf_index").values_list("kind", "body")):
        for name, makes in sparse.changes(kind, body):
            world[name] = sparse.changed(world.get(name, Standing()), place, makes=makes)
    last = proofs.latest()
    assert last is not None
    note = last.note
    assert tlogproof.encoded(sparse.root(world)) in note


@pytest.mark.django_db
def test_it_does_not_matter_in_which_steps_the_map_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "STEP", 7)
    for number in range(30):
        log("grant.made", receipts=[f"{number:064x}"])
    sequencer.sequence()
    assert standing.root() == sparse.root({f"{number:064x}": Standing(number) for number in range(30)})
