"""Soft bindings resolved: from a mark, a fingerprint or a whole video to the seal of a public video of ours.

The rules behind the Soft Binding Resolution API (C2PA 2.4, "Soft Binding API"): what a binding's value looks like, and
who is led where. Only public videos that stand are named; for every other one the answer is that of no match.
"""

import base64
import binascii
from pathlib import Path
from typing import Final

import numpy as np

from provenance.backends import fingerprint as pictures
from provenance.errors import MediaError, ProvenanceError
from provenance.marks import disclosed, fingerprints, invisible, lookup
from provenance.marks.fingerprints import PICTURES, SOUND, Picture, Prints

MARK: Final = "io.countenance.mark.v1"  # as manifests write it
ALGORITHMS: Final = {"watermarks": [{"alg": MARK}], "fingerprints": [{"alg": PICTURES}, {"alg": SOUND}]}
NAMES: Final = (MARK, PICTURES, SOUND)
PAYLOAD: Final = 8  # bytes of a mark's number
HASH: Final = 32  # bytes of a picture's hash
WORD: Final = 4  # bytes of a word of sound
MOST: Final = {MARK: PAYLOAD, PICTURES: 64 * HASH, SOUND: 1024 * WORD}  # bytes of a value
UNIT: Final = {MARK: PAYLOAD, PICTURES: HASH, SOUND: WORD}

Found = list[tuple[str, float | None]]
"""Labels of manifests, best first, with the share that agrees; None where alike is not a matter of degree."""


class BindingError(ProvenanceError):
    """This is no value of a soft binding that we know."""


def by_binding(alg: str, value: str) -> Found:
    """Return the public seals that a soft binding leads to.

    Args:
        alg: one of ``NAMES``.
        value: base64: a mark's number in 8 bytes; up to 64 PDQ hashes of 32 bytes; up to 1,024 words of 4 bytes.

    Raises:
        BindingError: no such algorithm, or no such value.
    """
    data = decoded(alg, value)
    if alg == MARK:
        label = disclosed.marked(int.from_bytes(data, "big"))
        return [(label, None)] if label else []
    if alg == PICTURES:
        return list(disclosed.labels(lookup.look(Prints(asked(data), np.zeros(0, np.uint32)))))
    return list(disclosed.labels(lookup.hear(np.frombuffer(data, ">u4").astype(np.uint32))))


def by_content(path: Path, *, alg: str = "") -> Found:
    """Return the public seals that a file leads to: by its looks, else its sound, else the mark in its pictures.

    Args:
        path: any video, sound or still picture; decoded in the limited child process alone.
        alg: look for this kind of binding only.

    Raises:
        BindingError: no such algorithm.
        MediaError: the file cannot be read.
    """
    if alg not in ("", *NAMES):
        raise BindingError(unknown(alg))
    found: Found = []
    if alg != MARK:
        prints = taken(path)
        found += disclosed.labels(lookup.look(prints)) if alg != SOUND else []
        found += (
            disclosed.labels(lookup.hear(prints.words, prints.between)) if alg == SOUND or not (found or alg) else []
        )
    return found or (read(path) if alg in ("", MARK) else [])


def decoded(alg: str, value: str) -> bytes:
    """Return a value's bytes."""
    if alg not in NAMES:
        raise BindingError(unknown(alg))
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or len(data) % UNIT[alg] or len(data) > MOST[alg]:
        raise BindingError(f"A value of {alg} is base64 of {UNIT[alg]} bytes, or of so many hashes or words together.")
    return data


def unknown(alg: str) -> str:
    """Return the sentence about an algorithm that is not ours."""
    return f"We know no soft binding {alg[:64]!r}; we know {', '.join(NAMES)}."


def asked(data: bytes) -> tuple[Picture, ...]:
    """Return pictures of which only the hashes are known, upright."""
    rows = np.frombuffer(data, np.uint8).reshape(-1, HASH)
    return tuple(Picture(float(at), (pictures.Hash(0, row, row),)) for at, row in enumerate(rows))


def taken(path: Path) -> Prints:
    """Return the fingerprints of a video, a sound or a still picture."""
    try:
        return fingerprints.of(path)
    except MediaError as problem:
        try:
            return fingerprints.of_still(path)
        except MediaError:
            raise problem from None


def read(path: Path) -> Found:
    """Return the public seal that the mark in a video leads to."""
    try:
        ident = invisible.read(path).ident
    except MediaError:  # sound, or a still
        return []
    label = disclosed.marked(ident) if ident else ""
    return [(label, None)] if label else []
