"""Seals with fingerprints, and pictures to take them of, for the tests of looking up."""

import functools
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
import skimage.data
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from provenance.backends import fingerprint
from provenance.log import entries
from provenance.manifests.models import Manifest
from provenance.marks import fingerprints
from provenance.marks.fingerprints import Prints

NUMBERS = itertools.count(1)
SILENCE = np.zeros(0, np.uint32)
Plane = NDArray[np.uint8]


@functools.cache
def pan(name: str, *, count: int = 6, width: int = 320, height: int = 180, static: bool = False) -> tuple[Plane, ...]:
    """Return luma of a slow pan over one of scikit-image's photographs."""
    photo: Any = getattr(skimage.data, name)()
    luma = photo if photo.ndim == 2 else cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    scale = 1.3 * max(width / luma.shape[1], height / luma.shape[0])
    big = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    steps = [0] * count if static else range(count)
    places = [((big.shape[0] - height) * i // count, (big.shape[1] - width) * i // count) for i in steps]
    return tuple(np.ascontiguousarray(big[y : y + height, x : x + width]) for y, x in places)


def small(planes: Iterable[Plane]) -> list[tuple[float, fingerprint.Small]]:
    """Return planes as they are kept while a video goes by, two a second."""
    return [(i / 2, fingerprint.small(one)) for i, one in enumerate(planes)]


def made(planes: Iterable[Plane], words: NDArray[np.uint32] = SILENCE) -> Prints:
    """Return what is recorded of a video of ours."""
    return Prints(fingerprints.hashed(small(planes)), words)


def asked(planes: Iterable[Plane], words: NDArray[np.uint32] = SILENCE) -> Prints:
    """Return what is taken of a video that is looked up."""
    return Prints(fingerprints.hashed(small(planes), asked=fingerprint.ASKED), words)


def seal(prints: Prints | None = None, *, render: str = "") -> Manifest:
    """Return a seal's row, with these fingerprints."""
    with transaction.atomic():
        number = next(NUMBERS)
        entry = entries.append("asset.sealed", {"manifest": f"urn:prints:{number}"})
        row = Manifest.objects.create(
            render=render or f"prints-{number}", label=f"urn:prints:{number}", file_sha256=f"{number:064x}",
            stream_digest="", clearance_digest="", entry=entry, sealed_at=timezone.now(),
        )  # fmt: skip
        if prints:
            fingerprints.record(prints, manifest=row.pk)
    return row


def flipped(hash_: NDArray[np.uint8], places: Sequence[int]) -> NDArray[np.uint8]:
    """Return a hash with the bits at these places turned."""
    bits = np.unpackbits(hash_)
    bits[list(places)] ^= 1
    return np.packbits(bits)
