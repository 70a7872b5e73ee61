"""Keyed MinHash sketches: they tell how alike two texts are, and without the key nothing about either.

Broder 1997, by datasketch (MIT). The service's key and the person's number go into every hash, so no guessed text can
be tried against a stolen sketch, and sketches of two people cannot be compared.
"""

import hashlib
from collections.abc import Collection

import numpy as np
from django.utils.crypto import salted_hmac

NUMBERS = 128  # 32-bit numbers in a sketch; the likeness is right to about 0.04
SCHEME = "affine32"


def sketch(shingles: Collection[str], *, owner: int) -> bytes:
    """Return the sketch of a set of strings, not empty: 512 bytes, comparable with the same owner's alone."""
    from datasketch import MinHash  # noqa: PLC0415 - it loads much of scipy, which a web process never needs

    key = salted_hmac("safety.backends.sketch", str(owner), algorithm="sha256").digest()

    def hashed(shingle: bytes) -> int:
        return int.from_bytes(hashlib.blake2b(shingle, digest_size=4, key=key).digest(), "big")

    made = MinHash(num_perm=NUMBERS, hashfunc=hashed, scheme=SCHEME)
    made.update_batch([shingle.encode() for shingle in sorted(shingles)])
    return np.asarray(made.hashvalues, "<u4").tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """Return the estimated share of strings two sketches have in common, 0 to 1."""
    a, b = (np.frombuffer(each, "<u4") for each in (one, other))
    return float((a == b).mean())
