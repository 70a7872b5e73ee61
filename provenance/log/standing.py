"""Keeping the map of standings: pages in PostgreSQL, brought up to date from the entries in their order.

Three storeys of pages: the root page has a cell for each first byte of a key, the page of a byte one for each second
byte, and under two bytes lies a bucket with the names themselves. The root page says up to which entry all this goes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction

from provenance.errors import LedgerError
from provenance.log import sparse
from provenance.log.models import Entry, StandingPage
from provenance.log.sparse import HASH, KEY, MANY, NOTHING, PACKED, VOID, Cell, Leaf, Path, Standing

STEP = 100_000  # entries taken in one transaction
FAN = 256
CELL = 1 + HASH
NAME = KEY + PACKED
NEVER = Standing()
BARE = bytes(CELL * FAN)
DEEP, PLACE = 16, 4  # a bucket lies under so many bits, which are so many hexadecimal digits

DESK = """
CREATE TEMPORARY TABLE IF NOT EXISTS standing_desk (place varchar(4), content bytea, size bigint) ON COMMIT DELETE ROWS;
TRUNCATE standing_desk"""
COPY = "COPY standing_desk (place, content, size) FROM STDIN (FORMAT BINARY)"
KEEP = """
INSERT INTO provenance_standingpage (place, content, size) SELECT place, content, size FROM standing_desk
ON CONFLICT (place) DO UPDATE SET content = excluded.content, size = excluded.size"""

Pages = dict[str, bytes]  # by place: "", or the hex of one byte or two


def mapped() -> int:
    """Return how many entries the map takes in."""
    return StandingPage.objects.filter(place="").values_list("size", flat=True).first() or 0


def advance(placed: int) -> int:
    """Take in the next entries of a log of which so many have their place; return how many were taken.

    The caller holds the sequencer's lock.
    """
    start = mapped()
    stop = min(placed, start + STEP)
    if stop > start:
        write(apply(wanted(start, stop)), size=stop)
    return stop - start


def wanted(start: int, stop: int) -> dict[str, list[tuple[int, bool]]]:
    """Return what the entries in these places do to each name, in their order."""
    rows = Entry.objects.filter(leaf_index__gte=start, leaf_index__lt=stop).order_by("leaf_index")
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for place, (kind, body) in enumerate(rows.values_list("kind", "body").iterator(10_000), start):
        for name, makes in sparse.changes(kind, body):
            found[name].append((place, makes))
    return found


def apply(done: Mapping[str, Sequence[tuple[int, bool]]]) -> Pages:
    """Return the pages that change, as they are afterwards."""
    news: dict[str, dict[bytes, Sequence[tuple[int, bool]]]] = defaultdict(dict)
    for name, steps in done.items():
        key = sparse.key_of(name)
        news[key[:2].hex()][key] = steps
    buckets = fetched(news)
    after = {place: merged(buckets.get(place, b""), steps) for place, steps in news.items()}
    cells = {place: sparse.folded(leaves, DEEP) for place, leaves in after.items()}
    middle = raised(cells)
    top = raised({place: whole(content) for place, content in middle.items()})
    return {place: b"".join(key + packed for key, packed in leaves) for place, leaves in after.items()} | middle | top


def merged(bucket: bytes, steps: Mapping[bytes, Sequence[tuple[int, bool]]]) -> list[Leaf]:
    """Return a bucket's names after what was done to some of them, sorted."""
    found = dict(names(bucket))
    for key, each in steps.items():
        standing = sparse.unpacked(found[key]) if key in found else NEVER
        for place, makes in each:
            standing = sparse.changed(standing, place, makes=makes)
        found[key] = standing.packed()
    return sorted(found.items())


def raised(cells: Mapping[str, Cell]) -> Pages:
    """Return the pages one storey up, with these cells put in."""
    by_page: dict[str, list[tuple[int, Cell]]] = defaultdict(list)
    for place, cell in cells.items():
        by_page[place[:-2]].append((int(place[-2:], 16), cell))
    before = fetched(by_page)
    return {place: put(before.get(place, BARE), some) for place, some in by_page.items()}


def put(page: bytes, cells: Iterable[tuple[int, Cell]]) -> bytes:
    """Return a page with cells replaced."""
    content = bytearray(page or BARE)
    for index, (count, found) in cells:
        content[index * CELL : (index + 1) * CELL] = bytes([count]) + found
    return bytes(content)


def cells_of(page: bytes) -> list[Cell]:
    """Return a page's 256 cells."""
    return [(page[i], page[i + 1 : i + CELL]) for i in range(0, len(page), CELL)] if page else [VOID] * FAN


def whole(page: bytes) -> Cell:
    """Return what a page comes to."""
    *_, last = sparse.row(cells_of(page))
    return last[0]


def names(bucket: bytes) -> list[Leaf]:
    """Return what a bucket holds."""
    return [(bucket[i : i + KEY], bucket[i + KEY : i + NAME]) for i in range(0, len(bucket), NAME)]


def fetched(places: Iterable[str]) -> Pages:
    """Return those of the pages that exist: they may be thousands, so they are one value of the question."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, content FROM provenance_standingpage WHERE place = ANY(%s)", [list(places)])
        return {place: bytes(content) for place, content in cursor.fetchall()}


def write(pages: Pages, *, size: int) -> None:
    """Keep the pages that changed, and with them up to where the map goes."""
    if "" not in pages:
        pages = {"": fetched([""]).get("", BARE), **pages}
    with connection.cursor() as cursor:
        cursor.execute(DESK)
        with cursor.copy(COPY) as copy:
            copy.set_types(["varchar", "bytea", "bigint"])
            for place, content in pages.items():
                copy.write_row((place, content, size))
        cursor.execute(KEEP)


def root() -> bytes:
    """Return the map's root."""
    return whole(fetched([""]).get("", BARE))[1]


@transaction.atomic
def look_up(name: str) -> tuple[Standing, Path]:
    """Return a name's standing as the map has it, and the path that proves it; absent is a standing too."""
    key = sparse.key_of(name)
    pages = fetched(["", key[:1].hex(), key[:2].hex()])
    bucket = names(pages.get(key[:2].hex(), b""))
    siblings, cell = descend(key, [cells_of(pages.get(each, BARE)) for each in ("", key[:1].hex())], bucket)
    found = dict(bucket).get(key)
    if found is not None or cell[0] == NOTHING:
        return (sparse.unpacked(found) if found else Standing()), Path(siblings)
    return Standing(), Path(siblings, only(key, len(siblings), bucket))


def descend(key: bytes, pages: Sequence[Sequence[Cell]], bucket: Sequence[Leaf]) -> tuple[tuple[bytes, ...], Cell]:
    """Walk down to where a key is alone or nobody is; return the hashes beside the way, deepest first, and the end."""
    rows = [list(sparse.row(page))[::-1] for page in pages]  # by depth from each page's own top
    here, siblings, depth = rows[0][0][0], list[bytes](), 0
    while here[0] == MANY:
        below = both(key, depth, rows, bucket)
        way = sparse.bit(key, depth)
        siblings.append(below[1 - way][1])
        here, depth = below[way], depth + 1
    return tuple(reversed(siblings)), here


def both(key: bytes, depth: int, rows: Sequence[Sequence[Sequence[Cell]]], bucket: Sequence[Leaf]) -> tuple[Cell, Cell]:
    """Return the two halves under a key's place at a depth."""
    if depth < DEEP:
        page, within = divmod(depth, 8)
        at = key[page] >> (7 - within) & ~1  # the left one of the two places one step down
        return rows[page][within + 1][at], rows[page][within + 1][at + 1]
    alike = [each for each in bucket if same(each[0], key, depth)]
    middle = sparse.split(alike, depth)
    return sparse.folded(alike[:middle], depth + 1), sparse.folded(alike[middle:], depth + 1)


def same(one: bytes, other: bytes, depth: int) -> bool:
    """Return whether two keys agree in their first bits."""
    shift = sparse.BITS - depth
    return int.from_bytes(one, "big") >> shift == int.from_bytes(other, "big") >> shift


def only(key: bytes, depth: int, bucket: Sequence[Leaf]) -> Leaf:
    """Return the one name that lies under a key's place at a depth, in whichever bucket it is.

    Raises:
        LedgerError: there is none; the pages contradict one another.
    """
    if depth < DEEP:
        low = int.from_bytes(key[:2], "big") >> (DEEP - depth) << (DEEP - depth)
        high = low + (1 << (DEEP - depth)) - 1
        rows = StandingPage.objects.filter(place__gte=f"{low:04x}", place__lte=f"{high:04x}")
        bucket = [each for row in rows if len(row.place) == PLACE for each in names(bytes(row.content))]
    found = next((each for each in bucket if same(each[0], key, depth)), None)
    if found is None:
        msg = "The map of standings contradicts itself; empty its table, and the sequencer makes it anew."
        raise LedgerError(msg)
    return found
