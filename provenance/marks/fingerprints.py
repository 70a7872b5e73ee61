"""Fingerprints: what a video looks and sounds like, in numbers, so that it is known again without seal and mark.

Taken inside the one pass that encodes: a ``Taker`` looks at the marked pictures as they go by. A fingerprint leads to
a record and proves nothing: what looks alike need not be ours, and what is ours may look like nothing we know.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from provenance import media
from provenance.backends import Plane, fingerprint_sound
from provenance.backends import fingerprint as pictures
from provenance.errors import MediaError
from provenance.marks.models import Fingerprint, SoundFingerprint

PICTURES: Final = "io.countenance.pdq-video.v1"  # our names: neither is on the list of soft bindings, and pages say so
SOUND: Final = "io.countenance.chromaprint.v1"
PER_SECOND: Final = 2.0  # pictures taken of our own videos
MOST: Final = 240  # of one video
ASKED: Final = 24  # of a video that is looked up, spread evenly
SECONDS: Final = 120.0  # of its beginning
SIDE: Final = 640  # pixels that its pictures are decoded to
ALIKE: Final = 6  # bits: a picture this near to the last one kept says nothing new
AGREES: Final = 62  # bits in which a picture differs from its record at most, and is said to be the same
DIFFERS: Final = 95  # bits in which it differs at least, and is said to be another; between the two nothing is said
LIMITS: Final = media.Limits(max_seconds=86_400.0, max_side=8192, max_bytes=2**34, cpu_seconds=60, wall_seconds=60.0)


NONE: Final = np.zeros(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture's hashes, ``at`` seconds."""

    at: float
    hashes: tuple[pictures.Hash, ...]


@dataclass(frozen=True, slots=True)
class Prints:
    """What was taken of a video; empty where it has no sound, or no picture with enough in it.

    ``between`` are the words half a step later: a question need not begin where one of the record's words does.
    """

    pictures: tuple[Picture, ...]
    words: fingerprint_sound.Words
    between: fingerprint_sound.Words = field(default_factory=NONE.copy)


class Taker:
    """Takes the fingerprints of one video of ours while it is made."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, pictures.Small]] = []
        self.slot = -1

    def look(self, y: Plane, t: float) -> None:
        """Look at a marked luma plane, ``t`` seconds into the video; most pictures are passed over."""
        slot = int(t * PER_SECOND + 1e-6)
        if slot != self.slot and len(self.seen) < MOST:
            self.slot = slot
            self.seen.append((t, pictures.small(y)))

    def finish(self, path: Path) -> Prints:
        """Return the fingerprints, with those of the sound in the encoded file at ``path``.

        Raises:
            MediaError: that is not a file we wrote.
        """
        return Prints(hashed(self.seen), fingerprint_sound.words(fingerprint_sound.track(path)))


def record(prints: Prints, *, manifest: int) -> None:
    """Write down the fingerprints of a seal (row), in the transaction that makes it; what looks alike, once."""
    rows = [
        Fingerprint(manifest_id=manifest, at=each.at, window=one.window, bits=bits(one), bands=bands(one.bits[None])[0])
        for each in distinct(prints.pictures)
        for one in each.hashes
    ]
    Fingerprint.objects.bulk_create(rows, batch_size=500)
    if len(prints.words):
        SoundFingerprint.objects.create(manifest_id=manifest, words=signed(prints.words))


def of(path: Path) -> Prints:
    """Return the fingerprints of any video, or of sound alone, as a look-up needs them; decoded in the child process.

    Raises:
        MediaError: it is neither.
    """
    told = media.probe(path, limits=LIMITS)
    seen = of_pictures(path, seconds=told.duration or SECONDS) if told.width else ()
    words, between = of_sound(path) if told.rate else (NONE, NONE)
    return Prints(seen, words, between)


def of_pictures(path: Path, *, seconds: float) -> tuple[Picture, ...]:
    """Return the fingerprints of a video's pictures, spread over so many seconds. Raises MediaError."""
    return hashed(_looked(path, seconds), asked=pictures.ASKED)


def of_sound(path: Path) -> tuple[fingerprint_sound.Words, fingerprint_sound.Words]:
    """Return the words of a file's sound, and those half a step later. Raises MediaError."""
    samples = media.sound(path, rate=fingerprint_sound.RATE, limits=LIMITS).samples
    samples = samples[: int(SECONDS * fingerprint_sound.RATE)]
    return fingerprint_sound.words(samples), fingerprint_sound.words(samples[fingerprint_sound.HOP // 2 :])


def of_still(path: Path) -> Prints:
    """Return the fingerprint of a still picture, JPEG or PNG. Raises MediaError (one sentence)."""
    frame = media.picture(path, max_side=SIDE)
    luma = np.asarray(frame.rgb @ np.array([0.299, 0.587, 0.114]), np.uint8)
    return Prints(hashed([(0.0, pictures.small(luma))], asked=pictures.ASKED), NONE)


def agrees(render: str, planes: Sequence[Plane]) -> bool | None:
    """Return whether pictures are those that a render's record tells of: a mark can be copied into other pictures.

    Args:
        render: the one that the mark names.
        planes: luma, rectified by the geometry in which the mark lies; what was cut off may be any colour.

    Returns:
        None when nothing can be said: no record of pictures, none of these planes has enough in it, or they are
        neither like nor unlike enough, as after a deep crop off the centre.
    """
    known = kept(render)
    told = [hashes for each in planes for hashes, quality in [_whole(each)] if quality >= pictures.CLEAR]
    if not known or not told:
        return None
    nearest = [min(int(pictures.distance(one.bits, known[one.window]).min()) for one in each) for each in told]
    middle = float(np.median(nearest))
    return True if middle <= AGREES else False if middle >= DIFFERS else None


def kept(render: str) -> dict[int, pictures.Bits]:
    """Return the hashes that a render's record has, by window: (N, 32) each."""
    rows = Fingerprint.objects.filter(manifest__render=render, window__lt=len(pictures.SCALES))
    found: dict[int, list[bytes]] = {}
    for window, one in rows.values_list("window", "bits"):
        found.setdefault(window, []).append(bytes(one))
    return {window: np.frombuffer(b"".join(each), np.uint8).reshape(-1, 32) for window, each in found.items()}


def hashed(seen: Sequence[tuple[float, pictures.Small]], *, asked: Sequence[int] | None = None) -> tuple[Picture, ...]:
    """Return the hashes of the pictures that have enough in them."""
    box = pictures.content([each for _, each in seen])
    found = ((at, pictures.hashes(each, box=box, asked=asked)) for at, each in seen)
    return tuple(Picture(at, hashes) for at, (hashes, quality) in found if quality >= pictures.CLEAR)


def distinct(taken: Sequence[Picture]) -> list[Picture]:
    """Return the pictures without those that are nearly the one kept before."""
    found: list[Picture] = []
    for each in taken:
        whole = each.hashes[0].bits
        if not found or pictures.distance(whole, found[-1].hashes[0].bits[None])[0] > ALIKE:
            found.append(each)
    return found


def bits(one: pictures.Hash) -> bytes:
    """Return a hash as the table keeps it."""
    return one.bits.tobytes()


def bands(hashes: pictures.Bits) -> list[list[int]]:
    """Return hashes, (N, 32), each dealt into sixteen numbered hands of sixteen bits: neighbours go together, apart."""
    at, hand = np.arange(16), np.arange(16)[:, None]
    dealt = np.unpackbits(hashes, axis=1).reshape(-1, 16, 16)[:, at, (at + hand) % 16]
    values = np.packbits(dealt, axis=2).astype(np.int32)
    found: list[list[int]] = (hand.ravel() << 16 | values[:, :, 0] << 8 | values[:, :, 1]).tolist()
    return found


def signed(words: fingerprint_sound.Words) -> list[int]:
    """Return words as PostgreSQL's integers."""
    return [int(each) for each in words.view(np.int32)]


def _whole(plane: Plane) -> tuple[tuple[pictures.Hash, ...], int]:
    return pictures.hashes(
        pictures.small(plane), box=(0, pictures.SIDE, 0, pictures.SIDE), asked=range(len(pictures.SCALES))
    )


def _looked(path: Path, duration: float) -> list[tuple[float, pictures.Small]]:
    rate = min(PER_SECOND, ASKED / max(min(duration, SECONDS), 0.1))
    seen: list[tuple[float, pictures.Small]] = []
    with contextlib.closing(media.luma(path, fps=rate, max_side=SIDE, limits=LIMITS)) as shown:
        try:
            for t, plane in shown:
                seen.append((t, pictures.small(plane)))
                if t >= SECONDS or len(seen) >= ASKED:
                    break
        except MediaError:  # it breaks off: what there is of it is looked up
            if not seen:
                raise
    return seen
