"""How a receipt or a seal stood at any signed checkpoint, proven: the map of standings as it was then.

A standing only ever gains: the first entry that makes a name, the first that ends it. So the map of a smaller log is
the map of today without what came after. Pages that did not change since are taken as they are; the root that comes
out has to be the one that was signed then, or nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Length

from provenance.errors import LogFormatError
from provenance.log import ours, proofs, sparse, standing, standingproof
from provenance.log.models import Checkpoint, StandingPage, length
from provenance.log.sparse import Cell, Leaf, Path, Standing
from provenance.log.standing import BARE, DEEP, NAME, PLACE, Pages
from provenance.log.standingproof import StandingFile

MOST = 200_000  # names in pages that changed since: as many are hashed anew for one proof, 0.7 s of a processor
QUICK = 10_000  # as many for each of the few proofs that a page shows unasked


@dataclass(frozen=True, slots=True)
class Moment:
    """How something stood at a checkpoint; ``is_proven``: the proof was made and leads to the signed root."""

    signed: Checkpoint
    standing: Standing
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Life:
    """How something stands at the newest checkpoint, and at those around each change, oldest first."""

    name: str
    standing: Standing
    last: Checkpoint
    moments: tuple[Moment, ...]


def life(name: str) -> Life | None:
    """Return the life of a receipt (by digest) or a seal (by its manifest's label); None where nothing is signed.

    None as well when the newest standing cannot be proven: what cannot be proven is not told.
    """
    last = proofs.latest()
    now = None if last is None else at(name, last)
    if last is None or now is None:
        return None
    told = [Moment(each, until(now.standing, each.size), is_proven(name, each)) for each in around(now.standing, last)]
    return Life(name, now.standing, last, (*told, Moment(last, now.standing, is_proven=True)))


def around(found: Standing, last: Checkpoint) -> Iterator[Checkpoint]:
    """Yield the checkpoint before something was made, the first with it, the first with its end; not the newest."""
    made, ended = found.made, found.ended
    rows = Checkpoint.objects.order_by("size")
    wanted = [
        None if made is None else rows.filter(size__lte=made).last(),
        None if made is None else rows.filter(size__gt=made).first(),
        None if ended is None else rows.filter(size__gt=ended).first(),
    ]
    several = {each.size: each for each in wanted if each is not None and each.size < last.size}
    yield from (several[size] for size in sorted(several))


def is_proven(name: str, signed: Checkpoint) -> bool:
    """Return whether there is a proof of a standing at a checkpoint that takes no time to speak of."""
    return at(name, signed, most=QUICK) is not None


def at(name: str, signed: Checkpoint, *, most: int = MOST) -> StandingFile | None:
    """Return how a name stood at a checkpoint, proven.

    None where that checkpoint says nothing of standings, where more than ``most`` names lie in pages that changed
    since, or where the map as it is kept does not lead to what was signed then.
    """
    if changed_since(signed.size) > most:
        return None
    key = sparse.key_of(name)
    pages = as_it_was(signed.size, fetched(signed.size, key), key)
    bucket = standing.names(pages.get(key[:2].hex(), b""))
    cells = [standing.cells_of(pages.get(each, BARE)) for each in ("", key[:1].hex())]
    siblings, met = standing.descend(key, cells, bucket)
    found = dict(bucket).get(key)
    is_another = found is None and met[0] != sparse.NOTHING
    path = Path(siblings, beside(key, len(siblings), signed.size) if is_another else None)
    file = StandingFile(name, sparse.unpacked(found) if found else Standing(), path, proofs.note(signed))
    return file if holds(file) else None


def changed_since(size: int) -> int:
    """Return how many names lie in pages that changed since the log had this size."""
    if standing.mapped() <= size:
        return 0
    rows = buckets().filter(size__gt=size)
    return int(rows.aggregate(all=Sum(length("content")))["all"] or 0) // NAME


def buckets() -> QuerySet[StandingPage]:
    """Return the pages that hold names themselves."""
    return StandingPage.objects.alias(deep=Length("place")).filter(deep=PLACE)


def fetched(size: int, key: bytes) -> dict[str, tuple[bytes, int]]:
    """Return pages with the size at which each last changed: those that changed since, and those on a key's way.

    One statement, so that they are of one moment.
    """
    way = ["", key[:1].hex(), key[:2].hex()]
    rows = StandingPage.objects.filter(Q(size__gt=size) | Q(place__in=way)).values_list("place", "content", "size")
    return {place: (bytes(content), at) for place, content, at in rows}


def as_it_was(size: int, rows: dict[str, tuple[bytes, int]], key: bytes) -> Pages:
    """Return the root page, and the page and the bucket on a key's way, as they were at a size."""
    then = {place: kept(content, size) for place, (content, at) in rows.items() if len(place) == PLACE and at > size}
    middle = put_back(rows, ((place, sparse.folded(leaves, DEEP)) for place, leaves in then.items()))
    top = put_back(rows, ((place, standing.whole(content)) for place, content in middle.items()))
    found = {place: content for place, (content, _) in rows.items()} | middle | top
    mine = key[:2].hex()
    if mine in then:
        found[mine] = b"".join(each + packed for each, packed in then[mine])
    return found


def beside(key: bytes, depth: int, size: int) -> Leaf | None:
    """Return the one name that lay under a key's place at a depth when the log had this size, if the map has it."""
    way, over = int.from_bytes(key[:2], "big"), max(0, DEEP - depth)
    low = way >> over << over
    rows = buckets().filter(place__gte=f"{low:04x}", place__lte=f"{low + (1 << over) - 1:04x}")
    leaves = (leaf for content in rows.values_list("content", flat=True) for leaf in kept(bytes(content), size))
    return next((leaf for leaf in leaves if standing.same(leaf[0], key, depth)), None)


def put_back(rows: dict[str, tuple[bytes, int]], cells: Iterable[tuple[str, Cell]]) -> Pages:
    """Return the pages one storey up with these cells as they were."""
    by_page: dict[str, list[tuple[int, Cell]]] = defaultdict(list)
    for place, cell in cells:
        by_page[place[:-2]].append((int(place[-2:], 16), cell))
    return {place: standing.put(rows[place][0], some) for place, some in by_page.items()}


def kept(bucket: bytes, size: int) -> list[Leaf]:
    """Return a bucket's names without what entries from this place on said."""
    found = ((key, until(sparse.unpacked(packed), size)) for key, packed in standing.names(bucket))
    return [(key, each.packed()) for key, each in found if each != Standing()]


def until(found: Standing, size: int) -> Standing:
    """Return a standing as it was when the log had this size."""
    made = found.made if found.made is not None and found.made < size else None
    return Standing(made, found.ended if found.ended is not None and found.ended < size else None)


def holds(file: StandingFile) -> bool:
    """Return whether a proof leads to what our log signed, checked as a stranger would: pages are not believed."""
    trust = ours.trust()
    if trust is None:
        return False
    try:
        standingproof.verify(file, trust=trust)
    except LogFormatError:
        return False
    return True
