"""What the entries of a log say, held against what was committed to and signed. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from provenance.auditor.findings import Audit
from provenance.auditor.sources import ENTRIES, Source, place_of
from provenance.log import sparse, tree
from provenance.log.checkpoint import Head
from provenance.log.sparse import Standing


def said(done: Audit, source: Source, head: Head, leaves: Sequence[bytes]) -> None:
    """Note entries whose words are not those committed to, that are gone or stand elsewhere; then the standings."""
    rows = source.lines(ENTRIES)
    if rows is None:
        return
    places = {leaf: place for place, leaf in enumerate(leaves)}
    seen: Counter[int] = Counter()
    world: dict[str, Standing] = {}
    for row in sorted(rows, key=place_of):
        seen[place_of(row)] += 1
        compare(done, row, leaves, places)
        stand(world, row)
    done.words = seen.total()
    count(done, seen, head.size)
    if head.standing and sparse.root(world) != head.standing:
        done.note("The map of standings that was signed is not what follows from the entries.")


def count(done: Audit, seen: Mapping[int, int], size: int) -> None:
    """Note places without their one entry."""
    for place in range(size):
        if seen[place] != 1:
            many = "is gone" if not seen[place] else f"is there {seen[place]} times"
            done.note(f"The entry of place {place} {many}.", place)


def compare(done: Audit, row: Mapping[str, Any], leaves: Sequence[bytes], places: Mapping[bytes, int]) -> None:
    """Note what is wrong with one entry."""
    index, entry = place_of(row), row.get("entry")
    try:
        leaf = tree.leaf_hash(bytes.fromhex(row["commitment"]))
        is_edited = not says_what_it_committed_to(row)
    except (KeyError, TypeError, ValueError):
        done.note(f"Entry {entry} at place {index} cannot be read.", index, entry)
        return
    if is_edited:
        done.note(f"Entry {entry} at place {index} was edited: it does not say what was committed to.", index, entry)
    if index >= len(leaves) or leaf == leaves[index]:
        return  # what is not signed yet is not judged
    if leaf in places:
        done.note(f"Entry {entry} at place {index} was moved: it belongs at place {places[leaf]}.", index, entry)
    else:
        done.note(f"Entry {entry} at place {index} is not the one that was logged there.", index, entry)


def says_what_it_committed_to(row: Mapping[str, Any]) -> bool:
    """Return whether salt and body come to the commitment, and the body is of the kind that stands beside it."""
    body = row["body"].encode()
    is_committed = hashlib.sha256(bytes.fromhex(row["salt"]) + body).hexdigest() == row["commitment"]
    return is_committed and bool(json.loads(body)["kind"] == row["kind"])


def stand(world: dict[str, Standing], row: Mapping[str, Any]) -> None:
    """Take an entry into the map of standings; words that cannot be read change nothing, and were noted already."""
    try:
        for name, makes in sparse.changes(row["kind"], row["body"]):
            world[name] = sparse.changed(world.get(name, Standing()), place_of(row), makes=makes)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
