"""Lists of phrases (``lexicons/*.toml``): what they stand for, and beside what they stand for it. Data, no judgement.

They are read once a process; their sha256 is kept with every decision that they took part in.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from safety.errors import PolicyError

HERE = Path(__file__).parent / "lexicons"
ANSWERS = ("hold", "refuse")
PERSON = "@person"  # in ``beside``: anybody who is named, or cast with @


@dataclass(frozen=True, slots=True)
class Listed:
    """Phrases of one kind; with ``beside`` they count only with one of those within ``within`` words of them."""

    category: str
    answer: str
    about: str
    phrases: tuple[str, ...]
    beside: tuple[str, ...] = ()
    within: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """What tells a name from a word; ``names.toml`` says of each list what it is for."""

    bare: frozenset[str]
    lone: frozenset[str]
    beside: Mapping[str, frozenset[str]]
    titles: frozenset[str]
    works: frozenset[str]
    never: tuple[str, ...]
    particles: tuple[str, ...]
    alike: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lists:
    """All of them: ``listed``; ``plain``, harmless turns of phrase and what they say in plain words; ``names``."""

    listed: tuple[Listed, ...]
    plain: tuple[tuple[str, str], ...]
    names: Names
    sha256: str


@cache
def load(folder: Path = HERE) -> Lists:
    """Read the folder; PolicyError with one sentence when it does not read."""
    try:
        raw = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}
        data = {stem: tomllib.loads(text.decode()) for stem, text in raw.items()}
        digest = hashlib.sha256(b"\0".join(stem.encode() + b"\0" + text for stem, text in raw.items())).hexdigest()
        return _lists(data, digest=digest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PolicyError(f"The word lists do not read: {error}.") from error


def _lists(data: dict[str, dict[str, Any]], *, digest: str) -> Lists:
    names, contexts = data.pop("names"), data.pop("contexts")
    plain = [(phrase, said) for said, phrases in contexts["plain"].items() for phrase in phrases]
    listed = [_listed(entry) for family in data.values() for entry in family["list"]]
    return Lists(tuple(listed), tuple(plain), _names(names), digest)


def _listed(entry: dict[str, Any]) -> Listed:
    found = Listed(
        category=entry["category"],
        answer=entry["answer"],
        about=entry["about"],
        phrases=tuple(entry["phrases"]),
        beside=tuple(entry.get("beside", ())),
        within=int(entry.get("within", 0)),
    )
    if found.answer not in ANSWERS or bool(found.beside) != (found.within > 0):
        raise PolicyError(f"The list “{found.about}” must hold or refuse, and “beside” needs “within”.")
    return found


def _names(entry: dict[str, Any]) -> Names:
    return Names(
        bare=frozenset(entry["bare"]),
        lone=frozenset(entry["lone"]),
        beside={word: frozenset(others) for word, others in entry["beside"].items()},
        titles=frozenset(entry["titles"]),
        works=frozenset(entry["works"]),
        never=tuple(entry["never"]),
        particles=tuple(entry["particles"]),
        alike={other: word for word, others in entry["alike"].items() for other in others},
    )
