"""A crowd that never was, to measure against: who follows, blocks and lets in whom, drawn from power laws.

People are 1 … ``people``; every fifth owns a cameo: cameo ``c`` belongs to person ``5 c``. The first few people and
cameos are left alone, so that a measurement may cast them in its own story. The same seed draws the same crowd.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

FEWEST = 500
MEAN = 20  # edges per person; a tenth of the people have half of them
EVERY = 5  # of these many people one owns a cameo
ALONE = 50  # people who are left alone
STEEP = 1.6  # exponent of the tail: how unequally people follow
FAME = 2.5  # how unequally they are followed


@dataclass(frozen=True, slots=True)
class Crowd:
    """Columns, row by row: who follows whom, who blocks whom, which cameo is given to whom."""

    people: int
    follows: tuple[Ids, Ids]
    blocks: tuple[Ids, Ids]
    grants: tuple[Ids, Ids]

    @property
    def cameos(self) -> int:
        """Return how many cameos there are, numbered from 1."""
        return self.people // EVERY


def gather(people: int, *, seed: int = 1) -> Crowd:
    """Draw a crowd of so many people (at least ``FEWEST``)."""
    draw = np.random.default_rng(seed)
    follows = follow(draw, people=people)
    blocks = pairs(draw, many=2 * people, left=people, right=people)
    given = pairs(draw, many=2 * people, left=people // EVERY, right=people, alone=ALONE // EVERY)
    return Crowd(people, follows, blocks, given)


def follow(draw: np.random.Generator, *, people: int) -> tuple[Ids, Ids]:
    """Draw who follows whom: few follow many, few are followed by many, and three of ten follow back."""
    many = np.minimum((draw.pareto(STEEP, people) + 1) * MEAN * (STEEP - 1) / STEEP, people / 20)
    src = np.repeat(np.arange(1, people + 1, dtype=np.int64), np.maximum(1, (many / 1.3).astype(np.int64)))
    dst = famous(draw, many=src.size, people=people)
    back = draw.random(src.size) < 0.3  # noqa: PLR2004 - see above
    return distinct(np.concatenate([src, dst[back]]), np.concatenate([dst, src[back]]), width=people)


def famous(draw: np.random.Generator, *, many: int, people: int) -> Ids:
    """Draw people by fame: the chance of the one with rank r falls as a power of r; ranks are spread over all ids."""
    rank = np.minimum(people * draw.random(many) ** FAME, people - 1).astype(np.int64)
    return 1 + (rank * 7919) % people  # a prime: owners and others alike are famous


def pairs(draw: np.random.Generator, *, many: int, left: int, right: int, alone: int = ALONE) -> tuple[Ids, Ids]:
    """Draw distinct pairs evenly, none of them with somebody who is left alone."""
    one = draw.integers(alone + 1, left + 1, many)
    other = draw.integers(ALONE + 1, right + 1, many)
    return distinct(one, other, width=right)


def distinct(one: Ids, other: Ids, *, width: int) -> tuple[Ids, Ids]:
    """Return the pairs, each once, in order, without those that pair somebody with themselves."""
    keys = np.unique(one * (width + 1) + other)
    first, second = np.divmod(keys, width + 1)
    apart = first != second
    return first[apart], second[apart]


def asked(crowd: Crowd, *, many: int, seed: int = 2) -> list[tuple[int, int]]:
    """Draw (viewer, cameo) pairs: four of ten follow its owner, two of ten were given it, the rest are anybody."""
    draw = np.random.default_rng(seed)
    src, dst = crowd.follows
    owners = np.flatnonzero(dst % EVERY == 0)
    followed = owners[draw.integers(0, owners.size, many)]
    given = draw.integers(0, crowd.grants[0].size, many)
    anybody = np.stack([draw.integers(1, crowd.people + 1, many), draw.integers(1, crowd.cameos + 1, many)])
    kind = draw.choice(3, many, p=[0.4, 0.2, 0.4])
    known = (
        np.stack([src[followed], dst[followed] // EVERY]),
        np.stack([crowd.grants[1][given], crowd.grants[0][given]]),
    )
    viewer, cameo = np.select([kind == 0, kind == 1], known, anybody)
    return list(zip(viewer.tolist(), cameo.tolist(), strict=True))
