"""The tree of a log, computed anew from its leaves and held against what was signed. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provenance.auditor.findings import Audit
from provenance.auditor.sources import CHECKPOINT, HISTORY, Source, place_of, whole
from provenance.errors import LogFormatError
from provenance.log import checkpoint, tiles, tree
from provenance.log.checkpoint import Head
from provenance.log.tiles import DATA, Address
from provenance.log.tlogproof import Trust

MISSING = bytes(tree.SIZE)  # no hash is all zeros


@dataclass(frozen=True, slots=True)
class Grown:
    """Leaves' hashes, and all tiles over them."""

    leaves: Sequence[bytes]
    tiles: dict[tuple[int, int], bytes]

    def root(self, size: int) -> bytes:
        """Return the root over the first of them."""
        return tree.root(size, tree.reader(lambda storey, index: self.tiles.get((storey, index), b"")))


def grown(leaves: Sequence[bytes]) -> Grown:
    """Return the tree over these leaves' hashes."""
    made: dict[tuple[int, int], bytes] = {}
    tree.grow(made, 0, leaves)
    return Grown(leaves, made)


def signed(source: Source, trust: Trust) -> tuple[Head, str]:
    """Return the newest checkpoint of a source, and its text.

    Raises:
        LogFormatError: there is none, or the log did not sign it.
    """
    found = source.get(CHECKPOINT)
    if found is None:
        raise LogFormatError("There is no checkpoint here.")
    try:
        note = found.decode()
    except UnicodeDecodeError as error:
        raise LogFormatError("The checkpoint is not text.") from error
    return checkpoint.read(note, origin=trust.origin, public=trust.public), note


def settled(done: Audit, source: Source, head: Head) -> Grown:
    """Return the tree that the checkpoint was signed over; note where tiles and bundles differ from it.

    Tiles and bundles each suffice to compute it; whichever comes to the signed root tells on the other. When neither
    does, that is noted, and the tree of the tiles is returned: older checkpoints then say since when it is wrong.
    """
    stored, bundled = grown(list(hashes(source, head.size))), grown(list(leaves(source, head.size)))
    right = next((each for each in (stored, bundled) if each.root(head.size) == head.root), None)
    if right is None:
        done.note("The tree is not the one that was signed: its root is another.")
        return stored
    differing(done, "The tree's own tile is missing or holds another hash than was signed", stored, right)
    differing(done, "The log serves no entry or another one than was signed", bundled, right)
    for wanted in tiles.needed(head.size):
        is_right = right.tiles.get((wanted.storey, wanted.index)) == whole(source, wanted)
        if wanted.storey and not is_right:
            done.note(f"{wanted} is not what lies beneath it.", wanted.index * tree.WIDTH ** (wanted.storey + 1))
    return right


def differing(done: Audit, sentence: str, one: Grown, right: Grown) -> None:
    """Note each stretch of places at which leaves are not what they should be."""
    wrong = [place for place, (a, b) in enumerate(zip(one.leaves, right.leaves, strict=True)) if a != b]
    for first, last in stretches(wrong):
        where = f"at place {first}" if first == last else f"at places {first} to {last}"
        done.note(f"{sentence} {where}.", first)


def stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbouring places."""
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield places[start], places[at - 1]
            start = at


def hashes(source: Source, size: int) -> Iterator[bytes]:
    """Yield the leaves' hashes of the lowest tiles."""
    for wanted in within(0, size):
        found = whole(source, wanted) or b""
        for at in range(0, wanted.width * tree.SIZE, tree.SIZE):
            each = found[at : at + tree.SIZE]
            yield each if len(each) == tree.SIZE else MISSING


def leaves(source: Source, size: int) -> Iterator[bytes]:
    """Yield the leaves' hashes, computed from the bundles' entries."""
    for wanted in within(DATA, size):
        try:
            found = tiles.unbundle(whole(source, wanted) or b"")
        except LogFormatError:
            found = []
        for at in range(wanted.width):
            yield tree.leaf_hash(found[at]) if at < len(found) else MISSING


def within(storey: int, size: int) -> Iterator[Address]:
    """Yield the lowest tiles, or the bundles, of a tree of this size."""
    for start in range(0, size, tree.WIDTH):
        yield Address(storey, start // tree.WIDTH, min(tree.WIDTH, size - start))


def older(done: Audit, source: Source, trust: Trust, now: Grown) -> None:
    """Note the first signed checkpoint that is not a beginning of this tree, and with it the places in question."""
    before = 0
    for each in sorted(source.lines(HISTORY) or (), key=lambda each: place_of(each, "size")):
        head = checkpoint.read(str(each.get("note")), origin=trust.origin, public=trust.public)
        done.checkpoints += 1
        if head.size > len(now.leaves) or now.root(head.size) != head.root:
            where = f"places {before} to {head.size - 1}"
            done.note(f"What was signed at size {head.size} is not the beginning of this tree: see {where}.", before)
            return
        before = head.size


def begins_with(done: Audit, known: Source, trust: Trust, now: Grown) -> None:
    """Note every place at which the log is not what it was when somebody kept it."""
    head, _ = signed(known, trust)
    if head.size > len(now.leaves):
        sentence = f"The log had {head.size} entries when it was kept, and has {len(now.leaves)} now."
        done.note(sentence, len(now.leaves))
    kept = grown(list(hashes(known, head.size)))
    if kept.root(head.size) != head.root:
        done.note("The files that were kept are not those of the checkpoint beside them.")
        return
    for place, (then, here) in enumerate(zip(kept.leaves, now.leaves, strict=False)):
        if then != here:
            done.note(f"Place {place} holds another entry than when the log was kept.", place)
