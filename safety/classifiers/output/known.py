"""Known media: lists of PDQ hashes are imported, and each look at a video is held against all of them."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from numpy.typing import NDArray

from provenance import media
from provenance.media import Frame
from safety.classifiers.output.models import KnownMedia
from safety.clearance import Signal, Span
from safety.errors import ListError

POLICY = "known-bad"
NEAR = 31  # bits of 256 that may differ: what the lists' keepers and PDQ's authors recommend
CLEAR = 50  # quality below which a hash says little about a picture
HASH = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
HEADERS = {"hash", "pdq", "pdq_hash"}
MOST = 5_000_000  # lines

Index = NDArray[np.uint8]
_kept: dict[tuple[int, int], Index] = {}


class Known:
    """Holds one video's pictures against the lists as they were at its first look."""

    def __init__(self) -> None:
        self.hits: list[tuple[float, str]] = []
        self._index: Index | None = None

    def see(self, frame: Frame) -> None:
        """Look at one picture and at its mirror image."""
        self._index = index() if self._index is None else self._index
        if not len(self._index):
            return
        bits, quality = media.hashes(frame.rgb)
        near = [one for one in bits if quality >= CLEAR and _distance(self._index, one) <= NEAR]
        self.hits += [(frame.t, media.written(one)) for one in near[:1]]

    def signals(self) -> tuple[Signal, ...]:
        """Return one signal for each picture that is known."""
        return tuple(Signal(POLICY, 1.0, "PDQ", "", Span(t, t), note=f"near {at}") for t, at in self.hits)


def index() -> Index:
    """Return every listed hash, uint8 (N, 32); kept by the process until a list changes."""
    found = KnownMedia.objects.aggregate(n=Count("pk"), last=Max("pk"))
    state = (found["n"], found["last"] or 0)
    if state not in _kept:
        digits = "".join(KnownMedia.objects.values_list("pdq", flat=True).iterator())
        _kept.clear()
        _kept[state] = np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(-1, 32)
    return _kept[state]


def _distance(listed: Index, one: media.Bits) -> int:
    return int(np.bitwise_count(listed ^ one).sum(axis=1, dtype=np.int64).min())


def bring(path: Path, *, name: str) -> tuple[int, int]:
    """Add a file's hashes to a list, all or none; return how many are new and how many were too poor to use.

    A line is a hash, or a hash and its quality after a comma; more columns are not read. ListError with one sentence.
    """
    if not NAME.fullmatch(name):
        raise ListError("A list's name is 1 to 64 small letters, digits, dots, dashes or underscores.")
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        raise ListError(f"{path} cannot be read as text.") from error
    rows = [row for row in (_row(line, of=path, at=at) for at, line in enumerate(lines, start=1)) if row]
    if not rows or len(rows) > MOST:
        raise ListError(f"{path} holds no hash." if not rows else f"{path} holds more than {MOST} hashes.")
    return _added(dict.fromkeys(hash_ for hash_, quality in rows if quality >= CLEAR), name=name), sum(
        quality < CLEAR for _, quality in rows
    )


def forget(name: str) -> int:
    """Remove a list and return how many hashes it had."""
    return KnownMedia.objects.filter(list=name).delete()[0]


def lists() -> dict[str, int]:
    """Return each list's name and how many hashes it has."""
    return dict(KnownMedia.objects.values_list("list").annotate(n=Count("pk")).order_by("list"))


def _added(hashes: Iterable[str], *, name: str) -> int:
    now, before = timezone.now(), KnownMedia.objects.filter(list=name).count()
    rows = (KnownMedia(list=name, pdq=one, added_at=now) for one in hashes)
    with transaction.atomic():
        KnownMedia.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
        return KnownMedia.objects.filter(list=name).count() - before


def _row(line: str, *, of: Path, at: int) -> tuple[str, int] | None:
    """Return a line's hash and quality; None for an empty line, a comment, and the names of the columns."""
    first, _, rest = line.strip().lower().partition(",")
    if not first or first.startswith("#") or (at == 1 and first.strip('" ') in HEADERS):
        return None
    quality = rest.partition(",")[0].strip() or "100"
    if not HASH.fullmatch(first.strip()) or not quality.isdigit() or int(quality) > 100:  # noqa: PLR2004 - a per cent
        raise ListError(f"Line {at} of {of} is no PDQ hash: 64 hexadecimal digits, or those, a comma and the quality.")
    return first.strip(), int(quality)
