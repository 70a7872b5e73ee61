"""Files changed at random, with a seed: what a hostile or unlucky world makes of sealed files."""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import c2pa
import numpy as np

from tests.provenance import material
from tests.provenance.material import clip, sign, still, stranger
from tests.vectors import lineage
from tests.vectors.changed import boxed
from tests.vectors.vector import MEDIA, MP4, foreign, ours

Random = np.random.Generator
KINDS = ("mp4", "mov", "jpg", "png", "wav")
BOXES = (b"free", b"uuid", b"jumb", b"mdat")
EXTREME = (0, 1, 7, 8, 2**16, 2**31 - 1, 2**31, 2**32 - 1)


@dataclass(frozen=True)
class Base:
    """A file to be changed: ``loose`` are the ranges of it that no hash covers, where the manifest lies among them."""

    name: str
    media: bytes
    mime: str
    is_ours: bool
    loose: tuple[tuple[int, int], ...]


def bases() -> list[Base]:
    """Return files of ours, of strangers and of nobody, of every kind that we care for."""
    found = []
    for ending in KINDS:
        mime, make = MEDIA[ending]
        found.append(base(f"ours.{ending}", ours(make(), mime), mime, is_ours=True))
        found.append(base(f"foreign.{ending}", foreign(make(), mime), mime))
        found.append(Base(f"bare.{ending}", make(), mime, is_ours=False, loose=()))
    one, theirs = ours(clip(), MP4), foreign(clip())
    found.append(base("remix.mp4", lineage.over(one), MP4, is_ours=True))
    found.append(base("laundered.mp4", lineage.over(theirs), MP4, is_ours=True))
    found.append(base("updated.mp4", lineage.update(one), MP4, is_ours=True))
    found.append(base("stolen.mp4", lineage.over(one, stranger()), MP4))
    return found


def base(name: str, media: bytes, mime: str, *, is_ours: bool = False) -> Base:
    """Return a signed file with its ranges that no hash covers."""
    if mime in {MP4, "video/quicktime"}:
        loose = tuple((start, end) for kind, start, end in material.boxes(media) if kind in {b"ftyp", b"uuid"})
    else:
        with c2pa.Reader(mime, material.opened(media)) as reader:
            store = json.loads(reader.detailed_json())["manifests"].popitem()[1]["assertion_store"]
        loose = tuple((each["start"], each["start"] + each["length"]) for each in store["c2pa.hash.data"]["exclusions"])
    return Base(name, media, mime, is_ours, loose)


def changed(one: Base, other: Base, rng: Random) -> bytes:
    """Return a file changed once to four times; half of all changes fall where its manifest lies."""
    media = one.media
    for _ in range(int(rng.integers(1, 5))):
        change = list(CHANGES.values())[rng.integers(len(CHANGES))]
        media = change(media, where(one, media, rng), rng)
    return spliced(media, other.media, rng) if rng.random() < 0.1 else media


def where(one: Base, media: bytes, rng: Random) -> int:
    """Return a place in a file."""
    start, end = one.loose[-1] if one.loose and rng.random() < 0.5 else (0, len(media))
    return min(int(rng.integers(start, max(start + 1, end))), max(0, len(media) - 1))


def size(rng: Random) -> int:
    """Return how many bytes a change is about: mostly few."""
    return int(2 ** rng.uniform(0, 12))


def length(media: bytes, place: int, rng: Random) -> bytes:
    """Return the media with a length, as boxes have them, set to something extreme."""
    kinds = [at for at in range(place, min(place + 4096, len(media) - 8)) if media[at + 4 : at + 8].isalnum()]
    at = kinds[rng.integers(len(kinds))] if kinds else place
    return media[:at] + struct.pack(">I", EXTREME[rng.integers(len(EXTREME))]) + media[at + 4 :]


def swapped(media: bytes, place: int, rng: Random) -> bytes:
    """Return the media with two neighbouring parts exchanged."""
    middle, end = place + size(rng), place + 2 * size(rng)
    return media[:place] + media[middle:end] + media[place:middle] + media[end:]


def spliced(media: bytes, other: bytes, rng: Random) -> bytes:
    """Return the beginning of one file and the end of another."""
    return media[: rng.integers(len(media) + 1)] + other[rng.integers(len(other) + 1) :]


CHANGES: Mapping[str, Callable[[bytes, int, Random], bytes]] = {
    "flip": lambda media, at, rng: material.flip(media, at, int(rng.integers(8))) if media else media,
    "overwrite": lambda media, at, rng: media[:at] + rng.bytes(n := size(rng)) + media[at + n :],
    "zero": lambda media, at, rng: media[:at] + bytes(n := size(rng)) + media[at + n :],
    "delete": lambda media, at, rng: media[:at] + media[at + size(rng) :],
    "insert": lambda media, at, rng: media[:at] + rng.bytes(size(rng)) + media[at:],
    "repeat": lambda media, at, rng: media[: at + size(rng)] + media[at:],
    "swap": swapped,
    "length": length,
    "cut": lambda media, at, _: media[:at],
    "append": lambda media, _, rng: media + rng.bytes(size(rng)),
    "box": lambda media, at, rng: (
        media[:at] + boxed((b"free", b"uuid", b"jumb")[at % 3], rng.bytes(size(rng))) + media[at:]
    ),
}


def intact(rng: Random) -> bytes:
    """Return a file of a stranger's that nobody changed, whatever its tool said, allowed or padded."""
    ending = KINDS[rng.integers(len(KINDS))]
    mime, make = MEDIA[ending]
    extra = [{"label": f"org.example.n{n}", "data": {"n": rng.bytes(9).hex()}} for n in range(rng.integers(4))]
    media = make() if ending != "jpg" else still("JPEG")
    made = sign(media, mime, stranger(), extra=extra, title=rng.bytes(8).decode("latin-1"))
    if ending != "mp4":
        return made
    if rng.random() < 0.5:
        made += boxed((b"free", b"skip")[rng.integers(2)], rng.bytes(size(rng)))  # which their hash leaves out
    padding = made.index(bytes(4000)) + int(rng.integers(2000))  # of their signature, which covers it not
    return made[:padding] + rng.bytes(5) + made[padding + 5 :] if rng.random() < 0.5 else made


def differs_only_there(media: bytes, one: Base) -> bool:
    """Return whether all that was changed in a file is where no hash looks."""
    if len(media) != len(one.media):
        return False
    places = np.flatnonzero(np.frombuffer(media, np.uint8) != np.frombuffer(one.media, np.uint8))
    return all(any(start <= at < end for start, end in one.loose) for at in places.tolist())
