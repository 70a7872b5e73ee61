"""Look-up: have we made this? Asked of the fingerprints of every seal, by content alone.

Complete for hashes that differ in at most 31 of 256 bits: of the sixteen hands a hash is dealt into, one then differs
in at most one bit, and the index is asked for every hand with none and with each one of its bits turned (multi-index
hashing: Norouzi, Punjani, Fleet, 2012). The index is PostgreSQL's own, so there is no copy that could be out of date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection, transaction

from provenance.backends import fingerprint as pictures
from provenance.backends.fingerprint_sound import Words
from provenance.marks import fingerprints
from provenance.marks.fingerprints import Picture, Prints
from provenance.marks.models import Fingerprint, SoundFingerprint

NEAR: Final = 31  # bits: PDQ's authors' own limit, and what the search is complete for
LOOSE: Final = 45  # bits, for the other pictures of a video one of whose pictures is near
LEAST: Final = 0.3  # of the pictures must agree
HEARD: Final = 0.86  # of the bits of the words must agree
OVERLAP: Final = 12  # words that must lie over one another: a second and a half; or all of a shorter sound,
SHORTEST: Final = 8  # which has so many at least
MOST: Final = 50  # seals compared for one question
COMMON: Final = 4  # a word that stands so often in one sound is a tone held or silence, and finds nothing

CANDIDATES: Final = """
SELECT found.manifest_id, count(*)
FROM (SELECT unnest(%s::text[])::bit(256) AS bits, unnest(%s::text[])::int[] AS bands) asked
CROSS JOIN LATERAL (
    SELECT DISTINCT one.manifest_id FROM provenance_fingerprint one
    WHERE one.bands && asked.bands
      AND bit_count(('x' || encode(one.bits, 'hex'))::bit(256) # asked.bits) <= %s
) found GROUP BY found.manifest_id ORDER BY count(*) DESC, found.manifest_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A seal (row) that looks like what was asked about; ``score`` is the share of it, 0 to 1, that agrees."""

    manifest: int
    score: float


def look(prints: Prints) -> tuple[Match, ...]:
    """Return the seals that the pictures look like, best first; upright and mirrored."""
    if not prints.pictures:
        return ()
    near = candidates(prints.pictures) or candidates(prints.pictures, mirrored=True)
    found = [Match(manifest, _score(prints.pictures, known(manifest))) for manifest in near]
    return tuple(sorted((each for each in found if each.score >= LEAST), key=lambda each: -each.score))


def candidates(asked: Sequence[Picture], *, mirrored: bool = False) -> list[int]:
    """Return the seals of which one hash is near to one of these, or to one of their mirror images."""
    hashes = [one.mirrored if mirrored else one.bits for each in asked for one in each.hashes]
    laid = ["".join(map(str, np.unpackbits(each))) for each in hashes]
    keys = ["{" + ",".join(map(str, neighbours(each))) + "}" for each in hashes]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the planner takes an overlap of arrays for a common thing
        cursor.execute(CANDIDATES, [laid, keys, NEAR, MOST])
        return [int(manifest) for manifest, _ in cursor.fetchall()]


def neighbours(one: pictures.Bits) -> list[int]:
    """Return the 272 hands to ask for: each of a hash's sixteen, as it is and with one bit turned."""
    hands = np.array(fingerprints.bands(one[None])[0])
    turned = np.concatenate([[0], 1 << np.arange(16)])
    return [int(each) for each in (hands[:, None] ^ turned[None]).ravel()]


def known(manifest: int) -> pictures.Bits:
    """Return every hash there is of a seal, (N, 32)."""
    rows = Fingerprint.objects.filter(manifest=manifest).values_list("bits", flat=True)
    return np.frombuffer(b"".join(map(bytes, rows)), np.uint8).reshape(-1, 32)


def hear(*phases: Words) -> tuple[Match, ...]:
    """Return the seals whose sound this is, best first: those that share a word, up to one bit, and then agree.

    Args:
        phases: the words of one sound, begun at different moments of a step.
    """
    asked = np.unique(np.concatenate([np.zeros(0, np.uint32), *map(telling, phases)]))
    if not len(asked):
        return ()
    turned = np.concatenate([[0], 1 << np.arange(32, dtype=np.uint64)]).astype(np.uint32)
    keys = [int(each) for each in np.unique(asked[:, None] ^ turned[None]).view(np.int32)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = list(SoundFingerprint.objects.filter(words__overlap=keys).values_list("manifest", "words")[:MOST])
    found = [Match(manifest, _heard(phases, np.array(those, np.int32).view(np.uint32))) for manifest, those in rows]
    return tuple(sorted((each for each in found if each.score >= HEARD), key=lambda each: -each.score))


def telling(words: Words) -> Words:
    """Return the words that tell one sound from another."""
    unique, counts = np.unique(words, return_counts=True)
    return unique[counts < COMMON]


def agreement(one: Words, other: Words) -> float:
    """Return the share of bits that agree where two sounds lie best over one another; 0 when they hardly touch."""
    best, least = 0.0, min(OVERLAP, len(one), len(other))
    if least < SHORTEST:
        return best
    for offset in range(least - len(other), len(one) - least + 1):
        mine, theirs = one[max(0, offset) :], other[max(0, -offset) :]
        count = min(len(mine), len(theirs))
        differ = np.bitwise_count(mine[:count] ^ theirs[:count]).sum(dtype=np.int64)
        best = max(best, 1 - float(differ) / (32 * count))
    return best


def _score(asked: Sequence[Picture], those: pictures.Bits) -> float:
    """Return the share of pictures that agree, all upright or all mirrored."""
    upright = [min(int(pictures.distance(one.bits, those).min()) for one in each.hashes) for each in asked]
    mirrored = [min(int(pictures.distance(one.mirrored, those).min()) for one in each.hashes) for each in asked]
    return max(float(np.mean(np.array(side) <= LOOSE)) for side in (upright, mirrored))


def _heard(phases: Sequence[Words], those: Words) -> float:
    return max(agreement(words, those) for words in phases)
